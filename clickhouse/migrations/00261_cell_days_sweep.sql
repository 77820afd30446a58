-- +goose NO TRANSACTION
-- +goose Up
-- In place of the one of 00165, see 00258.
-- Days whose cells (of two resolutions) and hours do not agree in the number of
-- usable fixes, or of which an hour was counted later; no more than fit into one
-- run, the newest first. Fewer fixes than were counted are what time-to-live has left.
CREATE OR REPLACE MATERIALIZED VIEW cell_days_sweep REFRESH EVERY 1 HOUR APPEND TO cell_days AS
WITH
    (
        SELECT groupArray(31)(day) FROM
        (
            SELECT day FROM
            (
                SELECT toDate(hour, 'UTC') AS day, 2 * sum(usable_fixes) AS hours_fixes, 0 AS cells_fixes, max(computed_time) AS hours_time, toDateTime64(0, 3, 'UTC') AS cells_time
                FROM device_hours FINAL GROUP BY day
                UNION ALL
                SELECT day, 0, sum(fixes), toDateTime64(0, 3, 'UTC'), min(computed_time) FROM cell_days FINAL GROUP BY day
            )
            GROUP BY day
            HAVING sum(hours_fixes) > 0 AND sum(hours_fixes) >= sum(cells_fixes) AND (sum(hours_fixes) != sum(cells_fixes) OR max(hours_time) > max(cells_time))
            ORDER BY day DESC
        )
    ) AS days
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
