-- +goose NO TRANSACTION
-- +goose Up
CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_fix_repeats TO device_contacts AS
SELECT imei, max(received_time) AS contact_time
FROM fix_repeats
WHERE source IN ('push', 'openapi', 'tag')
GROUP BY imei;
