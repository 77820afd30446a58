package grafana

// routeSQL reads the way of the vehicle in the chosen time.
const routeSQL = `route(imei = ${device:singlequote}, from = $__fromTime, to = $__toTime, max_gap_s = 300)`

func vehicleRoute() panel {
	speeds := []step{{0, "blue"}, {10, "green"}, {60, "yellow"}, {90, "orange"}, {120, "red"}}
	return panel{
		kind: geomap, title: "Way", unit: "short", width: 14, height: 16,
		shows: "Usable fixes in the chosen time, coloured by speed, and large: where a gap of more than 5 min ends (white: the vehicle stood, red: it had moved, nobody saw how), and where events of driving began. Fixes are not joined by a line, since nothing is known between them. At most 20 000, the newest.",
		wrong: "A place far off the roads is a wrong fix that no flag has caught. Fixes 0/0, from cell towers and jumps are left out.",
		empty: "No usable fix of the device in the chosen time. Was it online? See How well it is heard.",
		columns: map[string]column{
			"speed_kmh": {unit: "velocitykmh", steps: speeds},
			"gap_kind":  {colors: map[string]string{"stood": "white", "moved": "red"}},
		},
		layers: []layer{
			{name: "Fixes", query: "A", color: "speed_kmh", size: 3},
			{name: "Gaps", query: "B", color: "gap_kind", size: 8},
			{name: "Events", query: "C", color: "severity", size: 7},
		},
		queries: []query{
			rows(`
				SELECT fix_time AS time, lat, lng, speed_kmh, heading_deg, source, segment
				FROM ` + routeSQL + `
				WHERE usable
				ORDER BY fix_time DESC
				LIMIT 20000`),
			rows(`
				SELECT fix_time AS time, lat, lng, toString(gap_kind) AS gap_kind, gap_s, step_m
				FROM ` + routeSQL + `
				WHERE gap
				ORDER BY fix_time DESC
				LIMIT 5000`),
			rows(`
				SELECT start_time AS time, lat, lng, kind, severity, peak_mps2, max_speed_kmh
				FROM driving_events
				WHERE $__timeFilter(start_time) AND lat IS NOT NULL AND kind != 'idling' AND ` + this + `
				ORDER BY start_time DESC
				LIMIT 5000`),
		},
	}
}

func vehicleSpeed() panel {
	return panel{
		kind: timeseries, title: "Speed", unit: "velocitykmh", width: 10, height: 8, points: true,
		shows: "Highest speed of the fixes in each interval, and the vehicle's own limit where it has one.",
		wrong: "Single peaks far above the rest come with the flag jump; see quality in fixes.",
		empty: "No fix with a speed in the chosen time.",
		queries: []query{series(`
			SELECT
				$__timeInterval(fix_time) AS time, max(f.speed_kmh) AS speed_kmh,
				any(dictGetOrNull('devices_dict', 'speed_limit_kmh', imei)) AS limit_kmh
			FROM fixes AS f
			WHERE $__timeFilter(fix_time) AND ` + this + `
			GROUP BY time
			ORDER BY time`)},
	}
}

func vehicleGaps() panel {
	return panel{
		kind: table, title: "Gaps", unit: "short", width: 10, height: 8,
		shows:   "Times of more than 5 min without a usable fix, the longest first, and how far the vehicle was away after them.",
		wrong:   "moved: Completeness by hour below says whether the platform was asked for the missing fixes, and why they are missing.",
		empty:   "No gap of more than 5 min in the chosen time, or no fix at all.",
		columns: map[string]column{"gap_kind": {colors: map[string]string{"stood": "blue", "moved": "red"}}},
		queries: []query{rows(`
			SELECT fix_time - toIntervalSecond(gap_s) AS silent_since, fix_time AS heard_again, gap_s, step_m, toString(gap_kind) AS gap_kind
			FROM ` + routeSQL + `
			WHERE gap
			ORDER BY gap_s DESC
			LIMIT 500`)},
	}
}

func vehicleTrips() panel {
	return panel{
		kind: table, title: "Trips", unit: "short", width: 24, height: 8, decimals: 1,
		shows: "Trips that began in the chosen time, the newest first. A click on a start narrows the time to the trip.",
		wrong: "end_reason silence means that the device fell silent on the way; longest_gap_s says how long nothing is known of.",
		empty: "No trip began in the chosen time.",
		columns: map[string]column{
			"imei": {hidden: true}, "start_time": {links: []link{whenTo}},
			"observable_share": {unit: "percentunit", steps: falling(0.2, 0.5)}, "longest_gap_s": {unit: "s", steps: rising(300, 1800)},
		},
		queries: []query{rows(`
			SELECT
				start_time, end_time, imei, distance_m / 1000 AS distance_km, odometer_distance_m / 1000 AS odometer_km,
				dateDiff('second', start_time, end_time) AS duration_s, idle_s, max_speed_kmh, fixes, longest_gap_s, observable_share,
				if(ongoing, 'goes on', end_reason) AS end_reason, driver
			FROM trips
			WHERE $__timeFilter(start_time) AND ` + this + `
			ORDER BY start_time DESC
			LIMIT 500`)},
	}
}
