-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW devices_now AS
SELECT imei, name, model, group_name, vehicle_class, plate, driver_name, timezone, account, activated_time, expires_time,
    temperature_min_c, temperature_max_c, speed_limit_kmh
FROM devices FINAL
WHERE NOT deleted;
