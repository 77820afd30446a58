-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW fuel_events
(
    imei         String,
    kind         LowCardinality(String) COMMENT 'fuel_refuel or fuel_theft',
    start_time   DateTime64(3, 'UTC'),
    end_time     DateTime64(3, 'UTC'),
    channel      LowCardinality(String) COMMENT 'of the sensor',
    level_before Nullable(Float64) COMMENT 'smoothed, in unit',
    level_after  Nullable(Float64) COMMENT 'smoothed, in unit',
    change       Nullable(Float64) COMMENT 'in unit: positive when filled in, negative when taken out',
    unit         LowCardinality(String) COMMENT 'percent, L, cm, …',
    lat          Nullable(Float64) COMMENT 'degrees, WGS-84',
    lng          Nullable(Float64) COMMENT 'degrees, WGS-84',
    ongoing      Bool COMMENT 'a later revision will tell more',
    event_id     String COMMENT 'of condition_events'
)
AS
SELECT imei, kind, start_time, end_time, channel, value_before AS level_before, value_after AS level_after, value_after - value_before AS change, unit, lat, lng, ongoing, event_id
FROM condition_events FINAL
WHERE kind IN ('fuel_refuel', 'fuel_theft')
COMMENT 'One row is one time that fuel was filled in or taken out';
