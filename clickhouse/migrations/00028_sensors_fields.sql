-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE sensors
    ADD COLUMN IF NOT EXISTS gate_time       Nullable(DateTime64(3, 'UTC')) COMMENT 'when the platform received it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS post_time       Nullable(DateTime64(3, 'UTC')) COMMENT 'when the device sent it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS gps_time        Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS module_type     LowCardinality(String),
    ADD COLUMN IF NOT EXISTS pos_type        LowCardinality(String),
    ADD COLUMN IF NOT EXISTS mcc             Nullable(Int32) COMMENT 'mobile country code' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS mnc             Nullable(Int32) COMMENT 'mobile network code' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `cells.lac`     Array(Nullable(Int64)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `cells.cell_id` Array(Nullable(Int64)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `cells.rssi`    Array(Nullable(Int32)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `cells.mac`     Array(String) CODEC(ZSTD(1));
