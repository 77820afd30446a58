-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS device_positions
(
    imei          String,
    rank          Int64 COMMENT 'seconds of fix time since 1970 × 1024 + raw_offset mod 1024; the highest holds, so that of two fixes of one time always the same one holds',
    fix_time      DateTime64(0, 'UTC') COMMENT 'when the device was there',
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took the fix',
    source        LowCardinality(String) COMMENT 'interface the fix came by',
    lat_e7        Int32 COMMENT 'latitude in 1e-7 degrees',
    lng_e7        Int32 COMMENT 'longitude in 1e-7 degrees',
    speed_kmh     Nullable(Float32) COMMENT 'km/h, by the device',
    heading_deg   Nullable(Float32) COMMENT 'degrees, clockwise from north',
    altitude_m    Nullable(Float32) COMMENT 'metres',
    odometer_m    Nullable(Float64) COMMENT 'metres',
    satellites    Nullable(Int32),
    h3_r9         UInt64 COMMENT 'H3 cell of resolution 9'
)
ENGINE = ReplacingMergeTree(rank)
ORDER BY imei
COMMENT 'One row is one device and its newest usable fix by fix time, kept up to date by device_positions_of_fixes: the highest rank holds, so that what comes twice, late or in any order changes nothing';
