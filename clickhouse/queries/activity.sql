-- Question: How much was each vehicle used, day by day?
-- Answer: One row a device and day. Hours of driving, of idling (engine on at a stop) and of parking; what goes on over
--   midnight is divided by time.
-- Parameters: from_day, to_day: UTC, both included.
-- Example: from_day=2026-03-02 to_day=2026-03-03
SELECT day, imei, trips, round(distance_m / 1000, 1) AS distance_km, round(driving_s / 3600, 2) AS driving_h, round(idling_s / 3600, 2) AS idling_h, round(parking_s / 3600, 2) AS parking_h,
    idlings, parkings, max_speed_kmh, formatDateTime(first_start_time, '%H:%i') AS first_start, formatDateTime(last_end_time, '%H:%i') AS last_end
FROM activity_daily
WHERE day BETWEEN {from_day:Date} AND {to_day:Date}
ORDER BY day, imei;
