-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE alarms
    ADD COLUMN IF NOT EXISTS files                 Array(String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS serial                String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS gps_time              Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS altitude_m            Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS heading_deg           Nullable(Float64) COMMENT 'clockwise from north' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS fatigue_level         Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS car_status            Nullable(Int64) COMMENT 'bits, JT/T 808' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS signal_drop_channel   String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS signal_cover_channel  String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS storage_fault_channel String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS driving_alarm_flag    Nullable(Int64) COMMENT 'bits' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS device_name           String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS model                 LowCardinality(String);
