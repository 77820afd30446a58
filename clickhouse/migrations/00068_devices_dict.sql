-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE DICTIONARY devices_dict
(
    imei              String,
    name              String,
    model             String,
    group_name        String,
    vehicle_class     String,
    plate             String,
    driver_name       String,
    timezone          String,
    account           String,
    expires_time      Nullable(DateTime64(3, 'UTC')),
    temperature_min_c Nullable(Float64),
    temperature_max_c Nullable(Float64),
    speed_limit_kmh   Nullable(Float64)
)
PRIMARY KEY imei
SOURCE(CLICKHOUSE(TABLE 'devices_now'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 30 MAX 60)
COMMENT 'Devices by IMEI';
