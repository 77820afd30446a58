-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO score_settings (version, weight_low, weight_medium, weight_high, min_km, min_observable_share)
SELECT 1, 1, 3, 8, 50, 0.2
WHERE (SELECT count() FROM score_settings) = 0;
