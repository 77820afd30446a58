-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW trip_distances AS
SELECT
    t.trip_id AS trip_id, t.imei AS imei, t.start_time AS start_time, t.end_time AS end_time, t.ongoing AS ongoing,
    t.distance_m AS distance_m,
    t.odometer_distance_m AS odometer_distance_m,
    r.report_distance_m AS report_distance_m,
    r.platform_distance_m AS platform_distance_m,
    r.report_overlap AS report_overlap,
    r.platform_overlap AS platform_overlap,
    if(t.distance_m > 0, (t.odometer_distance_m - t.distance_m) / t.distance_m, NULL) AS odometer_difference,
    if(t.distance_m > 0, (r.report_distance_m - t.distance_m) / t.distance_m, NULL) AS report_difference,
    if(t.distance_m > 0, (r.platform_distance_m - t.distance_m) / t.distance_m, NULL) AS platform_difference
FROM (SELECT trip_id, imei, start_time, end_time, ongoing, distance_m, odometer_distance_m FROM trips FINAL) AS t
LEFT JOIN
(
    SELECT imei, trip_id,
        argMaxOrNullIf(m.distance_m, overlap, m.kind = 'pushtripreport') AS report_distance_m,
        argMaxOrNullIf(m.distance_m, overlap, m.kind != 'pushtripreport') AS platform_distance_m,
        maxOrNullIf(overlap, m.kind = 'pushtripreport') AS report_overlap,
        maxOrNullIf(overlap, m.kind != 'pushtripreport') AS platform_overlap
    FROM
    (
        SELECT x.imei AS imei, x.trip_id AS trip_id, m.kind AS kind, m.distance_m AS distance_m,
            dateDiff('millisecond', greatest(x.start_time, m.begin_time), least(x.end_time, m.end_time))
                / greatest(1, dateDiff('millisecond', least(x.start_time, m.begin_time), greatest(x.end_time, m.end_time))) AS overlap
        FROM
        (
            SELECT imei, trip_id, start_time, end_time,
                arrayJoin(arrayMap(i -> toDate(start_time, 'UTC') + i, range(toUInt64(greatest(1, least(400, dateDiff('day', start_time, end_time) + 1)))))) AS day
            FROM trips FINAL
        ) AS x
        INNER JOIN
        (
            SELECT imei, kind, assumeNotNull(messages.begin_time) AS begin_time, assumeNotNull(messages.end_time) AS end_time, assumeNotNull(messages.distance_m) AS distance_m,
                arrayJoin(arrayMap(i -> toDate(begin_time, 'UTC') + i, range(toUInt64(greatest(1, least(400, dateDiff('day', begin_time, end_time) + 1)))))) AS day
            FROM messages FINAL
            WHERE kind IN ('pushtripreport', 'poll.track_mileage', 'poll.report_trips') AND messages.begin_time IS NOT NULL AND messages.end_time > messages.begin_time AND messages.distance_m IS NOT NULL
        ) AS m ON m.imei = x.imei AND m.day = x.day
        WHERE overlap >= 0.5
    ) AS m
    GROUP BY imei, trip_id
) AS r ON r.imei = t.imei AND r.trip_id = t.trip_id
COMMENT 'One row is one trip: its distance from the track beside that of the odometer, of the trip report that the device pushed, and of the report of the platform whose time fits best (overlap: common time by the time of both together, at least 0.5)';
