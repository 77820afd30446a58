-- Question: Which devices have a problem?
-- Answer: One row a device with at least one: never_seen, logged_out, offline, stale_position, tamper_alarm, jamming_alarm,
--   battery_low, subscription_expired. silent_min is since its last sign of life.
-- Example: (none)
SELECT imei, name, problems, dateDiff('minute', last_contact_time, now()) AS silent_min, battery_percent, last_tamper_alarm_kind, last_jamming_alarm_kind
FROM device_health
WHERE notEmpty(problems)
ORDER BY imei;
