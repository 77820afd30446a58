-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS alarm_names
(
    msg_class Int32 COMMENT '0 JIMI, 1 JT/T 808',
    code      String,
    subtype   String COMMENT 'empty: every subtype without a name of its own',
    kind      String COMMENT 'what the alarm is, the same word for every vendor code; empty: the name is taken back',
    severity  LowCardinality(String) COMMENT 'info, warning, critical',
    text      String,
    conflict  String COMMENT 'how documents contradict each other, empty if they do not',
    version   UInt32 COMMENT 'of two rows of one alarm the higher is the truth; your own begin at 1000000'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (msg_class, code, subtype)
COMMENT 'What alarms are: odograph setup writes it, and a row of a higher version corrects it';
