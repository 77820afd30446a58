-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE geofence_events
    MODIFY COLUMN kind COMMENT 'enter, dwell, exit, inside_at_start, inside_at_open, inside_at_close, unknown, inside_again',
    ADD COLUMN IF NOT EXISTS dwell_s      Nullable(Float64) COMMENT 'of dwell, the time that was passed; of exit and inside_at_close, how long it was inside' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS gap_s        Nullable(Float64) COMMENT 'between the fixes around the crossing' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS speed_kmh    Nullable(Float64) COMMENT 'of the device, at the fix after the crossing' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS rule_version LowCardinality(String);
