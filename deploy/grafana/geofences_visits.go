package grafana

func fencesMap() panel {
	return panel{
		kind: geomap, title: "Events on the map", unit: "short", width: 12, height: 16,
		shows:   "Where vehicles crossed the edge of a chosen fence or were found inside: green in, orange out, grey where nothing is known. At most 5000, the newest first.",
		wrong:   "Crossings far inside or outside of the fence have a large gap_s: the vehicle was not heard of for so long.",
		empty:   noFences,
		columns: map[string]column{"kind": {colors: fenceKinds}},
		layers:  []layer{{name: "Events", query: "A", color: "kind", size: 5}},
		queries: []query{rows(fenceEventsSQL)},
	}
}

var fenceKinds = map[string]string{
	"enter": "green", "inside_at_start": "green", "inside_at_open": "green", "inside_again": "green", "dwell": "blue",
	"exit": "orange", "inside_at_close": "orange", "unknown": "text",
}

// fenceEventsSQL is one row a transition.
const fenceEventsSQL = `
	SELECT
		at, confirmed_at, imei, dictGetOrDefault('devices_dict', 'name', imei, '') AS name,
		dictGetOrDefault('fences_dict', 'name', fence_id, fence_id) AS fence, kind, inferred, dwell_s, gap_s, speed_kmh, lat, lng
	FROM geofence_events
	WHERE $__timeFilter(at) AND ` + ofFence + `
	ORDER BY at DESC
	LIMIT 5000`

func fencesHourly() panel {
	return panel{
		kind: timeseries, title: "Entries and exits an hour", unit: "short", width: 12, height: 8, bars: true,
		shows: "How often vehicles came into a chosen fence and left it, by hour.",
		wrong: "Entries without exits pile up where a fence is deleted while vehicles are inside.",
		empty: noFences,
		queries: []query{series(`
			SELECT
				toStartOfHour(at) AS time,
				countIf(kind IN ('enter', 'inside_at_start', 'inside_at_open')) AS entries,
				countIf(kind IN ('exit', 'inside_at_close')) AS exits
			FROM geofence_events
			WHERE $__timeFilter(at) AND ` + ofFence + `
			GROUP BY time
			ORDER BY time`)},
	}
}

func fencesTime() panel {
	return panel{
		kind: timeseries, title: "Time inside a day, by fence", unit: "s", width: 12, height: 8, bars: true,
		shows: "Time that the chosen vehicles were inside, added up by day (UTC), of the ten fences with the most. Visits over midnight are divided.",
		wrong: "Time of which nothing is known, because the vehicle was silent, is in it: unknown_s in fence_time_daily.",
		empty: noFences,
		queries: []query{series(`
			SELECT toDateTime(day, 'UTC') AS time, fence_name AS fence, sum(t.inside_s) AS inside_s
			FROM fence_time_daily AS t
			WHERE day >= toDate($__fromTime, 'UTC') AND day <= toDate($__toTime, 'UTC') AND ` + ofFence + `
				AND fence_id IN (
					SELECT fence_id FROM fence_time_daily
					WHERE day >= toDate($__fromTime, 'UTC') AND day <= toDate($__toTime, 'UTC')
					GROUP BY fence_id ORDER BY sum(inside_s) DESC LIMIT 10)
			GROUP BY time, fence
			ORDER BY time, fence`)},
	}
}

func fencesVisits() panel {
	return panel{
		kind: table, title: "Visits", unit: "short", width: 24, height: 10,
		shows: "Visits that began in the chosen time, the newest first: from the event that begins one to the event that ends it. A click on a start leads to the map of the vehicle at that time.",
		wrong: "unknown_s is the part without a sign of life; a visit with inferred has no fix inside at all; dropped and no_end have no end that anybody was told.",
		empty: noFences,
		columns: map[string]column{
			"start_time": {links: []link{whenTo}},
			"state":      {colors: map[string]string{"inside": "green", "unknown": "text", "ended": "blue", "dropped": "purple", "no_end": "purple"}},
		},
		queries: []query{rows(`
			SELECT
				start_time, coalesce(v.end_time, now64(3)) AS end_time, imei, dictGetOrDefault('devices_dict', 'name', imei, '') AS name,
				fence_name AS fence, state, duration_s, unknown_s, begin_kind, end_kind, longest_dwell_s, inferred
			FROM fence_visits AS v
			WHERE $__timeFilter(start_time) AND ` + ofFence + `
			ORDER BY start_time DESC
			LIMIT 2000`)},
	}
}

func fencesTable() panel {
	return panel{
		kind: table, title: "By fence", unit: "short", width: 12, height: 9,
		shows: "Each fence on the chosen days (UTC): vehicles, visits that began, time inside.",
		wrong: "A fence with visits and next to no time is one that vehicles drive through.",
		empty: noFences,
		queries: []query{rows(`
			SELECT
				fence_name AS fence, uniqExact(imei) AS vehicles, sum(t.visits) AS visits, sum(t.inside_s) AS inside_s,
				sum(t.unknown_s) AS unknown_s, inside_s / nullIf(visits, 0) AS a_visit_s
			FROM fence_time_daily AS t
			WHERE day >= toDate($__fromTime, 'UTC') AND day <= toDate($__toTime, 'UTC') AND ` + ofFence + `
			GROUP BY fence_id, fence_name
			ORDER BY inside_s DESC
			LIMIT 1000`)},
	}
}

func fencesCompared() panel {
	return panel{
		kind: table, title: "Beside the platform's alarms", unit: "short", width: 12, height: 9,
		shows: "Entries and exits that Odograph found, that the platform's alarms tell of, and both: how many of each, by fence and direction. difference_s is how much later the platform's alarm is, in the middle.",
		wrong: "platform_only: the platform's fence has another shape, or fixes are missing. ours_only: the platform's fence is not set for the device.",
		empty: "Neither an event of ours nor a fence alarm of the platform with these choices.",
		queries: []query{rows(`
			SELECT
				dictGetOrDefault('fences_dict', 'name', fence_id, fence_id) AS fence, direction,
				countIf(seen_by = 'both') AS both, countIf(seen_by = 'ours_only') AS ours_only, countIf(seen_by = 'platform_only') AS platform_only,
				quantileExactIf(0.5)(c.difference_s, seen_by = 'both') AS difference_s
			FROM fence_alarm_check AS c
			WHERE coalesce(our_time, platform_time) >= $__fromTime AND coalesce(our_time, platform_time) <= $__toTime AND ` + ofFence + `
			GROUP BY fence_id, direction
			ORDER BY fence, direction
			LIMIT 1000`)},
	}
}

func fencesEvents() panel {
	return panel{
		kind: table, title: "Transitions", unit: "short", width: 24, height: 9,
		shows:   "Each transition with what it was found by, the newest first.",
		wrong:   "docs/derived.md says what each kind is and when it is told.",
		empty:   noFences,
		columns: map[string]column{"kind": {colors: fenceKinds}},
		queries: []query{rows(fenceEventsSQL)},
	}
}
