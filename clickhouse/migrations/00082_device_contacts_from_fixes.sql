-- Rows from before the view. What it wrote itself by now is the same again.
-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO device_contacts (imei, contact_time, fix_time, lat_e7, lng_e7, acc)
SELECT imei,
    max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, toDateTime64(fixes.fix_time, 3, 'UTC')))) AS contact_time,
    maxOrNullIf(toDateTime64(fixes.fix_time, 3, 'UTC'), NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])) AS fix_time,
    argMaxStateIf(fixes.lat_e7, (toDateTime64(fixes.fix_time, 3, 'UTC'), raw_offset), NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])) AS lat_e7,
    argMaxStateIf(fixes.lng_e7, (toDateTime64(fixes.fix_time, 3, 'UTC'), raw_offset), NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])) AS lng_e7,
    argMaxState(fixes.acc, (least(received_time, toDateTime64(fixes.fix_time, 3, 'UTC')), raw_offset)) AS acc
FROM fixes
GROUP BY imei;
