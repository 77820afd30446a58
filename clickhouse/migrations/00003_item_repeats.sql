-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS item_repeats
(
    imei          String CODEC(ZSTD(1)),
    kind          LowCardinality(String),
    event_time    Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    received_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    source        LowCardinality(String),
    account       LowCardinality(String),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT received_time_range CHECK received_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND received_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(received_time)
ORDER BY (imei, kind, raw_partition, raw_offset)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one further sighting of an item other than a fix';
