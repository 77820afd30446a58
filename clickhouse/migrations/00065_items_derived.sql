-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW items
(
    raw_partition Nullable(Int32) COMMENT 'NULL where even that is unreadable',
    raw_offset    Nullable(Int64),
    stored_in     String COMMENT 'table in which the item is a row',
    imei          String,
    received_time Nullable(DateTime64(3, 'UTC')),
    source        String COMMENT 'interface the item came by'
)
AS
SELECT raw_partition, raw_offset, 'fixes' AS stored_in, imei, received_time, source FROM fixes FINAL
UNION ALL SELECT raw_partition, raw_offset, 'fix_repeats', imei, received_time, source FROM fix_repeats FINAL
UNION ALL SELECT raw_partition, raw_offset, 'item_repeats', imei, received_time, source FROM item_repeats FINAL
UNION ALL SELECT DISTINCT raw_partition, raw_offset, 'alarms', imei, received_time, source FROM alarms FINAL
UNION ALL SELECT raw_partition, raw_offset, 'heartbeats', imei, received_time, source FROM heartbeats FINAL
UNION ALL SELECT raw_partition, raw_offset, 'sessions', imei, received_time, source FROM sessions FINAL
UNION ALL SELECT raw_partition, raw_offset, 'obd', imei, received_time, source FROM obd FINAL
UNION ALL SELECT raw_partition, raw_offset, 'faults', imei, received_time, source FROM faults FINAL
UNION ALL SELECT DISTINCT raw_partition, raw_offset, 'sensors', imei, received_time, source FROM sensors FINAL
UNION ALL SELECT raw_partition, raw_offset, 'media', imei, received_time, source FROM media FINAL
UNION ALL SELECT raw_partition, raw_offset, 'messages', imei, received_time, source FROM messages FINAL
UNION ALL SELECT raw_partition, raw_offset, 'dead_letters', imei, received_time, source FROM dead_letters FINAL
WHERE NOT match(topic, '\.(driving|geofence|trips|conditions|recompute)\.v1$')
COMMENT 'One row is one item that the collector took, and where it is stored';
