-- +goose NO TRANSACTION
-- +goose Up
-- In place of the one of 00146, see 00258.
-- Days of which an hour was counted since the last run, of several the newest. What
-- a day has no more of is written as 0. What is left out here cell_days_sweep finds.
CREATE OR REPLACE MATERIALIZED VIEW cell_days_recent REFRESH EVERY 5 MINUTE APPEND TO cell_days AS
WITH
    (SELECT greatest(max(computed_time), now64(3, 'UTC') - toIntervalDay(1)) - toIntervalMinute(10) FROM cell_days) AS since,
    (SELECT arraySlice(arrayReverseSort(groupUniqArray(toDate(hour, 'UTC'))), 1, 3) FROM device_hours WHERE computed_time >= since) AS days
SELECT day, resolution, cell, fixes, moving_fixes, devices, speed_sum_kmh, now64(3, 'UTC') AS computed_time
FROM
(
    SELECT day, resolution, cell, sum(n) AS fixes, sum(moving) AS moving_fixes, max(vehicles) AS devices, sum(speeds) AS speed_sum_kmh,
        sum(fixes) OVER (PARTITION BY day) AS day_fixes, sum(sum(counted)) OVER (PARTITION BY day) AS day_counted
    FROM
    (
        SELECT toDate(fix_time, 'UTC') AS day, c.1 AS resolution, c.2 AS cell, count() AS n, countIf(ifNull(speed_kmh >= 3, false)) AS moving,
            uniqExact(imei) AS vehicles, sumIf(ifNull(speed_kmh, 0)::Float64, ifNull(speed_kmh >= 3, false)) AS speeds, 0 AS counted
        FROM fixes FINAL
        ARRAY JOIN [(7, h3_r7), (9, h3_r9)]::Array(Tuple(UInt8, UInt64)) AS c
        WHERE toDate(fix_time, 'UTC') IN (SELECT arrayJoin(days)) AND NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])
        GROUP BY day, resolution, cell
        UNION ALL
        SELECT day, resolution, cell, 0, 0, 0, 0, fixes FROM cell_days FINAL WHERE day IN (SELECT arrayJoin(days))
    )
    GROUP BY day, resolution, cell
)
-- A day with fewer fixes than were counted has lost them to time-to-live: it stays.
WHERE day_fixes >= day_counted
SETTINGS max_bytes_before_external_group_by = 1000000000;
