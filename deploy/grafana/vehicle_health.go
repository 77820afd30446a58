package grafana

func vehicleDensity() panel {
	return panel{
		kind: timeseries, title: "Fixes by source", unit: "short", width: 12, height: 8, bars: true,
		shows: "Distinct fixes in each interval, by the interface that brought them first.",
		wrong: "Fixes that come by polling only: the pushes of this device do not arrive. Is it in the platform's list of pushed devices?",
		empty: "No fix in the chosen time.",
		queries: []query{series(`
			SELECT $__timeInterval(fix_time) AS time, toString(source) AS source, count() AS fixes
			FROM fixes
			WHERE $__timeFilter(fix_time) AND ` + this + `
			GROUP BY time, source
			ORDER BY time, source`)},
	}
}

func vehicleBattery() panel {
	return panel{
		kind: timeseries, title: "Battery of the tracker, and mobile signal", unit: "percent", width: 12, height: 8, points: true,
		shows: "Battery of the tracker and strength of the mobile network, both from 0 to 100, as its heartbeats tell.",
		wrong: "A battery that falls while the vehicle drives: the tracker has lost its power supply.",
		empty: "No heartbeat in the chosen time.",
		queries: []query{series(`
			SELECT $__timeInterval(event_time) AS time, min(h.battery_percent) AS battery_percent, avg(h.gsm_signal) AS gsm_signal
			FROM heartbeats AS h
			WHERE $__timeFilter(event_time) AND ` + this + `
			GROUP BY time
			ORDER BY time`)},
	}
}

func vehicleCompleteness() panel {
	return panel{
		kind: table, title: "Completeness by hour", unit: "short", width: 12, height: 8,
		shows:   "Fixes that must have been made, that came and that are missing, by hour of the fix (UTC), and why they are missing.",
		wrong:   "pending and failed are asked for again; not_at_platform are lost; not_polled: no account that is polled has the device; budget: the account's calls are used up.",
		empty:   "Nothing was worked out for the chosen time: completeness needs an account that polls (ODOGRAPH_TRACKSOLID_…).",
		columns: map[string]column{"missing_fixes": {steps: rising(1, 60)}},
		queries: []query{rows(`
			SELECT hour, expected_fixes, received_fixes, missing_fixes, holes, asked_holes, longest_hole_s, reason
			FROM completeness
			WHERE $__timeFilter(hour) AND ` + this + `
			ORDER BY hour DESC
			LIMIT 500`)},
	}
}

func vehicleOffline() panel {
	return panel{
		kind: table, title: "Offline", unit: "short", width: 12, height: 8,
		shows: "Times without any contact within the last days (offline_days of health_settings), longer than online_within_s.",
		wrong: "Always at the same hours: the tracker sleeps. Always at the same place: no mobile network there.",
		empty: "It was never silent for so long within the last days.",
		queries: []query{rows(`
			SELECT start_time, end_time, ongoing, duration_s
			FROM offline_periods
			WHERE start_time <= $__toTime AND coalesce(end_time, now64(3)) >= $__fromTime AND ` + this + `
			ORDER BY start_time DESC
			LIMIT 500`)},
	}
}
