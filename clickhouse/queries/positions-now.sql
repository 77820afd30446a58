-- Question: Where are the vehicles, and what do they do?
-- Answer: One row a device, whoever needs help first. state is never_seen, offline, no_position (online, but the newest
--   position is too old), driving, idling or parked; position_age_min tells how old the position is.
-- Parameters: group: name of a group of devices; empty: all.
-- Example: group=
SELECT imei, name, state, lat, lng, speed_kmh, acc, intDiv(position_age_s, 60) AS position_age_min, intDiv(offline_s, 60) AS offline_min, problems
FROM positions_now
WHERE {group:String} IN ('', group_name)
ORDER BY notEmpty(problems) DESC, imei;
