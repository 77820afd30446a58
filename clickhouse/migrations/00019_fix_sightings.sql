-- +goose NO TRANSACTION
-- +goose Up
CREATE VIEW IF NOT EXISTS fix_sightings AS
SELECT imei, fix_time, source, account, received_time, false AS is_repeat, false AS conflict, raw_partition, raw_offset, inserted_time
FROM fixes FINAL
UNION ALL
SELECT imei, fix_time, source, account, received_time, true AS is_repeat, conflict, raw_partition, raw_offset, inserted_time
FROM fix_repeats FINAL;
