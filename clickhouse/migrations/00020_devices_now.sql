-- +goose NO TRANSACTION
-- +goose Up
CREATE VIEW IF NOT EXISTS devices_now AS
SELECT imei, name, model, group_name, vehicle_class, plate, driver_name, timezone
FROM devices FINAL
WHERE NOT deleted;
