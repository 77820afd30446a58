package grafana

func pipelineCompleteness() panel {
	return panel{
		kind: timeseries, title: "Completeness by day", unit: "percentunit", width: 12, height: 8, points: true, steps: falling(0.9, 0.98),
		shows: "Share of the fixes that must have been made that came, by day (UTC), over all devices of which it can be told. The last seven days at least.",
		wrong: "Missing, by reason says what is being done about it.",
		empty: "Nothing was worked out yet: completeness needs an account that polls (ODOGRAPH_TRACKSOLID_…).",
		queries: []query{series(`
			SELECT toDateTime(day, 'UTC') AS time, sum(c.received_share * c.expected_fixes) / sum(c.expected_fixes) AS received_share
			FROM completeness_daily AS c
			WHERE day >= least(toDate($__fromTime, 'UTC'), today() - 7) AND day <= toDate($__toTime, 'UTC') AND expected_fixes > 0
			GROUP BY time
			ORDER BY time`)},
	}
}

func pipelineHoles() panel {
	return panel{
		kind: timeseries, title: "Holes, by reason", unit: "short", width: 12, height: 8, bars: true,
		shows: "Holes in the streams of the devices now, by reason.",
		wrong: "pending and failed are asked for; not_at_platform: the platform has nothing there either; not_polled: no polled account has the device.",
		empty: "No account polls, or the collector's :9101/metrics is not scraped.",
		queries: []query{
			prom(`sum by (reason) (odograph_poll_holes)`, "{{reason}}"),
			prom(`sum(increase(odograph_poll_holes_asked_total[$__rate_interval]))`, "asked for"),
		},
	}
}

func pipelineMissing() panel {
	return panel{
		kind: timeseries, title: "Missing fixes, by reason", unit: "short", width: 12, height: 8, bars: true,
		shows: "Fixes that are missing, by the hour of the fix and the reason of the longest hole. The last day at least.",
		wrong: "One reason for all devices at once is a fault of the account; one device alone, see its own dashboard.",
		empty: "No hour with missing fixes was worked out. Without an account that polls none is.",
		queries: []query{series(`
			SELECT toDateTime(hour, 'UTC') AS time, toString(reason) AS reason, sum(c.missing_fixes) AS missing_fixes
			FROM completeness AS c
			WHERE hour >= least($__fromTime, now() - 86400) AND hour <= $__toTime
			GROUP BY time, reason
			ORDER BY time, reason`)},
	}
}

func pipelineSources() panel {
	return panel{
		kind: timeseries, title: "Fixes by source", unit: "short", width: 12, height: 8, bars: true,
		shows: "Distinct fixes by the minute in which they were stored and the interface that brought them first.",
		wrong: "A source that vanishes is broken. Polls alone: the pushes do not arrive, and fixes come late.",
		empty: "No fix was stored in the chosen time, or the count of each minute (latency_recent) has not run yet.",
		queries: []query{series(`
			SELECT toStartOfInterval(minute, toIntervalSecond(greatest(60, $__interval_s))) AS time, toString(source) AS source, sum(l.fixes) AS fixes
			FROM latency_minutes AS l
			WHERE $__timeFilter(minute) AND stage = 'fix_to_inserted'
			GROUP BY time, source
			ORDER BY time, source`)},
	}
}

func pipelineDeadLetters() panel {
	return panel{
		kind: timeseries, title: "Dead letters by reason", unit: "short", width: 12, height: 8, bars: true,
		shows: "Items put aside in each interval, by reason.",
		wrong: "One reason from one moment on: the platform has changed a push, see the example below. panic is a fault of our own: report it with the item.",
		empty: "No item was put aside in the chosen time. That is how it should be.",
		queries: []query{series(`
			SELECT $__timeInterval(first_seen) AS time, toString(reason) AS reason, count() AS items
			FROM dead_letters
			WHERE $__timeFilter(first_seen)
			GROUP BY time, reason
			ORDER BY time, reason`)},
	}
}

func pipelineTooLate() panel {
	return panel{
		kind: timeseries, title: "Too late to be derived from", unit: "short", width: 12, height: 8, bars: true,
		shows: "Items that are stored, but came too late for trips, events and scores, by kind: their stretch would have to be derived anew (recompute_requests).",
		wrong: "Many from one device: its clock is wrong, or it re-uploads days. Fixes and other rows are complete all the same.",
		empty: "Nothing came too late in the chosen time. That is how it should be.",
		queries: []query{series(`
			SELECT $__timeInterval(received_time) AS time, toString(kind) AS kind, count() AS items
			FROM recompute_requests
			WHERE $__timeFilter(received_time)
			GROUP BY time, kind
			ORDER BY time, kind`)},
	}
}

func pipelineDeadLetterList() panel {
	return panel{
		kind: table, title: "Dead letters, with an example", unit: "short", width: 24, height: 8,
		shows: "Reasons and kinds of the chosen time with how many items and devices, the newest, and one error.",
		wrong: "odograph deadletters show PLACE prints the item.",
		empty: "No item was put aside in the chosen time. That is how it should be.",
		queries: []query{rows(`
			SELECT
				reason, kind, count() AS items, uniqExact(imei) AS devices, max(first_seen) AS newest,
				argMax(error, first_seen) AS example, argMax(concat(topic, '/', toString(partition), '/', toString(offset)), first_seen) AS place
			FROM dead_letters
			WHERE $__timeFilter(first_seen)
			GROUP BY reason, kind
			ORDER BY items DESC
			LIMIT 500`)},
	}
}
