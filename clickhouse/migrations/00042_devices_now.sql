-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW devices_now AS
SELECT imei, name, model, group_name, vehicle_class, plate, driver_name, timezone, account, activated_time, expires_time
FROM devices FINAL
WHERE NOT deleted;
