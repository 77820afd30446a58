-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS fix_repeats
(
    imei          String CODEC(ZSTD(1)),
    fix_time      DateTime64(0, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    source        LowCardinality(String),
    account       LowCardinality(String),
    kind          LowCardinality(String) COMMENT 'kind of the raw item, empty where the sink found the repeat',
    conflict      Bool COMMENT 'content differs from the stored fix' CODEC(ZSTD(1)),
    lat           Nullable(Float64) COMMENT 'as this sighting has it' CODEC(ZSTD(1)),
    lng           Nullable(Float64) CODEC(ZSTD(1)),
    speed_kmh     Nullable(Float32) CODEC(ZSTD(1)),
    heading_deg   Nullable(Float32) CODEC(ZSTD(1)),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT fix_time_range CHECK fix_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND fix_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(fix_time)
ORDER BY (imei, fix_time, raw_partition, raw_offset)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one further sighting of a fix that is stored';
