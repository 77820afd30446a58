-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS alarms
(
    imei          String CODEC(ZSTD(1)),
    event_time    DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took the item' CODEC(Delta, ZSTD(1)),
    source        LowCardinality(String) COMMENT 'interface the item came by',
    account       LowCardinality(String),
    gate_time     Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    msg_class     Int32 COMMENT '0 JIMI, 1 JT/T 808' CODEC(ZSTD(1)),
    code          LowCardinality(String),
    subtype       LowCardinality(String),
    label         String CODEC(ZSTD(1)),
    name          LowCardinality(String),
    ended         Bool CODEC(ZSTD(1)),
    lat           Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng           Nullable(Float64) CODEC(ZSTD(1)),
    speed_kmh     Nullable(Float64) CODEC(ZSTD(1)),
    satellites    Nullable(Int32) CODEC(ZSTD(1)),
    value         Nullable(Float64) CODEC(ZSTD(1)),
    voltage_v     Nullable(Float64) CODEC(ZSTD(1)),
    level         Nullable(Int32) CODEC(ZSTD(1)),
    status        Nullable(Int32) CODEC(ZSTD(1)),
    driver_id     String CODEC(ZSTD(1)),
    driver_name   String CODEC(ZSTD(1)),
    fence_id      String CODEC(ZSTD(1)),
    file          String CODEC(ZSTD(1)),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    raw           String COMMENT 'JSON of the item' CODEC(ZSTD(3)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT event_time_range CHECK event_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND event_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(event_time)
ORDER BY (imei, event_time, msg_class, code, subtype, raw_partition, raw_offset)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one alarm of a device or of the platform';
