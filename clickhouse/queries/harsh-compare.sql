-- Question: Do the stored harsh events and the history agree?
-- Answer: One row an event that GPS saw, with in_table and in_history. Both true: they agree, in their peaks too. Only
--   in_table: of another version of the rules, or decided with an alarm of the device. Only in_history: the fixes came too
--   late for the enricher (recompute_requests), or the rules were others then.
-- Parameters: from, to: fix time, UTC.
-- Example: from=2026-03-02 08:00:00 to=2026-03-02 09:00:00
SELECT imei, kind, end_time, max(stored) AS in_table, max(NOT stored) AS in_history
FROM
(
    SELECT imei, toString(kind) AS kind, end_time, round(assumeNotNull(peak_mps2), 6) AS peak, true AS stored
    FROM driving_events FINAL
    WHERE start_time >= {from:DateTime} AND start_time < {to:DateTime} AND startsWith(kind, 'harsh') AND has(sources, 'gps')
    UNION ALL
    SELECT imei, kind, end_time, round(peak_mps2, 6), false
    FROM harsh_from_history(imei = '', from = {from:DateTime}, to = {to:DateTime}, rule_version = '')
)
GROUP BY imei, kind, end_time, peak
ORDER BY imei, end_time, kind;
