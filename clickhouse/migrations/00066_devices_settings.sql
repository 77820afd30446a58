-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE devices
    ADD COLUMN IF NOT EXISTS temperature_min_c Nullable(Float64) COMMENT '°C that the cargo must not be colder than' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS temperature_max_c Nullable(Float64) COMMENT '°C that the cargo must not be warmer than' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS speed_limit_kmh   Nullable(Float64) COMMENT 'own limit of the vehicle; NULL: that of its class' CODEC(ZSTD(1));
