-- +goose NO TRANSACTION
-- +goose Up
CREATE VIEW IF NOT EXISTS fences_now AS
SELECT fence_id, version, name, geojson
FROM fences FINAL
WHERE NOT deleted;
