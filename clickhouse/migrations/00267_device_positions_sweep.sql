-- +goose NO TRANSACTION
-- +goose Up
-- What device_positions_of_fixes could not see: an INSERT SELECT of many blocks that
-- was cut off leaves rows of which it was not told. Of each device its newest hour
-- with usable fixes is read again; what is there already is the same again.
CREATE MATERIALIZED VIEW IF NOT EXISTS device_positions_sweep REFRESH EVERY 1 HOUR APPEND TO device_positions AS
WITH
    (SELECT groupArray((imei, newest)) FROM (SELECT imei, max(hour) AS newest FROM device_hours WHERE usable_fixes > 0 GROUP BY imei)) AS hours,
    argMax(tuple(fixes.fix_time, fixes.received_time, fixes.source, fixes.lat_e7, fixes.lng_e7, fixes.speed_kmh, fixes.heading_deg, fixes.altitude_m, fixes.odometer_m, fixes.satellites, fixes.h3_r9),
        toUnixTimestamp64Second(fixes.fix_time) * 1024 + raw_offset % 1024) AS newest
SELECT imei, max(toUnixTimestamp64Second(fixes.fix_time) * 1024 + raw_offset % 1024) AS rank,
    newest.1 AS fix_time, newest.2 AS received_time, newest.3 AS source, newest.4 AS lat_e7, newest.5 AS lng_e7, newest.6 AS speed_kmh, newest.7 AS heading_deg,
    newest.8 AS altitude_m, newest.9 AS odometer_m, newest.10 AS satellites, newest.11 AS h3_r9
FROM fixes
WHERE (imei, toStartOfHour(fixes.fix_time)) IN (SELECT h.1, h.2 FROM (SELECT arrayJoin(hours) AS h))
    AND NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])
GROUP BY imei;
