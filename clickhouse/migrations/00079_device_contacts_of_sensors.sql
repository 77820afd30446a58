-- +goose NO TRANSACTION
-- +goose Up
CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_sensors TO device_contacts AS
SELECT imei, max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time
FROM sensors
GROUP BY imei;
