-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS trips
(
    trip_id             String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision            UInt32 COMMENT 'the highest holds' CODEC(ZSTD(1)),
    retracted           Bool COMMENT 'was no trip after all; FINAL leaves it out' CODEC(ZSTD(1)),
    imei                String CODEC(ZSTD(1)),
    start_time          DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    end_time            DateTime64(3, 'UTC') COMMENT 'last movement; while ongoing, the last one seen' CODEC(Delta, ZSTD(1)),
    ongoing             Bool COMMENT 'a later revision will tell more' CODEC(ZSTD(1)),
    distance_m          Float64 COMMENT 'metres, from the track' CODEC(ZSTD(1)),
    odometer_distance_m Nullable(Float64) COMMENT 'metres by the odometer of the device, end less start' CODEC(ZSTD(1)),
    max_speed_kmh       Nullable(Float64) CODEC(ZSTD(1)),
    idle_s              Float64 COMMENT 'seconds at rest within the trip, ignition not known to be off' CODEC(ZSTD(1)),
    driving_s           Nullable(Float64) COMMENT 'seconds in motion' CODEC(ZSTD(1)),
    observable_s        Nullable(Float64) COMMENT 'seconds of driving_s in gaps of at most 3 s' CODEC(ZSTD(1)),
    observable_share    Nullable(Float64) COMMENT 'share of driving time in which harsh events could be seen, 0 to 1' CODEC(ZSTD(1)),
    fixes               Nullable(Int64) COMMENT 'fixes that the trip was made of' CODEC(ZSTD(1)),
    longest_gap_s       Nullable(Float64) COMMENT 'seconds between two of its fixes' CODEC(ZSTD(1)),
    start_lat           Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    start_lng           Nullable(Float64) CODEC(ZSTD(1)),
    end_lat             Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    end_lng             Nullable(Float64) CODEC(ZSTD(1)),
    end_reason          LowCardinality(String) COMMENT 'rest, ignition_off or silence',
    driver              String CODEC(ZSTD(1)),
    driver_source       LowCardinality(String) COMMENT 'rfid, sign_in or device',
    rule_version        LowCardinality(String),
    raw_partition       Int32 COMMENT 'place in the raw topic of the item that led to this revision' CODEC(ZSTD(1)),
    raw_offset          Int64 CODEC(Delta, ZSTD(1)),
    inserted_time       DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT trip_id_given CHECK trip_id != '',
    CONSTRAINT start_time_range CHECK start_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND start_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplacingMergeTree(revision, retracted)
PARTITION BY toYYYYMM(start_time)
ORDER BY (imei, start_time, trip_id)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one trip';
