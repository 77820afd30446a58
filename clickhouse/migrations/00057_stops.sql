-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS stops
(
    stop_id       String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision      UInt32 COMMENT 'the highest holds' CODEC(ZSTD(1)),
    retracted     Bool COMMENT 'was no stop after all; FINAL leaves it out' CODEC(ZSTD(1)),
    imei          String CODEC(ZSTD(1)),
    start_time    DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    end_time      DateTime64(3, 'UTC') COMMENT 'while ongoing, when it was seen last' CODEC(Delta, ZSTD(1)),
    ongoing       Bool COMMENT 'a later revision will tell more' CODEC(ZSTD(1)),
    kind          LowCardinality(String) COMMENT 'parking or idling',
    lat           Float64 COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng           Float64 CODEC(ZSTD(1)),
    rule_version  LowCardinality(String),
    raw_partition Int32 COMMENT 'place in the raw topic of the item that led to this revision' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT stop_id_given CHECK stop_id != '',
    CONSTRAINT start_time_range CHECK start_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND start_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplacingMergeTree(revision, retracted)
PARTITION BY toYYYYMM(start_time)
ORDER BY (imei, start_time, stop_id)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one stop or idling period';
