-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE devices
    ADD COLUMN IF NOT EXISTS account LowCardinality(String) COMMENT 'account that polls the device',
    ADD COLUMN IF NOT EXISTS activated_time Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS expires_time Nullable(DateTime64(3, 'UTC')) COMMENT 'end of the subscription of the device' CODEC(ZSTD(1));
