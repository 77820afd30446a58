-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS cell_days
(
    day           Date COMMENT 'of fix time, UTC',
    resolution    UInt8 COMMENT 'of H3: 7 (about 5 km²) or 9 (about 0.1 km²)',
    cell          UInt64 COMMENT 'H3 cell' CODEC(ZSTD(1)),
    fixes         UInt32 COMMENT 'distinct usable fixes in it; 0: there are none any more' CODEC(T64, ZSTD(1)),
    moving_fixes  UInt32 COMMENT 'of these, at 3 km/h or more' CODEC(T64, ZSTD(1)),
    devices       UInt32 COMMENT 'distinct devices in it' CODEC(T64, ZSTD(1)),
    speed_sum_kmh Float64 COMMENT 'sum of the speeds of moving_fixes, km/h' CODEC(ZSTD(1)),
    computed_time DateTime64(3, 'UTC') COMMENT 'when the day was counted; the newest holds' CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(computed_time)
PARTITION BY toYYYYMM(day)
ORDER BY (day, resolution, cell)
COMMENT 'One row is one day and H3 cell over all devices; a day is counted anew as a whole when device_hours has a newer count of it: by cell_days_recent each 5 minutes, by cell_days_sweep each hour for whatever that has missed';
