-- +goose NO TRANSACTION
-- +goose Up
-- In place of the one of 00142, see 00258.
-- The hours of which the fixes and the count do not agree, as many as fit into a
-- run, the newest first. Fewer fixes than were counted are what time-to-live has left.
CREATE OR REPLACE MATERIALIZED VIEW device_hours_sweep REFRESH EVERY 1 HOUR APPEND TO device_hours AS
WITH
    (
        SELECT groupArray(200000)((imei, hour)) FROM
        (
            SELECT imei, hour FROM
            (
                SELECT imei, toStartOfHour(fix_time)::DateTime('UTC') AS hour, count() AS n, max(inserted_time) AS newest, 0 AS counted, toDateTime64(0, 3, 'UTC') AS counted_newest
                FROM fixes FINAL GROUP BY imei, hour
                UNION ALL
                SELECT imei, hour, 0, toDateTime64(0, 3, 'UTC'), fixes, last_inserted_time FROM device_hours FINAL
            )
            GROUP BY imei, hour
            HAVING sum(n) >= sum(counted) AND (sum(n), max(newest)) != (sum(counted), max(counted_newest))
            ORDER BY hour DESC, imei
        )
    ) AS changed
SELECT imei, hour, fixes, usable_fixes, moving_fixes, late_fixes, minutes_with_fixes, fixes_by_source,
    arraySum((d, m) -> if(m, d, 0), step_m, moved) AS distance_m,
    if(arrayExists(p -> p.5 >= 0, usable), arraySum((p, b, s) -> if(s > 0 AND b.5 >= 0 AND p.5 > b.5, p.5 - b.5, 0), usable, before, step_s), NULL) AS odometer_distance_m,
    if(arrayExists(p -> p.5 >= 0, usable), arraySum((p, b, m, d) -> if(m AND b.5 >= 0 AND p.5 >= b.5, d, 0), usable, before, moved, step_m), NULL) AS odometer_track_m,
    arraySum((s, m) -> if(m AND s <= 300, s, 0), step_s, moved) AS moving_s,
    arraySum((s, m) -> if(NOT m AND s <= 300, s, 0), step_s, moved) AS standing_s,
    arraySum((s, m, p) -> if(NOT m AND s <= 300 AND p.6, s, 0), step_s, moved, usable) AS idling_s,
    arraySum(s -> if(s > 300, s, 0), step_s) AS unseen_s,
    arraySum((s, m) -> if(m AND s <= 3, s, 0), step_s, moved) AS observable_s,
    if(arrayExists(s -> s > 0, step_s), arrayMax(step_s), NULL) AS longest_gap_s,
    max_speed_kmh, first_fix_time, last_fix_time, first_odometer_m, last_odometer_m, last_inserted_time, now64(3, 'UTC') AS computed_time
FROM
(
    SELECT *,
        arrayPushFront(arrayPopBack(usable), lagInFrame(usable[-1]) OVER (PARTITION BY imei ORDER BY hour ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) AS before,
        arrayMap((p, b) -> if(b.1 > 0 AND p.1 - b.1 <= 3600, p.1 - b.1, 0), usable, before) AS step_s,
        arrayMap((p, b, s) -> if(s > 0, greatCircleDistance(b.3, b.2, p.3, p.2), 0.), usable, before, step_s) AS step_m,
        arrayMap((p, b, s, d) -> s > 0 AND (d > 200 OR greatest(p.4, b.4) >= 3), usable, before, step_s, step_m) AS moved
    FROM
    (
        -- usable: second, latitude, longitude, speed and odometer (-1 where not known), ignition known to be on.
        SELECT imei, toStartOfHour(fix_time)::DateTime('UTC') AS hour,
            count() AS fixes,
            countIf(believed) AS usable_fixes,
            countIf(believed AND ifNull(speed_kmh >= 3, false)) AS moving_fixes,
            countIf(has(quality, 'late')) AS late_fixes,
            uniqExact(toMinute(fix_time)) AS minutes_with_fixes,
            sumMap(map(source, toUInt32(1))) AS fixes_by_source,
            maxOrNullIf(speed_kmh, believed AND speed_kmh <= 220) AS max_speed_kmh,
            min(fix_time) AS first_fix_time,
            max(fix_time) AS last_fix_time,
            argMinOrNullIf(odometer_m, fix_time, believed) AS first_odometer_m,
            argMaxOrNullIf(odometer_m, fix_time, believed) AS last_odometer_m,
            max(inserted_time) AS last_inserted_time,
            arraySort(groupArrayIf((toUnixTimestamp64Second(fix_time), lat, lng, ifNull(speed_kmh, -1)::Float64, ifNull(odometer_m, -1), ifNull(acc, false)), believed)) AS usable
        FROM
        (
            SELECT imei, fix_time, source, quality, speed_kmh, odometer_m, acc, inserted_time, lat, lng,
                NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi']) AS believed
            FROM fixes FINAL
            WHERE (imei, toStartOfHour(fix_time)) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([-1, 0, 1])) FROM (SELECT arrayJoin(changed) AS c))
        )
        GROUP BY imei, hour
    )
) AS counted
-- What has fewer fixes than were counted has lost them to time-to-live: it stays.
ANY LEFT JOIN (SELECT imei, hour, fixes AS had FROM device_hours FINAL WHERE (imei, hour) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([0, 1])) FROM (SELECT arrayJoin(changed) AS c))) AS before USING (imei, hour)
WHERE (imei, hour) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([0, 1])) FROM (SELECT arrayJoin(changed) AS c)) AND fixes >= had
SETTINGS max_bytes_before_external_group_by = 1000000000, max_bytes_before_external_sort = 1000000000;
