-- +goose NO TRANSACTION
-- +goose Up
-- A day is counted anew when the sum of usable fixes of its hours is not that of
-- its cells (of two resolutions), or an hour was counted later; of several days the newest first, and
-- no more than fit into one run. What a day has no more of is written as 0.
CREATE MATERIALIZED VIEW IF NOT EXISTS cell_days_recent REFRESH EVERY 5 MINUTE APPEND TO cell_days AS
WITH
    (
        SELECT groupArray(7)(day) FROM
        (
            SELECT day FROM
            (
                SELECT toDate(hour, 'UTC') AS day, 2 * sum(usable_fixes) AS hours_fixes, 0 AS cells_fixes, max(computed_time) AS hours_time, toDateTime64(0, 3, 'UTC') AS cells_time
                FROM device_hours FINAL WHERE hour >= now() - toIntervalDay(366) GROUP BY day
                UNION ALL
                SELECT day, 0, sum(fixes), toDateTime64(0, 3, 'UTC'), min(computed_time) FROM cell_days FINAL WHERE day >= today() - 366 GROUP BY day
            )
            GROUP BY day
            HAVING sum(hours_fixes) > 0 AND sum(hours_fixes) >= sum(cells_fixes) AND (sum(hours_fixes) != sum(cells_fixes) OR max(hours_time) > max(cells_time))
            ORDER BY day DESC
        )
    ) AS days
SELECT day, resolution, cell, sum(n) AS fixes, sum(moving) AS moving_fixes, max(vehicles) AS devices, sum(speeds) AS speed_sum_kmh, now64(3, 'UTC') AS computed_time
FROM
(
    SELECT toDate(fix_time, 'UTC') AS day, c.1 AS resolution, c.2 AS cell, count() AS n, countIf(ifNull(speed_kmh >= 3, false)) AS moving,
        uniqExact(imei) AS vehicles, sumIf(ifNull(speed_kmh, 0)::Float64, ifNull(speed_kmh >= 3, false)) AS speeds
    FROM fixes FINAL
    ARRAY JOIN [(7, h3_r7), (9, h3_r9)]::Array(Tuple(UInt8, UInt64)) AS c
    WHERE toDate(fix_time, 'UTC') IN (SELECT arrayJoin(days)) AND NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])
    GROUP BY day, resolution, cell
    UNION ALL
    SELECT day, resolution, cell, 0, 0, 0, 0 FROM cell_days FINAL WHERE day IN (SELECT arrayJoin(days))
)
GROUP BY day, resolution, cell
SETTINGS max_bytes_before_external_group_by = 1000000000;
