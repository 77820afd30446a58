package grafana

func vehicleEvents() panel {
	return panel{
		kind: table, title: "Driving", unit: "short", width: 12, height: 8, decimals: 1,
		shows:   "Events of driving that began in the chosen time, the newest first. A click on a start leads to the map at that time.",
		wrong:   "Look at gap_s and sources: a braking seen by fixes 10 s apart and by nothing else is a guess (confidence inferred).",
		empty:   "No event in the chosen time. The observable share of the trips says how much could be seen.",
		columns: map[string]column{"imei": {hidden: true}, "start_time": {links: []link{whenTo}}},
		queries: []query{rows(`
			SELECT
				start_time, end_time, imei, kind, severity, peak_mps2, threshold_mps2, gap_s, speed_before_kmh, speed_after_kmh,
				max_speed_kmh, limit_kmh, arrayStringConcat(sources, ', ') AS sources, confidence
			FROM driving_events
			WHERE $__timeFilter(start_time) AND ` + this + `
			ORDER BY start_time DESC
			LIMIT 500`)},
	}
}

func vehicleAlarms() panel {
	return panel{
		kind: table, title: "Alarms", unit: "short", width: 12, height: 8,
		shows: "Alarms of the device and of the platform, with the names that hold today.",
		wrong: "An alarm without a name has a code that no document knows: insert a row into alarm_names. conflict_note tells of documents that contradict each other.",
		empty: "No alarm in the chosen time.",
		queries: []query{rows(`
			SELECT event_time, kind, severity, text, code, subtype, speed_kmh, value, received_time, source, conflict_note
			FROM alarms_named
			WHERE $__timeFilter(event_time) AND ` + this + `
			ORDER BY event_time DESC
			LIMIT 500`)},
	}
}

func vehicleVisits() panel {
	return panel{
		kind: table, title: "Geofences", unit: "short", width: 12, height: 8,
		shows: "Visits to geofences that began in the chosen time or last.",
		wrong: "unknown_s is the part of a visit without a sign of life.",
		empty: "The device was in no fence in the chosen time, or no fences are defined.",
		queries: []query{rows(`
			SELECT start_time, v.end_time AS end_time, fence_name AS fence, v.state AS visit, duration_s, unknown_s, begin_kind, end_kind, inferred
			FROM fence_visits AS v
			WHERE ($__timeFilter(start_time) OR ongoing) AND ` + this + `
			ORDER BY start_time DESC
			LIMIT 500`)},
	}
}

func vehicleConditions() panel {
	return panel{
		kind: table, title: "Fuel, temperature and faults", unit: "short", width: 12, height: 8, decimals: 1,
		shows: "Fuel filled in or taken out, temperatures out of their range, and trouble codes, as derived from the sensors.",
		wrong: "A theft of fuel on a slope is the float, not a thief: compare value_before and value_after with the level over the next hour.",
		empty: "None in the chosen time, or the device has no such sensors.",
		queries: []query{rows(`
			SELECT start_time, end_time, kind, channel, code, value_before, value_after, value_min, value_max, limit_min, limit_max, unit, ongoing
			FROM condition_events
			WHERE $__timeFilter(start_time) AND ` + this + `
			ORDER BY start_time DESC
			LIMIT 500`)},
	}
}
