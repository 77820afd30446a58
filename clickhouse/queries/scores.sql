-- Question: Who drives how safely, for how much driving that could be observed?
-- Answer: One row a device over the days, the worst first. score is 100 less the penalty points a 100 observable km (seen_km); NULL
--   where too little could be observed (see why), never a good score for want of data.
-- Parameters: from_day, to_day: UTC, both included.
-- Example: from_day=2026-03-02 to_day=2026-03-03
SELECT imei, round(sum(distance_km), 1) AS km, round(sum(observable_km), 1) AS seen_km, sum(low_events) AS low, sum(medium_events) AS medium, sum(high_events) AS high,
    round(sum(penalty_points) / nullIf(sum(observable_km), 0) * 100, 2) AS points_per_100_km,
    if(sum(observable_km) >= any(min_km), round(greatest(0, 100 - points_per_100_km), 1), NULL) AS score,
    if(score IS NULL, 'too little could be observed', '') AS why
FROM driver_scores_daily
WHERE day BETWEEN {from_day:Date} AND {to_day:Date}
GROUP BY imei
ORDER BY score NULLS LAST, imei;
