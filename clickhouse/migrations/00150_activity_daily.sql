-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW activity_daily
(
    imei             String,
    day              Date COMMENT 'UTC',
    trips            UInt64 COMMENT 'trips that began on this day',
    distance_m       Float64 COMMENT 'metres of trips, from the track; as in observable_daily',
    driving_s        Float64 COMMENT 'seconds in motion; as in observable_daily',
    trip_idle_s      Float64 COMMENT 'seconds at rest within trips',
    max_speed_kmh    Nullable(Float64) COMMENT 'km/h, of the trips that touch this day',
    first_start_time Nullable(DateTime64(3, 'UTC')) COMMENT 'when the first trip of this day began, or midnight where it goes on',
    last_end_time    Nullable(DateTime64(3, 'UTC')) COMMENT 'when the last trip of this day ended, or midnight where it goes on',
    parkings         UInt64 COMMENT 'parking periods that began on this day',
    parking_s        Float64 COMMENT 'seconds of them within this day',
    idlings          UInt64 COMMENT 'idling periods that began on this day',
    idling_s         Float64 COMMENT 'seconds of them within this day'
)
AS
SELECT imei, day, sum(b.trips) AS trips, sum(b.distance_m) AS distance_m, sum(b.driving_s) AS driving_s, sum(b.trip_idle_s) AS trip_idle_s,
    max(b.max_speed_kmh) AS max_speed_kmh, min(b.first_start_time) AS first_start_time, max(b.last_end_time) AS last_end_time,
    sum(b.parkings) AS parkings, sum(b.parking_s) AS parking_s, sum(b.idlings) AS idlings, sum(b.idling_s) AS idling_s
FROM
(
    SELECT imei, day, trips, distance_m, driving_s, 0. AS trip_idle_s, NULL AS max_speed_kmh,
        NULL::Nullable(DateTime64(3, 'UTC')) AS first_start_time, NULL::Nullable(DateTime64(3, 'UTC')) AS last_end_time, 0 AS parkings, 0. AS parking_s, 0 AS idlings, 0. AS idling_s
    FROM observable_daily
    UNION ALL
    SELECT imei, day, 0, 0, 0, idle_s * if(end_time > start_time, dateDiff('millisecond', begins, ends) / dateDiff('millisecond', start_time, end_time), 1), max_speed_kmh, begins, ends, 0, 0, 0, 0
    FROM
    (
        SELECT imei, idle_s, max_speed_kmh, start_time, end_time,
            arrayJoin(arrayMap(i -> toDate(start_time, 'UTC') + i, range(toUInt64(greatest(1, least(400, dateDiff('day', start_time, end_time) + 1)))))) AS day,
            greatest(start_time, toDateTime64(day, 3, 'UTC')) AS begins, least(end_time, toDateTime64(day + 1, 3, 'UTC')) AS ends
        FROM trips FINAL
    )
    WHERE ends > begins OR start_time = end_time
    UNION ALL
    SELECT imei, day, 0, 0, 0, 0, NULL, NULL, NULL,
        kind = 'parking' AND toDate(start_time, 'UTC') = day, if(kind = 'parking', seconds, 0), kind = 'idling' AND toDate(start_time, 'UTC') = day, if(kind = 'idling', seconds, 0)
    FROM
    (
        SELECT imei, kind, start_time, end_time,
            arrayJoin(arrayMap(i -> toDate(start_time, 'UTC') + i, range(toUInt64(greatest(1, least(400, dateDiff('day', start_time, end_time) + 1)))))) AS day,
            greatest(0, dateDiff('millisecond', greatest(start_time, toDateTime64(day, 3, 'UTC')), least(end_time, toDateTime64(day + 1, 3, 'UTC'))) / 1000) AS seconds
        FROM stops FINAL
    )
    WHERE seconds > 0 OR start_time = end_time
) AS b
GROUP BY imei, day
COMMENT 'One row is one device and day (UTC): trips, stops and idling; what goes on over midnight is divided by time';
