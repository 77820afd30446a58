-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW route
(
    imei          String,
    fix_time      DateTime64(0, 'UTC') COMMENT 'when the device was there',
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took the fix',
    source        LowCardinality(String) COMMENT 'interface it came by first',
    lat           Float64 COMMENT 'degrees, WGS-84',
    lng           Float64 COMMENT 'degrees, WGS-84',
    speed_kmh     Nullable(Float32) COMMENT 'km/h, by the device',
    heading_deg   Nullable(Float32) COMMENT 'degrees, clockwise from north',
    altitude_m    Nullable(Float32) COMMENT 'metres',
    odometer_m    Nullable(Float64) COMMENT 'metres',
    acc           Nullable(Bool) COMMENT 'ignition',
    satellites    Nullable(Int32),
    quality       Array(LowCardinality(String)) COMMENT 'flags of what is doubtful',
    usable        Bool COMMENT 'the position can be believed; the others are part of no step',
    gap_s         Nullable(Int64) COMMENT 'seconds since the usable fix before; NULL for the first, and for fixes that are not usable',
    step_m        Nullable(Float64) COMMENT 'metres from the usable fix before',
    gap           Bool COMMENT 'gap_s is more than max_gap_s: nothing is known of in between',
    gap_kind      LowCardinality(String) COMMENT 'of a gap: stood (less than 200 m apart) or moved; else empty',
    segment       UInt64 COMMENT 'counts from 0, and up with each gap: draw one line a segment'
)
AS
SELECT imei, fix_time, received_time, source, lat, lng, speed_kmh, heading_deg, altitude_m, odometer_m, acc, satellites, quality, usable,
    if(usable AND before > 0, toUnixTimestamp64Second(fix_time) - before, NULL) AS gap_s,
    if(usable AND before > 0, greatCircleDistance(before_lng, before_lat, lng, lat), NULL) AS step_m,
    ifNull(gap_s > {max_gap_s:UInt32}, false)::Bool AS gap,
    multiIf(NOT gap, '', step_m < 200, 'stood', 'moved') AS gap_kind,
    sum(gap) OVER (PARTITION BY imei ORDER BY fix_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS segment
FROM
(
    SELECT imei, fix_time, received_time, source, lat, lng, speed_kmh, heading_deg, altitude_m, odometer_m, acc, satellites, quality, usable,
        max(usable * toUnixTimestamp64Second(fix_time)) OVER earlier AS before,
        anyLast(if(usable, lat, NULL)) OVER earlier AS before_lat,
        anyLast(if(usable, lng, NULL)) OVER earlier AS before_lng
    FROM
    (
        SELECT imei, fix_time, received_time, source, lat, lng, speed_kmh, heading_deg, altitude_m, odometer_m, acc, satellites, quality,
            (NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi']))::Bool AS usable
        FROM fixes FINAL
        WHERE imei = {imei:String} AND fix_time >= {from:DateTime64(0, 'UTC')} AND fix_time < {to:DateTime64(0, 'UTC')}
    )
    WINDOW earlier AS (PARTITION BY imei ORDER BY fix_time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
COMMENT 'One row is one fix of one device from a time on and before another, with gaps marked: SELECT * FROM route(imei = …, from = …, to = …, max_gap_s = 300) ORDER BY fix_time';
