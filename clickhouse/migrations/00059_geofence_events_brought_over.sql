-- Taken again, rows of equal key and revision are one.
-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO geofence_events
(
    event_id, revision, retracted, imei, fence_id, fence_version, kind, at, confirmed_at, inferred, lat, lng, raw_partition,
    raw_offset, inserted_time
)
SELECT
    event_id, revision, retracted, imei, fence_id, fence_version, kind, at, confirmed_at, inferred, lat, lng, raw_partition,
    raw_offset, inserted_time
FROM geofence_events_before_50
SETTINGS max_partitions_per_insert_block = 0;
