-- Question: Do our geofence events and the platform's own fence alarms agree, and what does each miss?
-- Answer: One row an entry or exit. both: the platform raised an alarm of it within 300 s, difference_s later (negative:
--   earlier); ours_only and platform_only: the other side has nothing. Alarms of fences that are not defined here match by
--   time alone (matched_by).
-- Parameters: from_day, to_day: UTC, both included.
-- Example: from_day=2026-03-02 to_day=2026-03-03
SELECT day, imei, direction, seen_by, matched_by, fence_id, our_time, platform_time, difference_s, alarm_fence
FROM fence_alarm_check
WHERE day BETWEEN {from_day:Date} AND {to_day:Date}
ORDER BY coalesce(our_time, platform_time), imei;
