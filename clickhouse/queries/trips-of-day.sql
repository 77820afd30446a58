-- Question: Which trips did the fleet make on a day?
-- Answer: One row a trip that began on this day. distance_km is from the track, odometer_km from the device; a trip that
--   is ongoing will tell more. observable_share is the part of its driving time in which harsh events could be seen.
-- Parameters: day: UTC.
-- Example: day=2026-03-02
SELECT imei, dictGetOrDefault('devices_dict', 'name', imei, '') AS name, start_time, end_time, round(distance_m / 1000, 1) AS distance_km, round(odometer_distance_m / 1000, 1) AS odometer_km,
    max_speed_kmh, round(idle_s / 60) AS idle_min, observable_share, end_reason, ongoing
FROM trips FINAL
WHERE toDate(start_time) = {day:Date}
ORDER BY start_time, imei;
