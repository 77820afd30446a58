-- Question: How fresh is the data, and which stage takes how long?
-- Answer: One row a source and stage over the last hours. fix_to_received is the device, the network and the platform;
--   received_to_inserted is Odograph. Quantiles are 1 % accurate, max_s is exact. A re-upload after an outage of a device
--   shows in fix_to_received only.
-- Parameters: hours: how many back.
-- Example: hours=1
SELECT source, stage, sum(fixes) AS all_fixes, max(p99_s) > 60 AS worst_p99_over_a_minute, max(max_s) AS max_s
FROM latency_hourly
WHERE hour >= toStartOfHour(now() - toIntervalHour({hours:UInt32}))
GROUP BY source, stage
ORDER BY source, indexOf(['fix_to_received', 'received_to_inserted', 'fix_to_inserted'], stage);
