-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE fences
    ADD COLUMN IF NOT EXISTS valid_from      Nullable(DateTime64(3, 'UTC')) COMMENT 'event time from which this version, or the deletion, holds; NULL: it always did' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS imeis           Array(String) COMMENT 'devices that it is there for; without these and group_names: all' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS group_names     Array(String) COMMENT 'groups of devices that it is there for' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS speed_limit_kmh Nullable(Float64) COMMENT 'that holds inside' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS settings        String COMMENT 'JSON of what it has of its own beside the rules: tell, dwell_s, enter, exit, schedule' CODEC(ZSTD(1));
