-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS latency_counts
(
    minute               DateTime('UTC') COMMENT 'in which the fixes were inserted' CODEC(Delta, ZSTD(1)),
    source               LowCardinality(String) COMMENT 'interface that brought them first',
    fixes                UInt32 COMMENT '0: there are none any more' CODEC(T64, ZSTD(1)),
    fix_to_received      AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.99), Float64) COMMENT 'seconds from fix time until the collector took it, 1 % accurate' CODEC(ZSTD(1)),
    received_to_inserted AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.99), Float64) COMMENT 'seconds from there until the insert began' CODEC(ZSTD(1)),
    fix_to_inserted      AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.99), Float64) COMMENT 'both together' CODEC(ZSTD(1)),
    max_fix_to_received_s      Float64 CODEC(ZSTD(1)),
    max_received_to_inserted_s Float64 CODEC(ZSTD(1)),
    max_fix_to_inserted_s      Float64 CODEC(ZSTD(1)),
    computed_time        DateTime64(3, 'UTC') COMMENT 'when this was counted; the newest holds' CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(computed_time)
PARTITION BY toYYYYMM(minute)
ORDER BY (minute, source)
COMMENT 'One row is one minute of inserting and source, counted anew as a whole by latency_recent (last 20 minutes, each minute) and latency_sweep (last 3 days, each day); read it by latency_minutes and latency_hourly';
