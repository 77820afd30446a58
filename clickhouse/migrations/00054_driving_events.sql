-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS driving_events
(
    event_id           String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision           UInt32 COMMENT 'the highest holds' CODEC(ZSTD(1)),
    retracted          Bool COMMENT 'did not happen after all; FINAL leaves it out' CODEC(ZSTD(1)),
    imei               String CODEC(ZSTD(1)),
    kind               LowCardinality(String) COMMENT 'harsh_braking, harsh_acceleration, harsh_cornering, collision, speeding, idling',
    start_time         DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    end_time           DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    severity           LowCardinality(String) COMMENT 'low, medium, high; none for kinds without steps',
    peak_mps2          Nullable(Float64) COMMENT 'm/s², largest size of the acceleration, always positive' CODEC(ZSTD(1)),
    source             LowCardinality(String) COMMENT 'device where the device says so, else gps',
    sources            Array(LowCardinality(String)) COMMENT 'all that saw it' CODEC(ZSTD(1)),
    confidence         LowCardinality(String) COMMENT 'high: the own sensors of the device; measured: fixes at most 3 s apart; inferred: 3 to 10 s, not in the score',
    rule_version       LowCardinality(String),
    lat                Nullable(Float64) COMMENT 'degrees, WGS-84, of the peak; NULL where the alarm has no position' CODEC(ZSTD(1)),
    lng                Nullable(Float64) CODEC(ZSTD(1)),
    alarm_code         LowCardinality(String) COMMENT 'msg_class/code of the alarm of the device',
    vehicle_class      LowCardinality(String) COMMENT 'whose thresholds were taken',
    threshold_mps2     Nullable(Float64) COMMENT 'm/s², the lowest that had to be passed at the gap of the peak' CODEC(ZSTD(1)),
    gap_s              Nullable(Float64) COMMENT 'seconds between the two fixes of the peak' CODEC(ZSTD(1)),
    speed_before_kmh   Nullable(Float64) COMMENT 'at the first fix of the gap' CODEC(ZSTD(1)),
    speed_after_kmh    Nullable(Float64) COMMENT 'at the second' CODEC(ZSTD(1)),
    heading_change_deg      Nullable(Float64) COMMENT 'degrees, summed over a cornering, positive to the right' CODEC(ZSTD(1)),
    peak_heading_change_deg Nullable(Float64) COMMENT 'degrees, of a cornering within the gap of its peak' CODEC(ZSTD(1)),
    max_speed_kmh      Nullable(Float64) CODEC(ZSTD(1)),
    limit_kmh          Nullable(Float64) COMMENT 'that was passed by speeding' CODEC(ZSTD(1)),
    limit_source       LowCardinality(String) COMMENT 'own, fence or road',
    distance_m         Nullable(Float64) COMMENT 'metres driven from start to end of speeding' CODEC(ZSTD(1)),
    raw_partition      Int32 COMMENT 'place in the raw topic of the item that led to this revision' CODEC(ZSTD(1)),
    raw_offset         Int64 CODEC(Delta, ZSTD(1)),
    inserted_time      DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT event_id_given CHECK event_id != '',
    CONSTRAINT start_time_range CHECK start_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND start_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplacingMergeTree(revision, retracted)
PARTITION BY toYYYYMM(start_time)
ORDER BY (imei, start_time, event_id)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one event of driving behaviour';
