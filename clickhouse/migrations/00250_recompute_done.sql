-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS recompute_done
(
    imei           String CODEC(ZSTD(1)),
    event_time     DateTime64(3, 'UTC') COMMENT 'of the item that came too late' CODEC(Delta, ZSTD(1)),
    received_time  DateTime64(3, 'UTC') COMMENT 'when the collector took the item' CODEC(Delta, ZSTD(1)),
    kind           LowCardinality(String) COMMENT 'of the raw item',
    fulfilled_time DateTime64(3, 'UTC') COMMENT 'when its stretch had been derived anew' CODEC(Delta, ZSTD(1)),
    rule_version   LowCardinality(String) COMMENT 'of the rules that it was derived with then',
    raw_partition  Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset     Int64 CODEC(Delta, ZSTD(1)),
    inserted_time  DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT received_time_range CHECK received_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND received_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(received_time)
ORDER BY (imei, event_time, kind, raw_partition, raw_offset)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one row of recompute_requests whose stretch was derived anew by odograph replay';
