-- +goose NO TRANSACTION
-- +goose Up
CREATE VIEW IF NOT EXISTS alarms_named AS
SELECT
    *,
    coalesce(dictGetOrNull('alarm_names_dict', 'kind', (msg_class, toString(code), toString(subtype))),
        dictGetOrNull('alarm_names_dict', 'kind', (msg_class, toString(code), ''))) AS kind,
    coalesce(dictGetOrNull('alarm_names_dict', 'severity', (msg_class, toString(code), toString(subtype))),
        dictGetOrNull('alarm_names_dict', 'severity', (msg_class, toString(code), ''))) AS severity,
    coalesce(dictGetOrNull('alarm_names_dict', 'text', (msg_class, toString(code), toString(subtype))),
        dictGetOrNull('alarm_names_dict', 'text', (msg_class, toString(code), ''))) AS text,
    coalesce(dictGetOrNull('alarm_names_dict', 'conflict', (msg_class, toString(code), toString(subtype))),
        dictGetOrNull('alarm_names_dict', 'conflict', (msg_class, toString(code), ''))) AS conflict_note,
    ifNull(conflict_note != '', false) AS conflict
FROM alarms FINAL
COMMENT 'Alarms with what they are, resolved when they are read: a corrected name holds for all history';
