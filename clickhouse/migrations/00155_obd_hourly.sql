-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW obd_hourly
(
    imei             String,
    hour             DateTime('UTC') COMMENT 'beginning of the hour of event time',
    readings         UInt64 COMMENT 'of the bus in this hour; each value is of those that have it, NULL where none has',
    coolant_avg_c    Nullable(Float64) COMMENT '°C',
    coolant_max_c    Nullable(Float64) COMMENT '°C',
    battery_min_v    Nullable(Float64) COMMENT 'volts',
    battery_avg_v    Nullable(Float64) COMMENT 'volts',
    rpm_avg          Nullable(Float64) COMMENT 'revolutions a minute',
    rpm_max          Nullable(Float64) COMMENT 'revolutions a minute',
    speed_max_kmh    Nullable(Float64) COMMENT 'km/h',
    fuel_first_percent Nullable(Float64) COMMENT 'per cent, first reading of the hour',
    fuel_last_percent  Nullable(Float64) COMMENT 'per cent, last reading of the hour',
    fuel_first_l     Nullable(Float64) COMMENT 'litres, first reading of the hour',
    fuel_last_l      Nullable(Float64) COMMENT 'litres, last reading of the hour',
    odometer_last_m  Nullable(Float64) COMMENT 'metres, last reading of the hour'
)
AS
SELECT imei, toStartOfHour(event_time) AS hour, count() AS readings,
    avg(o.coolant_c) AS coolant_avg_c, max(o.coolant_c) AS coolant_max_c, min(o.battery_v) AS battery_min_v, avg(o.battery_v) AS battery_avg_v,
    avg(o.rpm) AS rpm_avg, max(o.rpm) AS rpm_max, max(o.speed_kmh) AS speed_max_kmh,
    argMin(o.fuel_percent, event_time) AS fuel_first_percent, argMax(o.fuel_percent, event_time) AS fuel_last_percent,
    argMin(o.fuel_l, event_time) AS fuel_first_l, argMax(o.fuel_l, event_time) AS fuel_last_l, argMax(o.odometer_m, event_time) AS odometer_last_m
FROM obd AS o FINAL
GROUP BY imei, hour
COMMENT 'One row is one device and hour: what the bus of the vehicle said';
