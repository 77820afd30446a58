-- Rows from before the view. What it wrote itself by now is the same again.
-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO device_contacts (imei, contact_time, login_time, logout_time, logout_received_time)
SELECT imei,
    maxOrNullIf(received_time, kind = 'login') AS contact_time,
    maxOrNullIf(event_time, kind = 'login') AS login_time,
    maxOrNullIf(event_time, kind = 'logout') AS logout_time,
    maxOrNullIf(received_time, kind = 'logout') AS logout_received_time
FROM sessions
GROUP BY imei;
