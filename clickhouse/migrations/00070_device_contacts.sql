-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS device_contacts
(
    imei                 String,
    contact_time         SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))) COMMENT 'last sign of life: of pushes when they were received, of polls the time that they tell of',
    heartbeat_time       SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
    fix_time             SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))) COMMENT 'newest fix with a position of its own that can be trusted',
    login_time           SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
    logout_time          SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
    logout_received_time SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
    lat_e7               AggregateFunction(argMax, Int32, Int64) COMMENT 'of the newest such fix, 1e-7 degrees; all of these go by milliseconds since 1970 × 1024 + raw_offset mod 1024, so that of two values of one time always the same one holds',
    lng_e7               AggregateFunction(argMax, Int32, Int64),
    acc                  AggregateFunction(argMax, Nullable(Bool), Int64) COMMENT 'ignition, of fixes and heartbeats',
    battery_percent      AggregateFunction(argMax, Nullable(Float64), Int64),
    charging             AggregateFunction(argMax, Nullable(Bool), Int64),
    gsm_signal           AggregateFunction(argMax, Nullable(Int32), Int64)
)
ENGINE = AggregatingMergeTree
ORDER BY imei
COMMENT 'Latest of each device, kept up to date by the views device_contacts_of_…: maxima only, so that what comes twice changes nothing';
