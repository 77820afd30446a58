-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW mileage_daily
(
    imei                String,
    day                 Date COMMENT 'UTC',
    trips_m             Nullable(Float64) COMMENT 'metres of the trips, from the track; as in observable_daily',
    track_m             Nullable(Float64) COMMENT 'metres along all usable fixes; as in device_days',
    odometer_m          Nullable(Float64) COMMENT 'metres by the odometer of the device where two fixes in a row have it (polled tracks have none); as in device_days',
    odometer_track_m    Nullable(Float64) COMMENT 'metres of track_m between these fixes: what odometer_m is to be compared with',
    report_m            Nullable(Float64) COMMENT 'metres of the trip reports that the device pushed',
    platform_m          Nullable(Float64) COMMENT 'metres that the platform counted',
    odometer_difference Nullable(Float64) COMMENT '(odometer_m − odometer_track_m) / odometer_track_m',
    report_difference   Nullable(Float64) COMMENT '(report_m − track_m) / track_m',
    platform_difference Nullable(Float64) COMMENT '(platform_m − track_m) / track_m'
)
AS
SELECT imei, day,
    sum(b.trips_m) AS trips_m, sum(b.track_m) AS track_m, sum(b.odometer_m) AS odometer_m, sum(b.odometer_track_m) AS odometer_track_m, sum(b.report_m) AS report_m, sum(b.platform_m) AS platform_m,
    if(odometer_track_m > 0, (odometer_m - odometer_track_m) / odometer_track_m, NULL) AS odometer_difference,
    if(track_m > 0, (report_m - track_m) / track_m, NULL) AS report_difference,
    if(track_m > 0, (platform_m - track_m) / track_m, NULL) AS platform_difference
FROM
(
    SELECT imei, day, distance_m::Nullable(Float64) AS trips_m, NULL::Nullable(Float64) AS track_m, NULL::Nullable(Float64) AS odometer_m, NULL::Nullable(Float64) AS odometer_track_m, NULL::Nullable(Float64) AS report_m, NULL::Nullable(Float64) AS platform_m
    FROM observable_daily
    UNION ALL
    SELECT imei, day, NULL, distance_m, odometer_distance_m, odometer_track_m, NULL, NULL FROM device_days
    UNION ALL
    SELECT imei, day, NULL, NULL, NULL, NULL, if(kind = 'pushtripreport', part, NULL), if(kind = 'pushtripreport', NULL, part)
    FROM
    (
        SELECT imei, kind, begins, ends, metres,
            arrayJoin(arrayMap(i -> toDate(begins, 'UTC') + i, range(toUInt64(greatest(1, least(400, dateDiff('day', begins, ends) + 1)))))) AS day,
            metres * greatest(0, dateDiff('millisecond', greatest(begins, toDateTime64(day, 3, 'UTC')), least(ends, toDateTime64(day + 1, 3, 'UTC'))) / dateDiff('millisecond', begins, ends)) AS part
        FROM
        (
            -- The same time asked for again is one report, the one that reaches furthest.
            SELECT imei, kind, assumeNotNull(m.begin_time) AS begins, max(assumeNotNull(m.end_time)) AS ends, argMax(assumeNotNull(m.distance_m), (m.end_time, m.received_time)) AS metres
            FROM messages AS m FINAL
            WHERE kind IN ('pushtripreport', 'poll.track_mileage') AND m.begin_time IS NOT NULL AND m.end_time > m.begin_time AND m.distance_m IS NOT NULL
            GROUP BY imei, kind, begins
        )
    )
    WHERE part > 0
) AS b
GROUP BY imei, day
COMMENT 'One row is one device and day (UTC): how far it drove, by the track, the odometer and the platform side by side; NULL where nothing tells';
