-- Question: When was fuel filled in or taken out, and does it fit the readings around it?
-- Answer: One row an event. change is in unit, negative when fuel was taken out; read_before and read_after are the last
--   reading before it and the first after it, as measured.
-- Parameters: from, to: start of the event, UTC.
-- Example: from=2026-03-02 00:00:00 to=2026-03-04 00:00:00
SELECT e.imei AS imei, e.kind AS kind, e.start_time AS start_time, e.end_time AS end_time, e.level_before AS level_before, e.level_after AS level_after, e.change AS change, e.unit AS unit,
    argMaxIf(l.level, l.event_time, l.event_time <= e.start_time) AS read_before, argMinIf(l.level, l.event_time, l.event_time >= e.end_time) AS read_after
FROM fuel_events AS e
LEFT JOIN fuel_levels AS l ON l.imei = e.imei AND l.channel = e.channel
WHERE e.start_time >= {from:DateTime} AND e.start_time < {to:DateTime}
GROUP BY imei, kind, start_time, end_time, level_before, level_after, change, unit
ORDER BY start_time, imei;
