-- +goose NO TRANSACTION
-- +goose Up
CREATE DICTIONARY IF NOT EXISTS alarm_names_dict
(
    msg_class Int32,
    code      String,
    subtype   String,
    kind      String,
    severity  String,
    text      String,
    conflict  String
)
PRIMARY KEY msg_class, code, subtype
SOURCE(CLICKHOUSE(TABLE 'alarm_names_now'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 30 MAX 60)
COMMENT 'What alarms are, by class, code and subtype';
