-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS geofence_events
(
    event_id      String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision      UInt32 COMMENT 'the highest holds' CODEC(ZSTD(1)),
    retracted     Bool COMMENT 'did not happen after all; FINAL leaves it out' CODEC(ZSTD(1)),
    imei          String CODEC(ZSTD(1)),
    fence_id      String CODEC(ZSTD(1)),
    fence_version Int64 CODEC(ZSTD(1)),
    kind          LowCardinality(String) COMMENT 'enter, dwell, exit',
    at            DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    confirmed_at  DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    inferred      Bool CODEC(ZSTD(1)),
    lat           Float64 COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng           Float64 CODEC(ZSTD(1)),
    raw_partition Int32 COMMENT 'place in the raw topic of the item that led to this revision' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT event_id_given CHECK event_id != '',
    CONSTRAINT at_range CHECK at >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND at < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplacingMergeTree(revision, retracted)
PARTITION BY toYYYYMM(at)
ORDER BY (imei, at, event_id)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one transition of a device at a geofence';
