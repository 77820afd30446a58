-- +goose NO TRANSACTION
-- +goose Up
CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_messages TO device_contacts AS
SELECT imei,
    argMaxState(messages.battery_percent, (ifNull(event_time, received_time), raw_offset)) AS battery_percent,
    argMaxState(messages.charging, (ifNull(event_time, received_time), raw_offset)) AS charging
FROM messages
WHERE source IN ('push', 'openapi', 'tag') AND (messages.battery_percent IS NOT NULL OR messages.charging IS NOT NULL)
GROUP BY imei;
