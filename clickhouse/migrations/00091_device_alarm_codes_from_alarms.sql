-- Rows from before the view. What it wrote itself by now is the same again.
-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO device_alarm_codes (imei, msg_class, code, subtype, last_time)
SELECT imei, msg_class, toString(alarms.code) AS code, toString(alarms.subtype) AS subtype, max(event_time) AS last_time
FROM alarms
WHERE NOT ended
GROUP BY imei, msg_class, code, subtype;
