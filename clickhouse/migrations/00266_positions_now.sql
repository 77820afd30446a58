-- +goose NO TRANSACTION
-- +goose Up
-- In place of the one of 00135: speeds have the digits that they have.
CREATE OR REPLACE VIEW positions_now
(
    imei              String,
    name              String COMMENT 'of the definition of the device',
    plate             String,
    group_name        String,
    vehicle_class     String,
    driver_name       String,
    state             String COMMENT 'never_seen, offline, no_position (online, but the newest position is too old), driving (3 km/h or more), idling (stands, ignition on) or parked',
    online            Bool COMMENT 'as in device_health',
    last_contact_time Nullable(DateTime64(3, 'UTC')) COMMENT 'last sign of life',
    offline_s         Nullable(Int64) COMMENT 'seconds since the last contact; NULL while online',
    fix_time          Nullable(DateTime64(0, 'UTC')) COMMENT 'of the newest usable fix; NULL: none yet, as all that follows from it',
    position_age_s    Nullable(Int64) COMMENT 'seconds since fix_time',
    received_time     Nullable(DateTime64(3, 'UTC')) COMMENT 'when the collector took this fix',
    source            Nullable(String) COMMENT 'interface it came by',
    lat               Nullable(Float64) COMMENT 'degrees, WGS-84',
    lng               Nullable(Float64) COMMENT 'degrees, WGS-84',
    h3_r9             Nullable(UInt64) COMMENT 'H3 cell of resolution 9',
    speed_kmh         Nullable(Float32) COMMENT 'km/h',
    heading_deg       Nullable(Float32) COMMENT 'degrees, clockwise from north',
    altitude_m        Nullable(Float32) COMMENT 'metres',
    odometer_m        Nullable(Float64) COMMENT 'metres',
    satellites        Nullable(Int32),
    acc               Nullable(Bool) COMMENT 'ignition, newest of fixes and heartbeats',
    battery_percent   Nullable(Float64) COMMENT 'per cent, of the device',
    charging          Nullable(Bool),
    gsm_signal        Nullable(Int32) COMMENT '0-100',
    problems          Array(String) COMMENT 'in words, as in device_health'
)
AS
SELECT
    h.imei AS imei, h.name AS name, h.plate AS plate, h.group_name AS group_name, d.vehicle_class AS vehicle_class, d.driver_name AS driver_name,
    multiIf(h.last_contact_time IS NULL, 'never_seen', NOT h.online, 'offline', p.imei = '' OR h.stale_position_while_online, 'no_position',
        ifNull(p.speed_kmh >= 3, false), 'driving', ifNull(h.acc, false), 'idling', 'parked') AS state,
    h.online AS online, h.last_contact_time AS last_contact_time, h.offline_s AS offline_s,
    if(p.imei = '', NULL, p.fix_time) AS fix_time,
    if(p.imei = '', NULL, dateDiff('second', p.fix_time, now64(0, 'UTC'))) AS position_age_s,
    if(p.imei = '', NULL, p.received_time) AS received_time,
    if(p.imei = '', NULL, toString(p.source)) AS source,
    if(p.imei = '', NULL, p.lat_e7 / 1e7) AS lat,
    if(p.imei = '', NULL, p.lng_e7 / 1e7) AS lng,
    if(p.imei = '', NULL, p.h3_r9) AS h3_r9,
    p.speed_kmh AS speed_kmh, p.heading_deg AS heading_deg, p.altitude_m AS altitude_m, p.odometer_m AS odometer_m, p.satellites AS satellites,
    h.acc AS acc, h.battery_percent AS battery_percent, h.charging AS charging, h.gsm_signal AS gsm_signal, h.problems AS problems
FROM device_health AS h
LEFT JOIN (SELECT * FROM device_positions FINAL) AS p ON p.imei = h.imei
LEFT JOIN devices_now AS d ON d.imei = h.imei
COMMENT 'One row is one device now, seen or only defined: its newest usable position by fix time, and its state. Reads small tables only, no fixes';
