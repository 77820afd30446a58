-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE obd
    ADD COLUMN IF NOT EXISTS gate_time         Nullable(DateTime64(3, 'UTC')) COMMENT 'when the platform received it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS push_time         Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS odometer_m        Nullable(Float64) COMMENT 'metres' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS device_distance_m Nullable(Float64) COMMENT 'metres' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS fuel_l            Nullable(Float64) COMMENT 'litres' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS fuel_percent      Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS coolant_c         Nullable(Float64) COMMENT '°C' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS battery_v         Nullable(Float64) COMMENT 'volts' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS rpm               Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS speed_kmh         Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS vin               String CODEC(ZSTD(1));
