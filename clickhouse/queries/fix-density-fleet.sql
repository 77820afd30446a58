-- Question: Which devices report too thinly? (Q-1 over the fleet)
-- Answer: One row a device, the thinnest first. fixes_per_min counts only minutes in which the device reported at all;
--   minutes_without are the minutes of the hours in which it did, but without a fix. by_source has the fixes by the interface
--   that brought them first. Comes from the rollup, so it reads no fixes.
-- Parameters: from, to: fix time, UTC, whole hours.
-- Example: from=2026-03-02 00:00:00 to=2026-03-04 00:00:00
SELECT imei, count() AS hours, sum(fixes) AS all_fixes, round(all_fixes / sum(minutes_with_fixes), 2) AS fixes_per_min,
    60 * hours - sum(minutes_with_fixes) AS minutes_without, max(longest_gap_s) AS longest_gap_s, sumMap(fixes_by_source) AS by_source
FROM device_hours FINAL
WHERE hour >= {from:DateTime} AND hour < {to:DateTime}
GROUP BY imei
ORDER BY fixes_per_min, imei;
