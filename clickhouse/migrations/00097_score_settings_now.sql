-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW score_settings_now AS
SELECT maxOrNull(s.version) AS version, argMaxOrNull(weight_low, s.version) AS weight_low, argMaxOrNull(weight_medium, s.version) AS weight_medium,
    argMaxOrNull(weight_high, s.version) AS weight_high, argMaxOrNull(min_km, s.version) AS min_km, argMaxOrNull(min_observable_share, s.version) AS min_observable_share
FROM score_settings AS s;
