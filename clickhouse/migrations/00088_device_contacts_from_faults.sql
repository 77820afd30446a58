-- Rows from before the view. What it wrote itself by now is the same again.
-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO device_contacts (imei, contact_time)
SELECT imei, max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time
FROM faults
GROUP BY imei;
