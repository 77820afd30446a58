-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW fleet_hours
(
    hour           DateTime('UTC') COMMENT 'beginning of the hour of fix time',
    devices        UInt64 COMMENT 'with at least one fix',
    moving_devices UInt64 COMMENT 'with at least one fix at 3 km/h or more',
    fixes          UInt64 COMMENT 'distinct fixes',
    fixes_by_source Map(LowCardinality(String), UInt64) COMMENT 'fixes by the source that brought them first',
    distance_m     Float64 COMMENT 'metres along the usable fixes, see device_hours',
    moving_s       UInt64 COMMENT 'seconds in motion, over all devices',
    idling_s       UInt64 COMMENT 'seconds at rest with the ignition on, over all devices',
    unseen_s       UInt64 COMMENT 'seconds in gaps of more than 300 s and at most 1 h, over all devices',
    observable_s   UInt64 COMMENT 'of moving_s, in steps of at most 3 s: harsh events can be seen there',
    max_speed_kmh  Nullable(Float32) COMMENT 'km/h'
)
AS
SELECT hour, count() AS devices, countIf(h.moving_fixes > 0) AS moving_devices, sum(h.fixes) AS fixes, sumMap(h.fixes_by_source) AS fixes_by_source,
    sum(h.distance_m) AS distance_m, sum(h.moving_s) AS moving_s, sum(h.idling_s) AS idling_s, sum(h.unseen_s) AS unseen_s, sum(h.observable_s) AS observable_s, max(h.max_speed_kmh) AS max_speed_kmh
FROM device_hours AS h FINAL
GROUP BY hour
COMMENT 'One row is one hour of the whole fleet, the sum of device_hours';
