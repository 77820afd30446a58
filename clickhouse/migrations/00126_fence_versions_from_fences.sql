-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO fence_versions
SELECT fence_id, version, name, geojson, deleted, valid_from, imeis, group_names, speed_limit_kmh, settings, updated_time
FROM fences;
