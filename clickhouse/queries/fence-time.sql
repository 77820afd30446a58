-- Question: How long was each vehicle in each geofence, day by day?
-- Answer: One row a device, geofence and day, with the minutes inside and of these the ones in which nobody knew. A visit
--   over midnight is divided.
-- Parameters: from_day, to_day: UTC, both included.
-- Example: from_day=2026-03-02 to_day=2026-03-02
SELECT day, fence_id, fence_name, imei, visits, round(inside_s / 60, 1) AS inside_min, round(unknown_s / 60, 1) AS unknown_min
FROM fence_time_daily
WHERE day BETWEEN {from_day:Date} AND {to_day:Date}
ORDER BY day, fence_id, imei;
