-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE fixes
    ADD COLUMN IF NOT EXISTS fence_ids Array(LowCardinality(String)) COMMENT 'geofences that contain the position, as they were at fix_time when the fix came; in order' CODEC(ZSTD(1)) AFTER h3_r11;
