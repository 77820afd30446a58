-- Rows from before the view. What it wrote itself by now is the same again.
-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO device_contacts (imei, battery_percent, charging)
SELECT imei,
    argMaxState(messages.battery_percent, toUnixTimestamp64Milli(ifNull(event_time, received_time)) * 1024 + raw_offset % 1024) AS battery_percent,
    argMaxState(messages.charging, toUnixTimestamp64Milli(ifNull(event_time, received_time)) * 1024 + raw_offset % 1024) AS charging
FROM messages
WHERE source IN ('push', 'openapi', 'tag') AND (messages.battery_percent IS NOT NULL OR messages.charging IS NOT NULL)
GROUP BY imei;
