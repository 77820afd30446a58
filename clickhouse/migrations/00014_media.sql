-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS media
(
    imei           String CODEC(ZSTD(1)),
    event_time     DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time  DateTime64(3, 'UTC') COMMENT 'when the collector took the item' CODEC(Delta, ZSTD(1)),
    source         LowCardinality(String) COMMENT 'interface the item came by',
    account        LowCardinality(String),
    kind           LowCardinality(String),
    files          Array(String) CODEC(ZSTD(1)),
    succeeded      Nullable(Bool) CODEC(ZSTD(1)),
    instruction_id String CODEC(ZSTD(1)),
    channel        Nullable(Int32) CODEC(ZSTD(1)),
    lat            Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng            Nullable(Float64) CODEC(ZSTD(1)),
    raw_partition  Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset     Int64 CODEC(Delta, ZSTD(1)),
    raw            String COMMENT 'JSON of the item' CODEC(ZSTD(3)),
    inserted_time  DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT event_time_range CHECK event_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND event_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(event_time)
ORDER BY (imei, event_time, kind, instruction_id, raw_partition, raw_offset)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one announcement of files, or the result of an upload';
