-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS dead_letters
(
    reason        LowCardinality(String),
    error         String CODEC(ZSTD(1)),
    topic         LowCardinality(String) COMMENT 'where the record stands',
    partition     Int32 CODEC(ZSTD(1)),
    offset        Int64 CODEC(Delta, ZSTD(1)),
    kind          LowCardinality(String),
    imei          String CODEC(ZSTD(1)),
    source        LowCardinality(String),
    account       LowCardinality(String),
    received_time Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    first_seen    DateTime64(3, 'UTC') COMMENT 'when it was put aside' CODEC(Delta, ZSTD(1)),
    raw_partition Nullable(Int32) COMMENT 'NULL where even that is unreadable' CODEC(ZSTD(1)),
    raw_offset    Nullable(Int64) CODEC(ZSTD(1)),
    value         String COMMENT 'bytes of the record' CODEC(ZSTD(3)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(first_seen)
ORDER BY (topic, partition, offset, cityHash64(value))
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one item that could not be used, with the reason';
