-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS completeness
(
    imei           String CODEC(ZSTD(1)),
    hour           DateTime64(0, 'UTC') COMMENT 'beginning of the hour of fix time' CODEC(Delta, ZSTD(1)),
    revision       Int64 COMMENT 'milliseconds since 1970 at which this was worked out; the highest holds' CODEC(Delta, ZSTD(1)),
    account        LowCardinality(String) COMMENT 'account that polls the device',
    cadence_s      Nullable(Float64) COMMENT 'usual time between two fixes on the move' CODEC(ZSTD(1)),
    expected_fixes Nullable(Int32) COMMENT 'received and missing; NULL: nothing tells how many there were' CODEC(ZSTD(1)),
    received_fixes Int32 COMMENT 'distinct fixes that the enricher put out' CODEC(ZSTD(1)),
    missing_fixes  Int32 COMMENT 'estimate: time in holes by the cadence' CODEC(ZSTD(1)),
    first_by_push  Int32 COMMENT 'of the received ones, brought first by a push' CODEC(ZSTD(1)),
    first_by_poll  Int32 COMMENT 'of the received ones, brought first by a poll' CODEC(ZSTD(1)),
    holes          Int32 CODEC(ZSTD(1)),
    asked_holes    Int32 COMMENT 'holes for which the platform was asked' CODEC(ZSTD(1)),
    longest_hole_s Nullable(Float64) CODEC(ZSTD(1)),
    reason         LowCardinality(String) COMMENT 'why fixes are missing, the part that weighs most',
    inserted_time  DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT hour_range CHECK hour >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND hour < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toYYYYMM(hour)
ORDER BY (imei, hour)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one hour of one device: fixes expected and received, and why some are missing';
