-- Rows from before the view. What it wrote itself by now is the same again.
-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO device_contacts (imei, contact_time)
SELECT imei, max(received_time) AS contact_time
FROM fix_repeats
WHERE source IN ('push', 'openapi', 'tag')
GROUP BY imei;
