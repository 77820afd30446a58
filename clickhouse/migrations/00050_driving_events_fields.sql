-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE driving_events
    MODIFY COLUMN confidence LowCardinality(String),
    MODIFY COLUMN lat Nullable(Float64) CODEC(ZSTD(1)),
    MODIFY COLUMN lng Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS sources            Array(LowCardinality(String)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS alarm_code         LowCardinality(String),
    ADD COLUMN IF NOT EXISTS vehicle_class      LowCardinality(String),
    ADD COLUMN IF NOT EXISTS threshold_mps2     Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS gap_s              Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS speed_before_kmh   Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS speed_after_kmh    Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS heading_change_deg Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS peak_heading_change_deg Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS max_speed_kmh      Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS limit_kmh          Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS limit_source       LowCardinality(String),
    ADD COLUMN IF NOT EXISTS distance_m         Nullable(Float64) CODEC(ZSTD(1));
