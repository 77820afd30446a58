-- Rows from before the view. What it wrote itself by now is the same again.
-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO device_contacts (imei, contact_time, heartbeat_time, acc, battery_percent, charging, gsm_signal)
SELECT imei,
    max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time,
    max(event_time) AS heartbeat_time,
    argMaxState(heartbeats.acc, toUnixTimestamp64Milli(event_time) * 1024 + raw_offset % 1024) AS acc,
    argMaxState(heartbeats.battery_percent, toUnixTimestamp64Milli(event_time) * 1024 + raw_offset % 1024) AS battery_percent,
    argMaxState(heartbeats.charging, toUnixTimestamp64Milli(event_time) * 1024 + raw_offset % 1024) AS charging,
    argMaxState(heartbeats.gsm_signal, toUnixTimestamp64Milli(event_time) * 1024 + raw_offset % 1024) AS gsm_signal
FROM heartbeats
GROUP BY imei;
