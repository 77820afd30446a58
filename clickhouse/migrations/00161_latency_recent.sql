-- +goose NO TRANSACTION
-- +goose Up
CREATE MATERIALIZED VIEW IF NOT EXISTS latency_recent REFRESH EVERY 1 MINUTE APPEND TO latency_counts AS
WITH toStartOfMinute(now() - toIntervalMinute(20)) AS since
SELECT minute, source, sum(stored) AS fixes,
    quantilesDDStateIf(0.01, 0.5, 0.9, 0.99)(until_received, stored) AS fix_to_received,
    quantilesDDStateIf(0.01, 0.5, 0.9, 0.99)(until_inserted, stored) AS received_to_inserted,
    quantilesDDStateIf(0.01, 0.5, 0.9, 0.99)(until_received + until_inserted, stored) AS fix_to_inserted,
    max(until_received) AS max_fix_to_received_s, max(until_inserted) AS max_received_to_inserted_s, max(until_received + until_inserted) AS max_fix_to_inserted_s,
    now64(3, 'UTC') AS computed_time
FROM
(
    SELECT toStartOfMinute(inserted_time)::DateTime('UTC') AS minute, source, true AS stored,
        greatest(0, dateDiff('millisecond', fix_time, received_time)) / 1000 AS until_received,
        greatest(0, dateDiff('millisecond', received_time, inserted_time)) / 1000 AS until_inserted
    FROM fixes FINAL
    WHERE inserted_time >= since
    UNION ALL
    SELECT minute, source, false, 0, 0 FROM latency_counts FINAL WHERE minute >= since
)
GROUP BY minute, source;
