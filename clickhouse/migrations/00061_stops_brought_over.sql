-- Taken again, rows of equal key and revision are one.
-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO stops
(
    stop_id, revision, retracted, imei, start_time, end_time, ongoing, kind, lat, lng, rule_version, raw_partition, raw_offset,
    inserted_time
)
SELECT
    stop_id, revision, retracted, imei, start_time, end_time, ongoing, kind, lat, lng, rule_version, raw_partition, raw_offset,
    inserted_time
FROM stops_before_50
SETTINGS max_partitions_per_insert_block = 0;
