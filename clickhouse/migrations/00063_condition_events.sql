-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS condition_events
(
    event_id      String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision      UInt32 COMMENT 'the highest holds' CODEC(ZSTD(1)),
    retracted     Bool COMMENT 'did not happen after all; FINAL leaves it out' CODEC(ZSTD(1)),
    imei          String CODEC(ZSTD(1)),
    kind          LowCardinality(String) COMMENT 'fuel_refuel, fuel_theft, temperature_out_of_range, fault',
    start_time    DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    end_time      DateTime64(3, 'UTC') COMMENT 'while ongoing, when it was seen last' CODEC(Delta, ZSTD(1)),
    ongoing       Bool COMMENT 'a later revision will tell more' CODEC(ZSTD(1)),
    channel       LowCardinality(String) COMMENT 'sensor',
    code          LowCardinality(String) COMMENT 'trouble code of a fault, as P0301',
    unit          LowCardinality(String) COMMENT 'of the values and limits: percent, L, °C, …',
    value_before  Nullable(Float64) COMMENT 'smoothed level before a change of fuel' CODEC(ZSTD(1)),
    value_after   Nullable(Float64) COMMENT 'and after it' CODEC(ZSTD(1)),
    value_min     Nullable(Float64) COMMENT 'lowest value of the event' CODEC(ZSTD(1)),
    value_max     Nullable(Float64) COMMENT 'highest value of the event' CODEC(ZSTD(1)),
    limit_min     Nullable(Float64) COMMENT 'lower end of the range that was left' CODEC(ZSTD(1)),
    limit_max     Nullable(Float64) COMMENT 'upper end of it' CODEC(ZSTD(1)),
    lat           Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng           Nullable(Float64) CODEC(ZSTD(1)),
    rule_version  LowCardinality(String),
    raw_partition Int32 COMMENT 'place in the raw topic of the item that led to this revision' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT event_id_given CHECK event_id != '',
    CONSTRAINT start_time_range CHECK start_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND start_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplacingMergeTree(revision, retracted)
PARTITION BY toYYYYMM(start_time)
ORDER BY (imei, start_time, event_id)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one change of what sensors say: fuel filled in or taken out, a temperature out of range, a trouble code';
