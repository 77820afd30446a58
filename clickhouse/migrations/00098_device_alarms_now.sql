-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW device_alarms_now AS
SELECT imei, msg_class, code, subtype, max(c.last_time) AS last_time,
    coalesce(dictGetOrNull('alarm_names_dict', 'kind', (msg_class, code, subtype)), dictGetOrNull('alarm_names_dict', 'kind', (msg_class, code, ''))) AS kind
FROM device_alarm_codes AS c
GROUP BY imei, msg_class, code, subtype
COMMENT 'When each device raised each alarm last, with what the alarm is by the names that hold today';
