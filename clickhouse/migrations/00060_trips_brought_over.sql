-- Taken again, rows of equal key and revision are one.
-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO trips
(
    trip_id, revision, retracted, imei, start_time, end_time, ongoing, distance_m, odometer_distance_m, max_speed_kmh, idle_s,
    driving_s, observable_s, observable_share, fixes, longest_gap_s, start_lat, start_lng, end_lat, end_lng, end_reason, driver,
    driver_source, rule_version, raw_partition, raw_offset, inserted_time
)
SELECT
    trip_id, revision, retracted, imei, start_time, end_time, ongoing, distance_m, odometer_distance_m, max_speed_kmh, idle_s,
    driving_s, observable_s, observable_share, fixes, longest_gap_s, start_lat, start_lng, end_lat, end_lng, end_reason, driver,
    driver_source, rule_version, raw_partition, raw_offset, inserted_time
FROM trips_before_50
SETTINGS max_partitions_per_insert_block = 0;
