-- Taken again, hours that were counted at the same time are one.
-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO device_hours
SELECT *
FROM device_hours_before_252
SETTINGS max_partitions_per_insert_block = 0;
