package grafana

var severityNumber = map[string]column{"severity": {colors: severities}}

func safetyMap() panel {
	return panel{
		kind: geomap, title: "Events on the map", unit: "short", width: 14, height: 16, columns: severityNumber,
		shows:  "Where events of driving began: red high, orange medium, yellow low severity. At most 5000, the newest first. A click leads to the vehicle.",
		wrong:  "A heap of events at one place is a bad road, a speed bump, or a place with bad reception: compare with the gap_s of the harsh events.",
		empty:  noHarsh,
		layers: []layer{{name: "Events", query: "A", color: "severity", size: 6}},
		queries: []query{rows(`
			SELECT
				lat, lng, kind, severity, imei, dictGetOrDefault('devices_dict', 'name', imei, '') AS name,
				start_time, peak_mps2, max_speed_kmh, confidence
			FROM driving_events
			WHERE $__timeFilter(start_time) AND kind != 'idling' AND lat IS NOT NULL AND ` + chosen + `
			ORDER BY start_time DESC
			LIMIT 5000`)},
	}
}

func safetyByTime() panel {
	return panel{
		kind: timeseries, title: "Events by kind", unit: "short", width: 10, height: 8, bars: true,
		shows: "Events that began in each interval, by kind.",
		wrong: "A step at one moment is a change of the rules (rule_version in driving_events) or of the trackers' settings.",
		empty: noHarsh,
		queries: []query{series(`
			SELECT $__timeInterval(start_time) AS time, toString(kind) AS kind, count() AS events
			FROM driving_events
			WHERE $__timeFilter(start_time) AND kind != 'idling' AND ` + chosen + `
			GROUP BY time, kind
			ORDER BY time, kind`)},
	}
}

func safetyObservableByDay() panel {
	return panel{
		kind: timeseries, title: "Observable share by day", unit: "percentunit", width: 10, height: 8, points: true, steps: falling(0.2, 0.5),
		shows: "Share of each day's driving time (UTC) in which harsh driving could be seen from fixes.",
		wrong: "Days with a low share have few events for want of fixes: do not compare them with others.",
		empty: "Nothing was driven in the chosen time.",
		queries: []query{series(`
			SELECT toDateTime(day, 'UTC') AS time, least(1, sum(observable_s) / nullIf(sum(driving_s), 0)) AS observable_share
			FROM observable_daily
			WHERE day >= toDate($__fromTime, 'UTC') AND day <= toDate($__toTime, 'UTC') AND ` + chosen + `
			GROUP BY time
			ORDER BY time`)},
	}
}

func safetyRejected() panel {
	return panel{
		kind: timeseries, title: "Looked like an event and was none", unit: "cps", width: 24, height: 6, bars: true,
		shows:   "Fixes per second that would have been an event and were refused, by reason, over all devices: too few satellites, a jump, a repeated position, …",
		wrong:   "A rise of one reason after a firmware update means that the devices' fixes have changed: look at raw items of one of them.",
		empty:   "Prometheus has no such count: either nothing was refused, or the enricher's :9102/metrics is not scraped.",
		queries: []query{prom(`sum by (reason) (rate(odograph_enricher_rejected_total[$__rate_interval]))`, "{{reason}}")},
	}
}

func safetyHarsh() panel {
	return panel{
		kind: table, title: "Harsh events", unit: "short", width: 24, height: 10, decimals: 1,
		shows:   "Harsh events and collisions, the newest first, with all that decides them again: speeds, gap, threshold, what saw them. A click on a start leads to the map of the vehicle at that time.",
		wrong:   "confidence inferred (fixes 3 to 10 s apart) is shown and does not count in scores. sources says whether the device's own sensor saw it, too.",
		empty:   noHarsh,
		columns: map[string]column{"start_time": {links: []link{whenTo}}},
		queries: []query{rows(`
			SELECT
				start_time, end_time, imei, dictGetOrDefault('devices_dict', 'name', imei, '') AS name, kind, severity,
				peak_mps2, threshold_mps2, speed_before_kmh, speed_after_kmh, heading_change_deg, gap_s,
				arrayStringConcat(sources, ', ') AS sources, confidence, vehicle_class, rule_version
			FROM driving_events
			WHERE $__timeFilter(start_time) AND (kind LIKE 'harsh_%' OR kind = 'collision') AND ` + chosen + `
			ORDER BY start_time DESC
			LIMIT 1000`)},
	}
}

func safetySpeeding() panel {
	return panel{
		kind: table, title: "Speeding", unit: "short", width: 24, height: 9, decimals: 1,
		shows:   "Stretches above the limit, the fastest first. limit_source says whose limit it was: the vehicle's own, that of a fence, or that of the road.",
		wrong:   "A limit that is too low for the vehicle: odograph devices set IMEI speed_limit_kmh=…",
		empty:   "No speeding in the chosen time. Vehicles without a limit of their own, of their class or of a fence are never too fast.",
		columns: map[string]column{"start_time": {links: []link{whenTo}}, "over_kmh": {unit: "velocitykmh", steps: rising(10, 30)}},
		queries: []query{rows(`
			SELECT
				start_time, end_time, imei, dictGetOrDefault('devices_dict', 'name', imei, '') AS name, severity,
				max_speed_kmh, limit_kmh, max_speed_kmh - limit_kmh AS over_kmh, limit_source,
				dateDiff('second', start_time, end_time) AS duration_s, distance_m
			FROM driving_events
			WHERE $__timeFilter(start_time) AND kind = 'speeding' AND ` + chosen + `
			ORDER BY over_kmh DESC NULLS LAST
			LIMIT 1000`)},
	}
}
