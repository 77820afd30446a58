-- +goose NO TRANSACTION
-- +goose Up
CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_alarms TO device_contacts AS
SELECT imei, max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time
FROM alarms
WHERE code != 'offline'
GROUP BY imei;
