-- +goose NO TRANSACTION
-- +goose Up
-- In place of the one of 00148: whole days, and hours of which fixes may have expired.
CREATE OR REPLACE VIEW rollup_check
(
    rollup        LowCardinality(String) COMMENT 'device_hours, or cell_days (one row a day, imei is empty)',
    imei          String,
    hour          DateTime('UTC') COMMENT 'beginning of the hour, or of the day',
    stored_fixes  UInt64 COMMENT 'fixes that are stored; of cell_days, usable ones in device_hours',
    counted_fixes UInt64 COMMENT 'fixes that the rollup has',
    newest_insert DateTime64(3, 'UTC') COMMENT 'newest insert among the stored ones: of a minute ago it is only waiting to be counted'
)
AS
WITH toStartOfDay(now('UTC')) - toIntervalDay(366) AS since, now('UTC') - toIntervalDay(45) AS kept
SELECT 'device_hours' AS rollup, imei, hour, sum(n) AS stored_fixes, sum(counted) AS counted_fixes, max(newest) AS newest_insert
FROM
(
    SELECT imei, toStartOfHour(fix_time)::DateTime('UTC') AS hour, count() AS n, max(inserted_time) AS newest, 0 AS counted, toDateTime64(0, 3, 'UTC') AS counted_newest
    FROM fixes FINAL WHERE fix_time >= since GROUP BY imei, hour
    UNION ALL
    SELECT imei, hour, 0, toDateTime64(0, 3, 'UTC'), fixes, last_inserted_time FROM device_hours FINAL WHERE hour >= since
)
GROUP BY imei, hour
-- Of what is older than 45 days fixes may have gone with time, of what is younger none.
HAVING if(hour < kept, stored_fixes > counted_fixes, stored_fixes != counted_fixes OR newest_insert != max(counted_newest))
UNION ALL
SELECT 'cell_days', '', toDateTime(day, 'UTC'), sum(usable), sum(counted), max(newest)
FROM
(
    SELECT toDate(hour, 'UTC') AS day, sum(usable_fixes) AS usable, 0 AS counted, max(last_inserted_time) AS newest FROM device_hours FINAL WHERE hour >= since GROUP BY day
    UNION ALL
    SELECT day, 0, sumIf(fixes, resolution = 9), toDateTime64(0, 3, 'UTC') FROM cell_days FINAL WHERE day >= toDate(since) GROUP BY day
)
GROUP BY day
HAVING sum(usable) != sum(counted)
COMMENT 'One row is an hour of a device, or a day, whose rollup does not agree with what is stored: no row is as it should be, but for what came in the last minutes. Reads the keys of all fixes of the last year';
