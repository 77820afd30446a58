-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW driver_scores_daily AS
WITH
    (SELECT s.weight_low FROM score_settings_now AS s) AS low_weight,
    (SELECT s.weight_medium FROM score_settings_now AS s) AS medium_weight,
    (SELECT s.weight_high FROM score_settings_now AS s) AS high_weight,
    (SELECT s.min_km FROM score_settings_now AS s) AS km_limit,
    (SELECT s.min_observable_share FROM score_settings_now AS s) AS share_limit
SELECT
    b.imei AS imei, b.day AS day,
    sum(b.distance_m) / 1000 AS distance_km,
    sum(b.driving_s) AS driving_s,
    sum(b.observable_s) AS observable_s,
    if(driving_s > 0, least(1, observable_s / driving_s), NULL) AS observable_share,
    (b.imei IN (SELECT n.imei FROM device_alarms_now AS n WHERE n.kind IN ('harsh_braking', 'harsh_acceleration', 'harsh_left', 'harsh_right', 'sharp_turn')))::Bool AS device_alarms_known,
    if(device_alarms_known, distance_km, sum(b.observable_distance_m) / 1000) AS observable_km,
    sum(b.low) AS low_events,
    sum(b.medium) AS medium_events,
    sum(b.high) AS high_events,
    sum(b.braking) AS harsh_braking,
    sum(b.acceleration) AS harsh_acceleration,
    sum(b.cornering) AS harsh_cornering,
    sum(b.speeding) AS speeding,
    sum(b.collision) AS collision,
    sum(b.unscored) AS unscored_events,
    low_weight AS weight_low,
    medium_weight AS weight_medium,
    high_weight AS weight_high,
    km_limit AS min_km,
    share_limit AS min_observable_share,
    low_events * weight_low + medium_events * weight_medium + high_events * weight_high AS penalty_points,
    if(observable_km > 0, penalty_points / observable_km * 100, NULL) AS penalty_points_per_100_km,
    multiIf(weight_low IS NULL, 'no_score_settings',
        NOT device_alarms_known AND ifNull(observable_share < min_observable_share, true), 'too_little_observable',
        observable_km < min_km, 'too_few_km', '') AS no_score_reason,
    if(no_score_reason = '', greatest(0, 100 - penalty_points_per_100_km), NULL) AS score
FROM
(
    SELECT imei, day, distance_m, driving_s, observable_s, observable_distance_m, 0 AS low, 0 AS medium, 0 AS high,
        0 AS braking, 0 AS acceleration, 0 AS cornering, 0 AS speeding, 0 AS collision, 0 AS unscored
    FROM observable_daily
    UNION ALL
    SELECT imei, toDate(start_time, 'UTC') AS day, 0, 0, 0, 0,
        scored AND severity = 'low', scored AND severity = 'medium', scored AND severity = 'high',
        scored AND kind = 'harsh_braking', scored AND kind = 'harsh_acceleration', scored AND kind = 'harsh_cornering', scored AND kind = 'speeding', scored AND kind = 'collision',
        NOT scored AND severity IN ('low', 'medium', 'high')
    FROM (SELECT *, confidence IN ('high', 'measured') AND severity IN ('low', 'medium', 'high') AS scored FROM driving_events FINAL)
) AS b
GROUP BY b.imei, b.day
COMMENT 'One row is one device and day (UTC): scored events, observable km, and the score with its weights; NULL where too little could be observed';
