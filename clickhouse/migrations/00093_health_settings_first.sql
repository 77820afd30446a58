-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO health_settings (version, online_within_s, stale_moving_s, stale_parked_s, battery_low_percent, alarm_days, offline_days)
SELECT 1, 900, 1800, 86400, 15, 7, 7
WHERE (SELECT count() FROM health_settings) = 0;
