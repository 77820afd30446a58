-- +goose NO TRANSACTION
-- +goose Up
CREATE MATERIALIZED VIEW IF NOT EXISTS device_alarm_codes_of_alarms TO device_alarm_codes AS
SELECT imei, msg_class, toString(alarms.code) AS code, toString(alarms.subtype) AS subtype, max(event_time) AS last_time
FROM alarms
WHERE NOT ended
GROUP BY imei, msg_class, code, subtype;
