-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS device_alarm_codes
(
    imei      String,
    msg_class Int32 COMMENT '0 JIMI, 1 JT/T 808',
    code      String,
    subtype   String,
    last_time SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'newest alarm, by its own time'
)
ENGINE = AggregatingMergeTree
ORDER BY (imei, msg_class, code, subtype)
COMMENT 'When each device raised each alarm last';
