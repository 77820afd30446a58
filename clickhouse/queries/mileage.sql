-- Question: How far did each vehicle drive, and do the sources agree?
-- Answer: One row a device and day: kilometres by trips, by the track of all fixes, by the odometer of the device, by its
--   trip reports and by the platform, side by side; NULL where nothing tells. suspicious: two of them differ by more than
--   a tenth from the track.
-- Parameters: from_day, to_day: UTC, both included.
-- Example: from_day=2026-03-02 to_day=2026-03-03
SELECT day, imei, round(trips_m / 1000, 2) AS trips_km, round(track_m / 1000, 2) AS track_km, round(odometer_m / 1000, 2) AS odometer_km, round(report_m / 1000, 2) AS report_km,
    round(platform_m / 1000, 2) AS platform_km, length(arrayFilter(d -> abs(d) > 0.1, [odometer_difference, report_difference, platform_difference])) >= 2 AS suspicious
FROM mileage_daily
WHERE day BETWEEN {from_day:Date} AND {to_day:Date}
ORDER BY day, imei;
