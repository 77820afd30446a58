-- +goose NO TRANSACTION
-- +goose Up
CREATE VIEW IF NOT EXISTS dtc_names_now AS
SELECT code, text, version
FROM dtc_names FINAL
WHERE text != '';
