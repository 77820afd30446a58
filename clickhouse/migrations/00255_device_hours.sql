-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS device_hours
(
    imei                String,
    hour                DateTime('UTC') COMMENT 'beginning of the hour of fix time' CODEC(Delta, ZSTD(1)),
    fixes               UInt32 COMMENT 'distinct fixes' CODEC(T64, ZSTD(1)),
    usable_fixes        UInt32 COMMENT 'of these, with a position that can be believed' CODEC(T64, ZSTD(1)),
    moving_fixes        UInt32 COMMENT 'of the usable ones, at 3 km/h or more' CODEC(T64, ZSTD(1)),
    late_fixes          UInt32 COMMENT 'with the flag late: derived events do not know them' CODEC(T64, ZSTD(1)),
    minutes_with_fixes  UInt8 COMMENT 'of 60',
    fixes_by_source     Map(LowCardinality(String), UInt32) COMMENT 'fixes by the source that brought them first' CODEC(ZSTD(1)),
    distance_m          Float64 COMMENT 'metres along the usable fixes, of steps of at most 1 h in which it moved (3 km/h at either end, or more than 200 m). A step belongs to the hour it ends in' CODEC(ZSTD(1)),
    odometer_distance_m Nullable(Float64) COMMENT 'metres by the odometer of the device, of steps at both ends of which it stands; NULL without one' CODEC(ZSTD(1)),
    odometer_track_m    Nullable(Float64) COMMENT 'metres of distance_m that are in these steps: what odometer_distance_m is to be compared with' CODEC(ZSTD(1)),
    moving_s            UInt32 COMMENT 'seconds of steps of at most 300 s in which it moved' CODEC(T64, ZSTD(1)),
    standing_s          UInt32 COMMENT 'seconds of such steps in which it did not' CODEC(T64, ZSTD(1)),
    idling_s            UInt32 COMMENT 'of standing_s, with the ignition on' CODEC(T64, ZSTD(1)),
    unseen_s            UInt32 COMMENT 'seconds of steps of more than 300 s and at most 1 h' CODEC(T64, ZSTD(1)),
    observable_s        UInt32 COMMENT 'of moving_s, in steps of at most 3 s: harsh events can be seen there' CODEC(T64, ZSTD(1)),
    longest_gap_s       Nullable(UInt32) COMMENT 'longest step that ended in this hour, of those of at most 1 h; seconds' CODEC(ZSTD(1)),
    max_speed_kmh       Nullable(Float32) COMMENT 'km/h, by the device, of usable fixes, up to 220' CODEC(ZSTD(1)),
    first_fix_time      DateTime64(0, 'UTC') CODEC(Delta, ZSTD(1)),
    last_fix_time       DateTime64(0, 'UTC') CODEC(Delta, ZSTD(1)),
    first_odometer_m    Nullable(Float64) COMMENT 'metres' CODEC(ZSTD(1)),
    last_odometer_m     Nullable(Float64) COMMENT 'metres' CODEC(ZSTD(1)),
    last_inserted_time  DateTime64(3, 'UTC') COMMENT 'newest insert among the fixes; with fixes it tells whether this row is up to date' CODEC(Delta, ZSTD(1)),
    computed_time       DateTime64(3, 'UTC') COMMENT 'when this was counted; the newest holds' CODEC(Delta, ZSTD(1)),
    INDEX computed_time_range computed_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_time)
PARTITION BY toYYYYMM(hour)
ORDER BY (toDate(hour), imei, toHour(hour))
SETTINGS index_granularity = 1024
COMMENT 'One row is one device and hour, counted anew as a whole from the fixes of this hour and the one before it, whenever they change: device_hours_recent each minute, device_hours_sweep for whatever that has missed';
