package grafana

func fleetActivity() panel {
	return panel{
		kind: timeseries, title: "Devices that sent fixes", unit: "short", width: 12, height: 8,
		shows: "Devices with at least one fix in each hour, by the time of the fix, and those of them that moved.",
		wrong: "The newest hour is not complete, and fixes that come late fill older ones. A dip at all devices at once is a fault of the platform or the pipeline.",
		empty: "No fix of the chosen devices in the chosen time, or the count of each hour (device_hours_recent, each minute) has not run yet.",
		queries: []query{series(`
			SELECT hour AS time, countIf(h.fixes > 0) AS devices, countIf(h.moving_fixes > 0) AS moving
			FROM device_hours AS h
			WHERE hour >= toStartOfHour($__fromTime) AND hour <= $__toTime AND ` + chosen + `
			GROUP BY time
			ORDER BY time`)},
	}
}

func fleetDaily() panel {
	return panel{
		kind: timeseries, title: "Distance a day", unit: "lengthkm", width: 12, height: 8, bars: true,
		shows: "Kilometres of each day (UTC) from the tracks. A trip over midnight is divided by time.",
		wrong: "A day that is far too high has a jump in a track, or a device whose fixes come from two places.",
		empty: "No trip of the chosen devices in the chosen time.",
		queries: []query{series(`
			SELECT toDateTime(day, 'UTC') AS time, sum(distance_m) / 1000 AS distance_km
			FROM observable_daily
			WHERE day >= toDate($__fromTime, 'UTC') AND day <= toDate($__toTime, 'UTC') AND ` + chosen + `
			GROUP BY time
			ORDER BY time`)},
	}
}

func fleetTripList() panel {
	return panel{
		kind: table, title: "Trips", unit: "short", width: 24, height: 9,
		shows: "Trips that began in the chosen time, the newest first. A click on a start leads to the map of the vehicle at that time. observable_share says for how much of the driving time harsh events could be seen.",
		wrong: "end_reason silence means that the device fell silent on the way; longest_gap_s says how long nothing is known of.",
		empty: "No trip of the chosen devices began in the chosen time.",
		columns: map[string]column{
			"start_time":       {links: []link{whenTo}},
			"observable_share": {unit: "percentunit", steps: falling(0.2, 0.5)},
			"longest_gap_s":    {unit: "s", steps: rising(300, 1800)},
		},
		queries: []query{rows(`
			SELECT
				start_time, end_time, imei, dictGetOrDefault('devices_dict', 'name', imei, '') AS name, driver,
				distance_m / 1000 AS distance_km, odometer_distance_m / 1000 AS odometer_km,
				dateDiff('second', start_time, end_time) AS duration_s, idle_s, max_speed_kmh, observable_share, longest_gap_s,
				if(ongoing, 'goes on', end_reason) AS end_reason
			FROM trips
			WHERE $__timeFilter(start_time) AND ` + chosen + `
			ORDER BY start_time DESC
			LIMIT 1000`)},
	}
}

// stopsSQL is one row a stop that began in the chosen time.
const stopsSQL = `
	SELECT
		start_time, end_time, imei, dictGetOrDefault('devices_dict', 'name', imei, '') AS name, kind,
		dateDiff('second', start_time, end_time) AS duration_s, ongoing, lat, lng
	FROM stops
	WHERE $__timeFilter(start_time) AND ` + chosen + `
	ORDER BY start_time DESC
	LIMIT 2000`

func fleetStops() panel {
	return panel{
		kind: geomap, title: "Stops on the map", unit: "short", width: 12, height: 11,
		shows:   "Where the chosen vehicles parked (blue) or stood idling (orange); the larger, the longer. At most 2000, the newest first.",
		wrong:   "Stops in the middle of a road are traffic; the shortest stop that counts is in the rules (odograph rules).",
		empty:   "No stop of the chosen devices began in the chosen time.",
		columns: map[string]column{"kind": {colors: map[string]string{"parking": "blue", "idling": "orange"}}},
		layers:  []layer{{name: "Stops", query: "A", color: "kind", size: 5, by: "duration_s"}},
		queries: []query{rows(stopsSQL)},
	}
}

func fleetStopList() panel {
	return panel{
		kind: table, title: "Stops", unit: "short", width: 12, height: 11,
		shows: "Stops that began in the chosen time, the newest first. A click on a start leads to the map of the vehicle at that time.",
		wrong: "Idling of hours with no fuel used is a vehicle whose ignition wire is not connected.",
		empty: "No stop of the chosen devices began in the chosen time.",
		columns: map[string]column{
			"start_time": {links: []link{whenTo}}, "kind": {colors: map[string]string{"parking": "blue", "idling": "orange"}},
			"duration_s": {unit: "s"}, "lat": {hidden: true}, "lng": {hidden: true},
		},
		queries: []query{rows(stopsSQL)},
	}
}
