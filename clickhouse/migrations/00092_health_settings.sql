-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS health_settings
(
    version             UInt32 COMMENT 'the highest holds; your own begin at 2',
    online_within_s     UInt32 COMMENT 'seconds since the last contact up to which a device is online',
    stale_moving_s      UInt32 COMMENT 'seconds without a usable fix that are too many with the ignition on',
    stale_parked_s      UInt32 COMMENT 'and with the ignition off or unknown',
    battery_low_percent Float64,
    alarm_days          UInt16 COMMENT 'days for which an alarm of tampering or jamming is shown',
    offline_days        UInt16 COMMENT 'days back that the view offline_periods looks'
)
ENGINE = ReplacingMergeTree
ORDER BY version
COMMENT 'Limits of the views device_health and offline_periods; insert a row of a higher version to change them';
