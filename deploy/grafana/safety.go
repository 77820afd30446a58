package grafana

// safety is how the vehicles are driven, and how much of it could be seen.
func safety() dashboard {
	return dashboard{
		uid: safetyUID, title: "Odograph: safety", from: "now-7d", refresh: "1m",
		description: "Harsh driving, speeding and scores, with what could not be observed.",
		variables:   []variable{groupVariable, deviceVariable},
		rows: []row{
			{"In the chosen time", []panel{freshness(), safetyEvents(), safetyHigh(), safetyRate(), safetyObservable(), safetyScored()}},
			{"Where and when", []panel{safetyMap(), safetyByTime(), safetyObservableByDay(), safetyRejected()}},
			{"Who", []panel{safetyScores(), safetyWorst()}},
			{"Events", []panel{safetyHarsh(), safetySpeeding()}},
		},
	}
}

// noHarsh says why there may be no event, which is not always good news.
const noHarsh = "No event in the chosen time. Look at the observable share: what is not observable cannot be found."

func safetyEvents() panel {
	return panel{
		kind: stat, title: "Events", unit: "short", width: 4, height: 4,
		shows: "Harsh braking, acceleration and cornering, collisions and speeding that began in the chosen time.",
		wrong: "Far too many from one vehicle: look at its class and its gaps in the table of harsh events; thresholds by class are in the rules (odograph rules).",
		empty: noHarsh,
		queries: []query{rows(`
			SELECT countIf(kind != 'idling') AS events
			FROM driving_events
			WHERE $__timeFilter(start_time) AND ` + chosen)},
	}
}

func safetyHigh() panel {
	return panel{
		kind: stat, title: "High severity", unit: "short", width: 4, height: 4, steps: rising(1, 5), background: true,
		shows: "Events of high severity, collisions among them.",
		wrong: "Call the driver of a collision first; the table of harsh events has place, speed before and after, and what saw it.",
		empty: noHarsh,
		queries: []query{rows(`
			SELECT countIf(severity = 'high') AS events
			FROM driving_events
			WHERE $__timeFilter(start_time) AND ` + chosen)},
	}
}

func safetyRate() panel {
	return panel{
		kind: stat, title: "Points per 100 observable km", unit: "short", width: 4, height: 4, steps: rising(5, 20), decimals: 1,
		shows: "Penalty points (weights of score_settings) by the kilometres on which events could be seen. Only scored events count: those of the device's own sensors, or measured in fixes at most 3 s apart.",
		wrong: "A fleet whose points rise while its observable share falls has fewer fixes, not worse drivers.",
		empty: "Nothing observable was driven in the chosen time: fixes are more than 3 s apart, and no device raises alarms of harsh driving.",
		queries: []query{rows(`
			SELECT sum(penalty_points) / nullIf(sum(observable_km), 0) * 100 AS points
			FROM driver_scores_daily
			WHERE day >= toDate($__fromTime, 'UTC') AND day <= toDate($__toTime, 'UTC') AND ` + chosen)},
	}
}

func safetyObservable() panel {
	return panel{
		kind: stat, title: "Observable share", unit: "percentunit", width: 4, height: 4, steps: falling(0.2, 0.5),
		shows: "Share of the driving time with fixes at most 3 s apart, in which harsh driving can be seen from fixes.",
		wrong: "Below a fifth there is no score without alarms of the devices' own sensors: set the trackers to send every second or two while driving.",
		empty: "Nothing was driven in the chosen time.",
		queries: []query{rows(`
			SELECT least(1, sum(observable_s) / nullIf(sum(driving_s), 0)) AS observable_share
			FROM observable_daily
			WHERE day >= toDate($__fromTime, 'UTC') AND day <= toDate($__toTime, 'UTC') AND ` + chosen)},
	}
}

func safetyScored() panel {
	return panel{
		kind: stat, title: "Vehicles with a score", unit: "percentunit", width: 4, height: 4, steps: falling(0.2, 0.6),
		shows: "Share of the vehicles that drove in the chosen time for which there is a score over it.",
		wrong: "The table of scores says why the others have none: too_few_km needs a longer time, too_little_observable more fixes.",
		empty: "Nothing was driven in the chosen time.",
		queries: []query{rows(`
			SELECT countIf(score IS NOT NULL) / count() AS vehicles_share
			FROM (` + scoresSQL + `)
			HAVING count() > 0`)},
	}
}

// scoresSQL is the score of each vehicle over the chosen days, as the view
// driver_scores has it over all of them.
const scoresSQL = `
	SELECT
		imei, dictGetOrDefault('devices_dict', 'name', imei, '') AS name,
		sum(d.distance_km) AS distance_km, sum(d.observable_km) AS observable_km,
		least(1, sum(d.observable_s) / nullIf(sum(d.driving_s), 0)) AS observable_share,
		sum(d.low_events) AS low, sum(d.medium_events) AS medium, sum(d.high_events) AS high, sum(d.unscored_events) AS unscored,
		sum(d.penalty_points) / nullIf(observable_km, 0) * 100 AS points_per_100_km,
		multiIf(any(d.weight_low) IS NULL, 'no_score_settings',
			NOT any(d.device_alarms_known) AND ifNull(observable_share < any(d.min_observable_share), true), 'too_little_observable',
			observable_km < any(d.min_km), 'too_few_km', '') AS no_score_reason,
		if(no_score_reason = '', greatest(0, 100 - points_per_100_km), NULL) AS score
	FROM driver_scores_daily AS d
	WHERE day >= toDate($__fromTime, 'UTC') AND day <= toDate($__toTime, 'UTC') AND ` + chosen + `
	GROUP BY imei`

func safetyScores() panel {
	return panel{
		kind: table, title: "Scores", unit: "short", width: 16, height: 11, decimals: 1,
		shows: "Score of each vehicle over the chosen days (UTC): 100 less the points per 100 observable km. No score where too little could be observed, with the reason.",
		wrong: "Weights and limits are in score_settings and hold for all of history; docs/derived.md has the formula.",
		empty: "No chosen vehicle drove in the chosen time.",
		columns: map[string]column{
			"score": {steps: falling(60, 80)}, "points_per_100_km": {unit: "short"}, "observable_share": {unit: "percentunit", steps: falling(0.2, 0.5)},
		},
		queries: []query{rows(scoresSQL + `
			ORDER BY score ASC NULLS LAST, points_per_100_km DESC NULLS LAST
			LIMIT 5000`)},
	}
}

func safetyWorst() panel {
	return panel{
		kind: bargauge, title: "Most points", unit: "short", width: 8, height: 11, steps: rising(10, 50),
		shows: "The ten vehicles with the most penalty points in the chosen time, however far they drove.",
		wrong: "A vehicle that leads by far may have a tracker that hangs loose: look at its events one by one.",
		empty: "No scored event in the chosen time.",
		queries: []query{rows(`
			SELECT concat(dictGetOrDefault('devices_dict', 'name', imei, ''), ' ', imei) AS vehicle, sum(penalty_points) AS points
			FROM driver_scores_daily
			WHERE day >= toDate($__fromTime, 'UTC') AND day <= toDate($__toTime, 'UTC') AND ` + chosen + `
			GROUP BY imei
			HAVING points > 0
			ORDER BY points DESC
			LIMIT 10`)},
	}
}
