-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS trips
(
    trip_id          String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision         UInt32 CODEC(ZSTD(1)),
    retracted        Bool CODEC(ZSTD(1)),
    imei             String CODEC(ZSTD(1)),
    start_time       DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    end_time         DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    distance_m       Float64 CODEC(ZSTD(1)),
    max_speed_kmh    Nullable(Float64) CODEC(ZSTD(1)),
    idle_s           Float64 CODEC(ZSTD(1)),
    observable_share Nullable(Float64) COMMENT 'share of driving time in which harsh events could be seen' CODEC(ZSTD(1)),
    raw_partition    Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset       Int64 CODEC(Delta, ZSTD(1)),
    inserted_time    DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT trip_id_given CHECK trip_id != '',
    CONSTRAINT start_time_range CHECK start_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND start_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toYYYYMM(start_time)
ORDER BY (imei, start_time, trip_id)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one trip';
