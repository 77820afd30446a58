-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW driver_scores AS
SELECT
    imei,
    min(d.day) AS first_day,
    max(d.day) AS last_day,
    sum(d.distance_km) AS distance_km,
    sum(d.driving_s) AS driving_s,
    sum(d.observable_s) AS observable_s,
    if(driving_s > 0, least(1, observable_s / driving_s), NULL) AS observable_share,
    any(d.device_alarms_known) AS device_alarms_known,
    sum(d.observable_km) AS observable_km,
    sum(d.low_events) AS low_events,
    sum(d.medium_events) AS medium_events,
    sum(d.high_events) AS high_events,
    sum(d.harsh_braking) AS harsh_braking,
    sum(d.harsh_acceleration) AS harsh_acceleration,
    sum(d.harsh_cornering) AS harsh_cornering,
    sum(d.speeding) AS speeding,
    sum(d.collision) AS collision,
    sum(d.unscored_events) AS unscored_events,
    any(d.weight_low) AS weight_low,
    any(d.weight_medium) AS weight_medium,
    any(d.weight_high) AS weight_high,
    any(d.min_km) AS min_km,
    any(d.min_observable_share) AS min_observable_share,
    low_events * weight_low + medium_events * weight_medium + high_events * weight_high AS penalty_points,
    if(observable_km > 0, penalty_points / observable_km * 100, NULL) AS penalty_points_per_100_km,
    multiIf(weight_low IS NULL, 'no_score_settings',
        NOT device_alarms_known AND ifNull(observable_share < min_observable_share, true), 'too_little_observable',
        observable_km < min_km, 'too_few_km', '') AS no_score_reason,
    if(no_score_reason = '', greatest(0, 100 - penalty_points_per_100_km), NULL) AS score
FROM driver_scores_daily AS d
GROUP BY imei
COMMENT 'One row is one device over all its days: scored events, observable km, and the score with its weights; NULL where too little could be observed';
