package grafana

// geofences is who was where, by the fences that are drawn.
func geofences() dashboard {
	return dashboard{
		uid: fencesUID, title: "Odograph: geofences", from: "now-24h", refresh: "1m",
		description: "Visits to geofences, the time spent there, and what the platform says about the same.",
		variables:   []variable{groupVariable, deviceVariable, fenceVariable},
		rows: []row{
			{"In the chosen time", []panel{freshness(), fencesDefined(), fencesInside(), fencesEntries(), fencesInferred(), fencesUnknown()}},
			{"Visits", []panel{fencesMap(), fencesHourly(), fencesTime(), fencesVisits()}},
			{"By fence, and by the platform", []panel{fencesTable(), fencesCompared(), fencesEvents()}},
		},
	}
}

// ofFence is the condition on a table's fences.
const ofFence = `$__conditionalAll(fence_id IN (${fence:singlequote}), $fence) AND ` + chosen

const noFences = "No geofence event with these choices. Are fences defined (odograph fences list), and do enrichers load them?"

func fencesDefined() panel {
	return panel{
		kind: stat, title: "Fences", unit: "short", width: 4, height: 4,
		shows:   "Geofences that are defined now.",
		wrong:   "One is missing: odograph fences list has those that are in force, and odograph fences check says what is wrong with a file.",
		empty:   "No fence is defined: odograph fences apply FILE, or odograph fences import --from-platform.",
		queries: []query{rows(`SELECT count() AS fences FROM fences_now WHERE $__conditionalAll(fence_id IN (${fence:singlequote}), $fence)`)},
	}
}

func fencesInside() panel {
	return panel{
		kind: stat, title: "Inside now", unit: "short", width: 4, height: 4,
		shows: "Vehicles inside a chosen fence, as far as is known: their last event there is no exit.",
		wrong: "Vehicles that fell silent inside are counted; Silent inside says how many.",
		empty: noFences,
		queries: []query{rows(`
			SELECT uniqExactIf(imei, last NOT IN ('exit', 'inside_at_close')) AS vehicles
			FROM (
				SELECT imei, fence_id, argMax(kind, (at, kind)) AS last
				FROM geofence_events
				WHERE fence_id IN (SELECT fence_id FROM fences_now) AND ` + ofFence + `
				GROUP BY imei, fence_id
			)`)},
	}
}

func fencesEntries() panel {
	return panel{
		kind: stat, title: "Entries", unit: "short", width: 4, height: 4,
		shows: "How often a vehicle came into a chosen fence in the chosen time.",
		wrong: "Many entries and exits within minutes are a vehicle parked on the edge: draw the fence a little wider.",
		empty: noFences,
		queries: []query{rows(`
			SELECT countIf(kind IN ('enter', 'inside_at_start', 'inside_at_open')) AS entries
			FROM geofence_events
			WHERE $__timeFilter(at) AND ` + ofFence)},
	}
}

func fencesInferred() panel {
	return panel{
		kind: stat, title: "Inferred", unit: "percentunit", width: 4, height: 4, steps: rising(0.2, 0.5),
		shows: "Share of the events without a fix inside: the straight way between two fixes passes through the fence.",
		wrong: "A high share means that fixes are too far apart for fences this small.",
		empty: noFences,
		queries: []query{rows(`
			SELECT countIf(inferred) / nullIf(count(), 0) AS inferred_share
			FROM geofence_events
			WHERE $__timeFilter(at) AND ` + ofFence)},
	}
}

func fencesUnknown() panel {
	return panel{
		kind: stat, title: "Silent inside", unit: "short", width: 4, height: 4, steps: rising(1, 10),
		shows: "Vehicles that fell silent for more than 30 min inside a fence, and were not heard of since.",
		wrong: "Underground garages do that; a vehicle that always falls silent at one yard has no reception there.",
		empty: noFences,
		queries: []query{rows(`
			SELECT uniqExactIf(imei, last = 'unknown') AS vehicles
			FROM (
				SELECT imei, fence_id, argMax(kind, (at, kind)) AS last
				FROM geofence_events
				WHERE fence_id IN (SELECT fence_id FROM fences_now) AND ` + ofFence + `
				GROUP BY imei, fence_id
			)`)},
	}
}
