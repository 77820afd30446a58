-- Question: How do the readings of a vehicle's bus develop?
-- Answer: One row an hour with readings. A battery that sinks from day to day, or a coolant that gets hotter, is a
--   workshop's business before it is a breakdown.
-- Parameters: imei; from, to: event time, UTC.
-- Example: imei=860000000000001 from=2026-03-02 00:00:00 to=2026-03-04 00:00:00
SELECT hour, readings, round(coolant_avg_c, 1) AS coolant_avg_c, coolant_max_c, battery_min_v, round(battery_avg_v, 2) AS battery_avg_v, rpm_max, speed_max_kmh, fuel_first_percent, fuel_last_percent
FROM obd_hourly
WHERE imei = {imei:String} AND hour >= {from:DateTime} AND hour < {to:DateTime}
ORDER BY hour;
