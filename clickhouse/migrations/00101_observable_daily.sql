-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW observable_daily AS
SELECT imei, day,
    countIf(day = toDate(start_time, 'UTC')) AS trips,
    sum(part * distance_m) AS distance_m,
    sum(part * trip_driving_s) AS driving_s,
    sum(part * trip_observable_s) AS observable_s,
    if(driving_s > 0, least(1, observable_s / driving_s), NULL) AS observable_share,
    sum(part * t.distance_m * if(trip_driving_s > 0, least(1, trip_observable_s / trip_driving_s), 0)) AS observable_distance_m
FROM
(
    SELECT imei, start_time, distance_m,
        dateDiff('millisecond', start_time, end_time) / 1000 AS duration_s,
        coalesce(driving_s, greatest(0, duration_s - idle_s)) AS trip_driving_s,
        coalesce(observable_s, driving_s * observable_share, trip_driving_s * observable_share, 0) AS trip_observable_s,
        arrayJoin(arrayMap(i -> toDate(start_time, 'UTC') + i, range(toUInt64(greatest(1, least(400, dateDiff('day', start_time, end_time) + 1)))))) AS day,
        if(duration_s <= 0, 1, greatest(0, dateDiff('millisecond', greatest(start_time, toDateTime64(day, 3, 'UTC')), least(end_time, toDateTime64(day + 1, 3, 'UTC'))) / 1000) / duration_s) AS part
    FROM trips FINAL
) AS t
WHERE part > 0
GROUP BY imei, day
COMMENT 'One row is one device and day (UTC): how much was driven, and for how much of it harsh events could be seen; a trip over midnight is divided by time';
