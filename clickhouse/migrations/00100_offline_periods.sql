-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW offline_periods AS
WITH
    now64(3, 'UTC') AS now,
    now64(3, 'UTC') - toIntervalDay(ifNull((SELECT offline_days FROM health_settings_now), 7)) AS since,
    ifNull((SELECT online_within_s FROM health_settings_now), 900) AS threshold_s
SELECT imei, at AS start_time, next AS end_time, (next IS NULL)::Bool AS ongoing, dateDiff('millisecond', at, ifNull(next, now)) / 1000 AS duration_s
FROM
(
    SELECT imei, at, leadInFrame(toNullable(at)) OVER (PARTITION BY imei ORDER BY at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next
    FROM
    (
        SELECT imei, if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, toDateTime64(fix_time, 3, 'UTC'))) AS at FROM fixes WHERE fix_time >= since
        UNION ALL SELECT imei, received_time FROM fix_repeats WHERE fix_time >= since AND source IN ('push', 'openapi', 'tag')
        UNION ALL SELECT imei, if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time)) FROM heartbeats WHERE event_time >= since
        UNION ALL SELECT imei, received_time FROM sessions WHERE event_time >= since AND kind = 'login'
        UNION ALL SELECT imei, if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time)) FROM alarms WHERE event_time >= since AND code != 'offline'
        UNION ALL SELECT imei, assumeNotNull(max(c.contact_time)) AS at FROM device_contacts AS c WHERE c.contact_time IS NOT NULL GROUP BY imei
    )
)
WHERE dateDiff('millisecond', at, ifNull(next, now)) > threshold_s * 1000
COMMENT 'One row is one time without any contact of a device, within the last days; end_time is NULL while it lasts';
