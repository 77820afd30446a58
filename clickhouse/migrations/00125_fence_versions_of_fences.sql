-- +goose NO TRANSACTION
-- +goose Up
CREATE MATERIALIZED VIEW IF NOT EXISTS fence_versions_of_fences TO fence_versions AS
SELECT fence_id, version, name, geojson, deleted, valid_from, imeis, group_names, speed_limit_kmh, settings, updated_time
FROM fences;
