package grafana

// freshness is on every dashboard: nothing else there can be trusted more than
// it is fresh.
func freshness() panel {
	return panel{
		kind: stat, title: "Data freshness", unit: "s", width: 4, height: 4, steps: rising(120, 600), background: true,
		shows: "How long ago the newest fix was received, of all devices whatever is chosen. With vehicles on the road it stays below a minute.",
		wrong: "Open the dashboard Pipeline: where the lag grows is where it stops. If all lags are 0, nothing arrives: look at the pushes and polls there.",
		empty: "No fix was ever stored: is the collector's address registered with the platform, or polling set up?",
		queries: []query{rows(`
			SELECT dateDiff('second', max(received_time), now64(3)) AS age_s
			FROM positions_now
			WHERE received_time IS NOT NULL
			HAVING count() > 0`)},
	}
}
