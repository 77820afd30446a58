-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW fences_now AS
SELECT fence_id, version, name, geojson, valid_from, imeis, group_names, speed_limit_kmh, settings
FROM fences FINAL
WHERE NOT deleted;
