-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW fuel_levels
(
    imei       String,
    event_time DateTime64(3, 'UTC') COMMENT 'when it was measured',
    read_from  LowCardinality(String) COMMENT 'sensor (a fuel sensor of the device) or obd (the bus of the vehicle)',
    channel    String COMMENT 'of the sensor',
    level      Float64 COMMENT 'as it was measured, not smoothed, in unit',
    unit       LowCardinality(String) COMMENT 'percent, L, cm, …'
)
AS
SELECT imei, event_time, 'sensor' AS read_from, channel, assumeNotNull(value) AS level, toString(unit) AS unit FROM sensors FINAL WHERE kind = 'fuel' AND value IS NOT NULL
UNION ALL
SELECT imei, event_time, 'obd', 'percent', assumeNotNull(fuel_percent), 'percent' FROM obd FINAL WHERE fuel_percent IS NOT NULL
UNION ALL
SELECT imei, event_time, 'obd', 'litres', assumeNotNull(fuel_l), 'L' FROM obd FINAL WHERE fuel_l IS NOT NULL
COMMENT 'One row is one reading of how much fuel there is, of sensors and of the bus of the vehicle';
