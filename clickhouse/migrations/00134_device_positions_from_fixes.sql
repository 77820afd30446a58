-- +goose NO TRANSACTION
-- +goose Up
-- Rows from before the view. What it wrote itself by now is the same again.
INSERT INTO device_positions (imei, rank, fix_time, received_time, source, lat_e7, lng_e7, speed_kmh, heading_deg, altitude_m, odometer_m, satellites, h3_r9)
WITH argMax(tuple(fixes.fix_time, fixes.received_time, fixes.source, fixes.lat_e7, fixes.lng_e7, fixes.speed_kmh, fixes.heading_deg, fixes.altitude_m, fixes.odometer_m, fixes.satellites, fixes.h3_r9),
    toUnixTimestamp64Second(fixes.fix_time) * 1024 + raw_offset % 1024) AS newest
SELECT imei, max(toUnixTimestamp64Second(fixes.fix_time) * 1024 + raw_offset % 1024) AS rank,
    newest.1 AS fix_time, newest.2 AS received_time, newest.3 AS source, newest.4 AS lat_e7, newest.5 AS lng_e7, newest.6 AS speed_kmh, newest.7 AS heading_deg,
    newest.8 AS altitude_m, newest.9 AS odometer_m, newest.10 AS satellites, newest.11 AS h3_r9
FROM fixes
WHERE NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])
GROUP BY imei;
