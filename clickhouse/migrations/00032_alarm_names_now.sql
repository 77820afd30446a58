-- +goose NO TRANSACTION
-- +goose Up
CREATE VIEW IF NOT EXISTS alarm_names_now AS
SELECT msg_class, code, subtype, kind, severity, text, conflict, version
FROM alarm_names FINAL
WHERE kind != '';
