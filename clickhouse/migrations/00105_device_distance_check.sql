-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW device_distance_check AS
SELECT
    imei,
    count() AS trips,
    countIf(d.odometer_distance_m > 0) AS odometer_trips,
    countIf(d.report_distance_m > 0) AS report_trips,
    countIf(d.platform_distance_m > 0) AS platform_trips,
    quantileExactExclusiveOrNullIf(0.5)(d.odometer_distance_m / d.distance_m, d.odometer_distance_m > 0) AS odometer_ratio,
    quantileExactExclusiveOrNullIf(0.5)(d.report_distance_m / d.distance_m, d.report_distance_m > 0) AS report_ratio,
    quantileExactExclusiveOrNullIf(0.5)(d.platform_distance_m / d.distance_m, d.platform_distance_m > 0) AS platform_ratio,
    multiIf(trips < 3, 'too_little_data',
        odometer_trips * 2 < trips, 'no_odometer',
        odometer_ratio BETWEEN 0.8 AND 1.25, 'ok',
        odometer_ratio BETWEEN 0.0007 AND 0.0014, 'odometer_in_km',
        odometer_ratio BETWEEN 700 AND 1400, 'odometer_in_m_times_1000',
        'implausible') AS odometer_verdict,
    multiIf(report_trips < 3, 'too_little_data',
        report_ratio BETWEEN 0.8 AND 1.25, 'ok',
        report_ratio BETWEEN 0.0007 AND 0.0014, 'report_distance_in_km',
        report_ratio BETWEEN 700 AND 1400, 'report_distance_in_m_times_1000',
        'implausible') AS report_verdict,
    multiIf(platform_trips < 3, 'too_little_data',
        platform_ratio BETWEEN 0.8 AND 1.25, 'ok',
        platform_ratio BETWEEN 0.0007 AND 0.0014, 'platform_distance_in_km',
        platform_ratio BETWEEN 700 AND 1400, 'platform_distance_in_m_times_1000',
        'implausible') AS platform_verdict,
    multiIf(odometer_verdict NOT IN ('ok', 'no_odometer', 'too_little_data'), odometer_verdict,
        report_verdict NOT IN ('ok', 'too_little_data'), report_verdict,
        platform_verdict NOT IN ('ok', 'too_little_data'), platform_verdict,
        odometer_verdict) AS verdict
FROM trip_distances AS d
WHERE NOT d.ongoing AND d.distance_m >= 1000
GROUP BY imei
COMMENT 'One row is one device: medians over its trips of at least 1 km of what the odometer and the reports say, by the distance of the track, and whether a unit is wrong';
