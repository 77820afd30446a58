-- Question: Can the rollups be trusted?
-- Answer: No row: each hour of each device and each day of cells agrees with the fixes that are stored. A row with
--   newest_insert of the last minutes is only waiting to be counted; one that stays is a fault of ours: please report it.
-- Example: (none)
SELECT rollup, imei, hour, stored_fixes, counted_fixes, newest_insert
FROM rollup_check
ORDER BY rollup, imei, hour
LIMIT 1000;
