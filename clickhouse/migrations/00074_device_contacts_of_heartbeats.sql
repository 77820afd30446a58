-- +goose NO TRANSACTION
-- +goose Up
CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_heartbeats TO device_contacts AS
SELECT imei,
    max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time,
    max(event_time) AS heartbeat_time,
    argMaxState(heartbeats.acc, (event_time, raw_offset)) AS acc,
    argMaxState(heartbeats.battery_percent, (event_time, raw_offset)) AS battery_percent,
    argMaxState(heartbeats.charging, (event_time, raw_offset)) AS charging,
    argMaxState(heartbeats.gsm_signal, (event_time, raw_offset)) AS gsm_signal
FROM heartbeats
GROUP BY imei;
