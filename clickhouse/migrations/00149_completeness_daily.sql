-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW completeness_daily
(
    imei            String,
    day             Date COMMENT 'UTC',
    hours           UInt64 COMMENT 'of this day for which completeness was worked out',
    expected_fixes  Nullable(Int64) COMMENT 'that must have been made, of the hours of which it is known; NULL: of none',
    received_fixes  Int64 COMMENT 'distinct fixes that the enricher put out, of all hours',
    stored_fixes    UInt64 COMMENT 'distinct fixes in the table fixes on this day, by device_hours',
    missing_fixes   Int64 COMMENT 'estimate: time in holes by the cadence',
    received_share  Nullable(Float64) COMMENT '0-1: received by expected fixes, of the hours of which it is known',
    first_by_push   Int64 COMMENT 'of the received ones, brought first by a push',
    first_by_poll   Int64 COMMENT 'of the received ones, brought first by a poll',
    holes           Int64,
    longest_hole_s  Nullable(Float64) COMMENT 'seconds',
    reason          String COMMENT 'why fixes are missing, of the hour that misses most; empty where none does'
)
AS
SELECT c.imei AS imei, c.day AS day, c.hours AS hours, c.expected_fixes AS expected_fixes, c.received_fixes AS received_fixes, d.fixes AS stored_fixes,
    c.missing_fixes AS missing_fixes, c.received_share AS received_share, c.first_by_push AS first_by_push, c.first_by_poll AS first_by_poll, c.holes AS holes,
    c.longest_hole_s AS longest_hole_s, c.reason AS reason
FROM
(
    SELECT imei, toDate(hour, 'UTC') AS day, count() AS hours, sumOrNull(k.expected_fixes) AS expected_fixes, sum(k.received_fixes) AS received_fixes,
        sum(k.missing_fixes) AS missing_fixes, sumOrNullIf(k.received_fixes, k.expected_fixes IS NOT NULL) / nullIf(expected_fixes, 0) AS received_share,
        sum(k.first_by_push) AS first_by_push, sum(k.first_by_poll) AS first_by_poll, sum(k.holes) AS holes, max(k.longest_hole_s) AS longest_hole_s,
        if(missing_fixes > 0, toString(argMax(k.reason, k.missing_fixes)), '') AS reason
    FROM completeness AS k FINAL
    GROUP BY imei, day
) AS c
LEFT JOIN (SELECT imei, toDate(hour, 'UTC') AS day, sum(h.fixes) AS fixes FROM device_hours AS h FINAL GROUP BY imei, day) AS d ON d.imei = c.imei AND d.day = c.day
COMMENT 'One row is one device and day (UTC): how many of its fixes came, how many are stored, and why some are missing';
