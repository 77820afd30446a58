-- Question: Which trouble codes are open, since when?
-- Answer: One row a device and code that it still reports, the oldest first. text is NULL where the code is not in the
--   list of names (dtc_names; your own rows may be added).
-- Example: (none)
SELECT imei, name, code, system, text, start_time, last_time
FROM faults_open
ORDER BY start_time, imei, code;
