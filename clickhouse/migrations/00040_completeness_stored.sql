-- +goose NO TRANSACTION
-- +goose Up
CREATE VIEW IF NOT EXISTS completeness_stored AS
SELECT c.imei AS imei, c.hour AS hour, c.account AS account, c.cadence_s AS cadence_s,
    c.expected_fixes AS expected_fixes, c.received_fixes AS received_fixes, c.missing_fixes AS missing_fixes,
    coalesce(f.stored, 0) AS stored_fixes,
    c.first_by_push AS first_by_push, c.first_by_poll AS first_by_poll,
    c.holes AS holes, c.asked_holes AS asked_holes, c.longest_hole_s AS longest_hole_s, c.reason AS reason,
    c.revision AS revision
FROM (SELECT * FROM completeness FINAL) AS c
LEFT JOIN (SELECT imei, toStartOfHour(fix_time) AS hour, count() AS stored FROM fixes FINAL GROUP BY imei, hour) AS f
    ON f.imei = c.imei AND toDateTime(f.hour, 'UTC') = toDateTime(c.hour, 'UTC');
