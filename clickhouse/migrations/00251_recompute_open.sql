-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW recompute_open
(
    imei          String,
    event_time    DateTime64(3, 'UTC') COMMENT 'of the item that came too late',
    newest_time   DateTime64(3, 'UTC') COMMENT 'newest time of the device when it came',
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took the item',
    source        LowCardinality(String) COMMENT 'interface the item came by',
    kind          LowCardinality(String) COMMENT 'of the raw item',
    reason        LowCardinality(String),
    raw_partition Int32 COMMENT 'place of the item in the raw topic',
    raw_offset    Int64
)
AS
SELECT imei, event_time, newest_time, received_time, source, kind, reason, raw_partition, raw_offset
FROM recompute_requests FINAL
WHERE (imei, event_time, kind, raw_partition, raw_offset) NOT IN (SELECT imei, event_time, kind, raw_partition, raw_offset FROM recompute_done)
COMMENT 'One row is one item that came too late for what is derived and is not in it yet; odograph replay takes it in';
