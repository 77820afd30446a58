-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW faults_open
(
    imei        String,
    name        String COMMENT 'of the definition of the device',
    plate       String,
    code        String COMMENT 'trouble code, as P0301',
    text        Nullable(String) COMMENT 'NULL where the code is not known',
    system      Nullable(String) COMMENT 'powertrain, chassis, body or network',
    start_time  DateTime64(3, 'UTC') COMMENT 'when it was reported first',
    last_time   DateTime64(3, 'UTC') COMMENT 'when it was reported last',
    open_s      Int64 COMMENT 'seconds since it was reported first',
    lat         Nullable(Float64) COMMENT 'degrees, WGS-84, where it was reported first',
    lng         Nullable(Float64) COMMENT 'degrees, WGS-84',
    event_id    String COMMENT 'of condition_events'
)
AS
SELECT imei, dictGetOrDefault('devices_dict', 'name', imei, '') AS name, dictGetOrDefault('devices_dict', 'plate', imei, '') AS plate,
    toString(e.code) AS code, dictGetOrNull('dtc_dict', 'text', substring(code, 1, 5)) AS text,
    if(match(code, '^[PCBU][0-3][0-9A-F]{3}'), transform(substring(code, 1, 1), ['P', 'C', 'B', 'U'], ['powertrain', 'chassis', 'body', 'network'], ''), NULL) AS system,
    start_time, end_time AS last_time, dateDiff('second', start_time, now64(3, 'UTC')) AS open_s, lat, lng, event_id
FROM condition_events AS e FINAL
WHERE kind = 'fault' AND ongoing
COMMENT 'One row is one trouble code that a device still reports';
