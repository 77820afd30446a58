-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW latency_minutes
(
    minute DateTime('UTC') COMMENT 'in which the fixes were inserted',
    source LowCardinality(String) COMMENT 'interface that brought them first',
    stage  LowCardinality(String) COMMENT 'fix_to_received (device, network and platform), received_to_inserted (Odograph) or fix_to_inserted (both)',
    fixes  UInt64 COMMENT 'distinct fixes',
    p50_s  Float64 COMMENT 'seconds, median; 1 % accurate',
    p90_s  Float64 COMMENT 'seconds, 1 % accurate',
    p99_s  Float64 COMMENT 'seconds, 1 % accurate',
    max_s  Float64 COMMENT 'seconds'
)
AS
SELECT minute, source, stage, n AS fixes, quantiles[1] AS p50_s, quantiles[2] AS p90_s, quantiles[3] AS p99_s, longest AS max_s
FROM
(
    SELECT c.minute AS minute, source, sum(c.fixes) AS n,
        [('fix_to_received', quantilesDDMerge(0.01, 0.5, 0.9, 0.99)(c.fix_to_received), max(c.max_fix_to_received_s)),
         ('received_to_inserted', quantilesDDMerge(0.01, 0.5, 0.9, 0.99)(c.received_to_inserted), max(c.max_received_to_inserted_s)),
         ('fix_to_inserted', quantilesDDMerge(0.01, 0.5, 0.9, 0.99)(c.fix_to_inserted), max(c.max_fix_to_inserted_s))] AS stages
    FROM latency_counts AS c FINAL
    WHERE c.fixes > 0
    GROUP BY minute, source
)
ARRAY JOIN stages.1 AS stage, stages.2 AS quantiles, stages.3 AS longest
COMMENT 'One row is one minute, source and stage: how long fixes took';
