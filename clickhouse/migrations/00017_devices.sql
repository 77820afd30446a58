-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS devices
(
    imei          String CODEC(ZSTD(1)),
    name          String CODEC(ZSTD(1)),
    model         LowCardinality(String),
    group_name    LowCardinality(String),
    vehicle_class LowCardinality(String),
    plate         String CODEC(ZSTD(1)),
    driver_name   String CODEC(ZSTD(1)),
    timezone      LowCardinality(String),
    deleted       Bool CODEC(ZSTD(1)),
    updated_time  DateTime64(3, 'UTC') CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_time)
ORDER BY imei
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one device, as defined last';
