-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE DICTIONARY devices_dict
(
    imei          String,
    name          String,
    model         String,
    group_name    String,
    vehicle_class String,
    plate         String,
    driver_name   String,
    timezone      String,
    account       String,
    expires_time  Nullable(DateTime64(3, 'UTC'))
)
PRIMARY KEY imei
SOURCE(CLICKHOUSE(TABLE 'devices_now'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 30 MAX 60)
COMMENT 'Devices by IMEI';
