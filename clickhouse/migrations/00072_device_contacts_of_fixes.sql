-- +goose NO TRANSACTION
-- +goose Up
CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_fixes TO device_contacts AS
WITH empty(quality) OR NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi']) AS usable
SELECT imei,
    max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, toDateTime64(fixes.fix_time, 3, 'UTC')))) AS contact_time,
    maxOrNullIf(toDateTime64(fixes.fix_time, 3, 'UTC'), usable) AS fix_time,
    argMaxStateIf(fixes.lat_e7, toUnixTimestamp64Second(fixes.fix_time) * 1024000 + raw_offset % 1024, usable) AS lat_e7,
    argMaxStateIf(fixes.lng_e7, toUnixTimestamp64Second(fixes.fix_time) * 1024000 + raw_offset % 1024, usable) AS lng_e7,
    argMaxState(fixes.acc, least(toUnixTimestamp64Milli(received_time), toUnixTimestamp64Second(fixes.fix_time) * 1000) * 1024 + raw_offset % 1024) AS acc
FROM fixes
GROUP BY imei;
