-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS fixes
(
    imei          String CODEC(ZSTD(1)),
    fix_time      DateTime64(0, 'UTC') COMMENT 'when the device was there' CODEC(Delta, ZSTD(1)),
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took it' CODEC(Delta, ZSTD(1)),
    gate_time     Nullable(DateTime64(0, 'UTC')) COMMENT 'when the platform took it' CODEC(ZSTD(1)),
    source        LowCardinality(String) COMMENT 'interface it came by first',
    account       LowCardinality(String),
    lat_e7        Int32 COMMENT 'latitude in 1e-7 degrees' CODEC(DoubleDelta, ZSTD(1)),
    lng_e7        Int32 COMMENT 'longitude in 1e-7 degrees' CODEC(DoubleDelta, ZSTD(1)),
    lat           Float64 ALIAS lat_e7 / 1e7 COMMENT 'degrees, WGS-84',
    lng           Float64 ALIAS lng_e7 / 1e7 COMMENT 'degrees, WGS-84',
    speed_kmh     Nullable(Float32) CODEC(ZSTD(1)),
    heading_deg   Nullable(Float32) COMMENT 'clockwise from north' CODEC(ZSTD(1)),
    satellites    Nullable(Int32) CODEC(ZSTD(1)),
    acc           Nullable(Bool) COMMENT 'ignition' CODEC(ZSTD(1)),
    altitude_m    Nullable(Float32) CODEC(ZSTD(1)),
    odometer_m    Nullable(Float64) CODEC(ZSTD(1)),
    pos_type      LowCardinality(String) COMMENT 'gps, lbs, wifi, beacon; empty where the vendor does not say',
    post_method   Nullable(Int32) COMMENT 'why it was uploaded, platform code' CODEC(ZSTD(1)),
    gps_mode      Nullable(Int32) COMMENT '0 live, 1 re-upload' CODEC(ZSTD(1)),
    status        Nullable(Int64) COMMENT 'position status bits' CODEC(ZSTD(1)),
    quality       Array(LowCardinality(String)) COMMENT 'flags of what is doubtful' CODEC(ZSTD(1)),
    h3_r7         UInt64 CODEC(Delta, ZSTD(1)),
    h3_r9         UInt64 CODEC(Delta, ZSTD(1)),
    h3_r11        UInt64 CODEC(Delta, ZSTD(1)),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT fix_time_range CHECK fix_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND fix_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC'),
    CONSTRAINT lat_range CHECK lat_e7 BETWEEN -900000000 AND 900000000,
    CONSTRAINT lng_range CHECK lng_e7 BETWEEN -1800000000 AND 1800000000
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(fix_time)
ORDER BY (imei, fix_time)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one distinct fix';
