package grafana

// statusSQL is one row a device and how it is now.
const statusSQL = `
	SELECT
		imei, name, plate, group_name, driver_name, state, lat, lng, speed_kmh, fix_time, position_age_s,
		last_contact_time, battery_percent, gsm_signal, arrayStringConcat(problems, ', ') AS problem_list
	FROM positions_now
	WHERE ` + chosen

func fleetPositions() panel {
	return panel{
		kind: geomap, title: "Latest positions", unit: "short", width: 14, height: 14,
		shows:  "Where each device was at its newest usable fix: green while it drives, orange while it idles, blue while it is parked, orange where the position has not moved on while the device is online, red while it is offline. A click tells more and leads to the vehicle.",
		wrong:  "A position that is old is shown all the same: look at position_age_s. Fixes at 0/0, from cell towers or jumps are left out (flags in the column quality of fixes).",
		empty:  "No chosen device has ever had a usable fix.",
		layers: []layer{{name: "Vehicles", query: "A", color: "state", size: 7}},
		queries: []query{rows(statusSQL + ` AND lat IS NOT NULL
			ORDER BY imei`)},
	}
}

func fleetVehicles() panel {
	return panel{
		kind: table, title: "Vehicles", unit: "short", width: 10, height: 14,
		shows: "Each device and how it is now. A click on an IMEI leads to the vehicle.",
		wrong: "problems says it in words; docs/derived.md says when each holds, and health_settings has the limits.",
		empty: "No device is known with these choices: neither defined by the platform nor seen.",
		columns: map[string]column{
			"lat": {hidden: true}, "lng": {hidden: true},
			"position_age_s":  {unit: "s", steps: rising(1800, 86400)},
			"battery_percent": {unit: "percent", steps: falling(15, 30)},
		},
		queries: []query{rows(statusSQL + `
			ORDER BY notEmpty(problems) DESC, last_contact_time DESC
			LIMIT 5000`)},
	}
}

func fleetTracks() panel {
	return panel{
		kind: geomap, title: "Tracks", unit: "short", width: 12, height: 12,
		shows:   "Where the chosen vehicles were, the 50 of them that drove farthest: one point for each vehicle and each cell of about 50 m (H3 resolution 11; 170 m, resolution 9, for more than a day), coloured by speed. At most 20 000 points, the newest first: choose devices, or a shorter time, to see all. Points are not joined: between two of them nothing is known.",
		wrong:   "A place far off the roads is a wrong fix: its flags are in the column quality of fixes.",
		empty:   "No usable fix of the chosen devices in the chosen time, or the count of each hour (device_hours_recent, each minute) has not run yet.",
		columns: map[string]column{"speed_kmh": {unit: "velocitykmh", steps: []step{{0, "blue"}, {10, "green"}, {60, "yellow"}, {90, "orange"}, {120, "red"}}}},
		layers:  []layer{{name: "Fixes", query: "A", color: "speed_kmh", size: 3}},
		queries: []query{rows(`
			SELECT
				imei, max(fix_time) AS time,
				argMax(lat_e7, fix_time) / 1e7 AS lat, argMax(lng_e7, fix_time) / 1e7 AS lng,
				argMax(f.speed_kmh, fix_time) AS speed_kmh
			FROM fixes AS f
			WHERE $__timeFilter(fix_time) AND NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])
				AND imei IN (
					SELECT imei FROM device_hours
					WHERE hour >= toStartOfHour($__fromTime) AND hour <= $__toTime AND ` + chosen + `
					GROUP BY imei ORDER BY sum(distance_m) DESC LIMIT 50)
			GROUP BY imei, if($__toTime - $__fromTime > 86400, h3_r9, h3_r11)
			ORDER BY time DESC
			LIMIT 20000`)},
	}
}

func fleetHeat() panel {
	return panel{
		kind: geomap, title: "Where the fleet is most", unit: "short", width: 12, height: 12,
		shows:  "Fixes of all devices, whatever is chosen, on the chosen days (UTC) for each H3 cell of resolution 7 (about 1.2 km wide). Devices that send more often weigh more.",
		wrong:  "A cell at sea or at 0/0 holds wrong fixes that no flag has caught: look them up in fixes by h3_r7.",
		empty:  "No usable fix on the chosen days, or cell_days has not been counted yet: that is done every few minutes.",
		layers: []layer{{name: "Fixes", query: "A", heat: "weight", size: 12}},
		queries: []query{rows(`
			SELECT
				lat, lng, sum(h.fixes) AS fixes, max(h.devices) AS devices_a_day,
				least(1, log10(fixes + 1) / 5) AS weight
			FROM heat_daily AS h
			WHERE resolution = 7 AND day >= toDate($__fromTime, 'UTC') AND day <= toDate($__toTime, 'UTC')
			GROUP BY cell, lat, lng
			ORDER BY fixes DESC
			LIMIT 10000`)},
	}
}
