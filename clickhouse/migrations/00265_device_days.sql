-- +goose NO TRANSACTION
-- +goose Up
-- In place of the one of 00143: it reads the days that are asked for, by the key of 00255.
CREATE OR REPLACE VIEW device_days
(
    imei                String,
    day                 Date COMMENT 'UTC',
    fixes               UInt64 COMMENT 'distinct fixes',
    usable_fixes        UInt64 COMMENT 'of these, with a position that can be believed',
    moving_fixes        UInt64 COMMENT 'of the usable ones, at 3 km/h or more',
    late_fixes          UInt64 COMMENT 'with the flag late: derived events do not know them',
    minutes_with_fixes  UInt64 COMMENT 'of 1440',
    fixes_by_source     Map(LowCardinality(String), UInt64) COMMENT 'fixes by the source that brought them first',
    distance_m          Float64 COMMENT 'metres along the usable fixes, see device_hours',
    odometer_distance_m Nullable(Float64) COMMENT 'metres by the odometer of the device, see device_hours; NULL without one',
    odometer_track_m    Nullable(Float64) COMMENT 'metres of distance_m in the steps that have it',
    moving_s            UInt64 COMMENT 'seconds in motion, of steps of at most 300 s',
    standing_s          UInt64 COMMENT 'seconds at rest, of such steps',
    idling_s            UInt64 COMMENT 'of standing_s, with the ignition on',
    unseen_s            UInt64 COMMENT 'seconds of steps of more than 300 s and at most 1 h',
    observable_s        UInt64 COMMENT 'of moving_s, in steps of at most 3 s: harsh events can be seen there',
    longest_gap_s       Nullable(UInt32) COMMENT 'longest step, of those of at most 1 h; seconds',
    max_speed_kmh       Nullable(Float32) COMMENT 'km/h',
    first_fix_time      DateTime64(0, 'UTC'),
    last_fix_time       DateTime64(0, 'UTC'),
    first_odometer_m    Nullable(Float64) COMMENT 'metres',
    last_odometer_m     Nullable(Float64) COMMENT 'metres',
    computed_time       DateTime64(3, 'UTC') COMMENT 'when the newest of its hours was counted'
)
AS
SELECT imei, toDate(hour) AS day,
    sum(h.fixes) AS fixes, sum(h.usable_fixes) AS usable_fixes, sum(h.moving_fixes) AS moving_fixes, sum(h.late_fixes) AS late_fixes,
    sum(h.minutes_with_fixes) AS minutes_with_fixes, sumMap(h.fixes_by_source) AS fixes_by_source,
    sum(h.distance_m) AS distance_m, sum(h.odometer_distance_m) AS odometer_distance_m, sum(h.odometer_track_m) AS odometer_track_m,
    sum(h.moving_s) AS moving_s, sum(h.standing_s) AS standing_s, sum(h.idling_s) AS idling_s, sum(h.unseen_s) AS unseen_s, sum(h.observable_s) AS observable_s,
    max(h.longest_gap_s) AS longest_gap_s, max(h.max_speed_kmh) AS max_speed_kmh, min(h.first_fix_time) AS first_fix_time, max(h.last_fix_time) AS last_fix_time,
    argMin(h.first_odometer_m, hour) AS first_odometer_m, argMax(h.last_odometer_m, hour) AS last_odometer_m, max(h.computed_time) AS computed_time
FROM device_hours AS h FINAL
GROUP BY imei, day
COMMENT 'One row is one device and day (UTC), the sum of its device_hours';
