-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW fence_time_daily
(
    imei       String,
    fence_id   String,
    fence_name String COMMENT 'of the definition that holds today; empty where the fence is deleted',
    day        Date COMMENT 'UTC',
    visits     UInt64 COMMENT 'that began on this day',
    inside_s   Float64 COMMENT 'seconds inside on this day, with unknown_s; of visits that go on, until now',
    unknown_s  Float64 COMMENT 'seconds of it in which nobody knew whether it was still inside'
)
AS
SELECT imei, fence_id, any(v.fence_name) AS fence_name, day,
    countIf(toDate(begins, 'UTC') = day) AS visits,
    sum(greatest(0, dateDiff('millisecond', greatest(begins, toDateTime64(day, 3, 'UTC')), least(ends, toDateTime64(day + 1, 3, 'UTC'))) / 1000)) AS inside_s,
    sum(arraySum(p -> greatest(0, dateDiff('millisecond', greatest(p.1, toDateTime64(day, 3, 'UTC')), least(p.2, toDateTime64(day + 1, 3, 'UTC'))) / 1000), v.unknown_periods)) AS unknown_s
FROM
(
    SELECT imei, fence_id, fence_name, assumeNotNull(start_time) AS begins, ifNull(end_time, now64(3, 'UTC')) AS ends, unknown_periods,
        arrayJoin(arrayMap(i -> toDate(begins, 'UTC') + i, range(toUInt64(greatest(1, least(1500, dateDiff('day', begins, ends) + 1)))))) AS day
    FROM fence_visits
    WHERE duration_s IS NOT NULL
) AS v
GROUP BY imei, fence_id, day
COMMENT 'One row is one device, geofence and day (UTC): how often it came and how long it was inside';
