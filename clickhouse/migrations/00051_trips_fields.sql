-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE trips
    ADD COLUMN IF NOT EXISTS ongoing             Bool CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS driving_s           Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS observable_s        Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS fixes               Nullable(Int64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS longest_gap_s       Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS start_lat           Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS start_lng           Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS end_lat             Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS end_lng             Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS odometer_distance_m Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS end_reason          LowCardinality(String),
    ADD COLUMN IF NOT EXISTS driver              String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS driver_source       LowCardinality(String),
    ADD COLUMN IF NOT EXISTS rule_version        LowCardinality(String);
