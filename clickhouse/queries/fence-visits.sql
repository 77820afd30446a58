-- Question: Who was where for how long?
-- Answer: One row a visit of a geofence, also those that go on (ongoing: duration until now). state ended; inside;
--   unknown: nobody knows whether it is still inside; dropped: the fence was deleted meanwhile; no_end: no end was told.
--   unknown_min are minutes of the visit without a sign of life.
-- Parameters: from, to: start of the visit, UTC; fence_id: empty: all.
-- Example: from=2026-03-02 00:00:00 to=2026-03-04 00:00:00 fence_id=
SELECT imei, fence_id, fence_name, state, start_time, end_time, if(ongoing, NULL, round(duration_s / 60, 1)) AS duration_min, if(ongoing, NULL, round(unknown_s / 60, 1)) AS unknown_min, begin_kind, end_kind, inferred
FROM fence_visits
WHERE start_time >= {from:DateTime} AND start_time < {to:DateTime} AND {fence_id:String} IN ('', fence_id)
ORDER BY start_time, imei, fence_id;
