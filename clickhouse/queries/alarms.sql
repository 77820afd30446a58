-- Question: What did devices and the platform raise alarms of?
-- Answer: One row a kind of alarm, the most severe and most frequent first. conflict: the documents of the vendor
--   contradict each other about its code, see the columns conflict_note and raw of alarms_named. kind NULL:
--   a code that has no name yet.
-- Parameters: from, to: event time, UTC.
-- Example: from=2026-03-02 00:00:00 to=2026-03-04 00:00:00
SELECT severity, kind, text, if(kind IS NULL, groupUniqArray(3)(code), []) AS unknown_codes, max(conflict) AS conflict, count() AS alarms, uniqExact(imei) AS devices, max(event_time) AS newest
FROM alarms_named
WHERE event_time >= {from:DateTime} AND event_time < {to:DateTime}
GROUP BY severity, kind, text
ORDER BY indexOf(['critical', 'warning', 'info'], severity), alarms DESC, kind;
