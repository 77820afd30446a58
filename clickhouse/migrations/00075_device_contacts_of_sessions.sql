-- +goose NO TRANSACTION
-- +goose Up
CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_sessions TO device_contacts AS
SELECT imei,
    maxOrNullIf(received_time, kind = 'login') AS contact_time,
    maxOrNullIf(event_time, kind = 'login') AS login_time,
    maxOrNullIf(event_time, kind = 'logout') AS logout_time,
    maxOrNullIf(received_time, kind = 'logout') AS logout_received_time
FROM sessions
GROUP BY imei;
