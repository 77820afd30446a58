-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW health_settings_now AS
SELECT maxOrNull(s.version) AS version, argMaxOrNull(online_within_s, s.version) AS online_within_s, argMaxOrNull(stale_moving_s, s.version) AS stale_moving_s,
    argMaxOrNull(stale_parked_s, s.version) AS stale_parked_s, argMaxOrNull(battery_low_percent, s.version) AS battery_low_percent,
    argMaxOrNull(alarm_days, s.version) AS alarm_days, argMaxOrNull(offline_days, s.version) AS offline_days
FROM health_settings AS s;
