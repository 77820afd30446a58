-- Question: How many fixes are missing, of whom and why?
-- Answer: One row a device and day, the most missing first. received_share is NULL where nothing tells how many fixes there
--   must have been. stored_fixes counts the table fixes and must not be below received_fixes for long.
-- Parameters: from_day, to_day: UTC, both included.
-- Example: from_day=2026-03-02 to_day=2026-03-03
SELECT day, imei, expected_fixes, received_fixes, stored_fixes, missing_fixes, round(received_share, 4) AS received_share, holes, longest_hole_s, reason
FROM completeness_daily
WHERE day BETWEEN {from_day:Date} AND {to_day:Date}
ORDER BY missing_fixes DESC, day, imei;
