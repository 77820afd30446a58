package grafana

func pipelineRequests() panel {
	return panel{
		kind: timeseries, title: "Pushes by answer", unit: "reqps", width: 12, height: 8, bars: true,
		shows:   "Requests per second to the collector, by kind and the status that was answered.",
		wrong:   "401: the platform sends another token than ODOGRAPH_PUSH_TOKENS. 400: bodies that hold no items, kept as dead letters. 503: Kafka is away and the spool is full.",
		empty:   "No push at all, or the collector's :9101/metrics is not scraped. Is its address registered with the platform?",
		queries: []query{prom(`sum by (kind, status) (rate(odograph_collector_requests_total[$__rate_interval]))`, "{{kind}} {{status}}")},
	}
}

func pipelineItems() panel {
	return panel{
		kind: timeseries, title: "Items accepted", unit: "cps", width: 12, height: 8,
		shows: "Items per second that were accepted, by what has them: Kafka, or the spool while Kafka is away; and rows that polling brought.",
		wrong: "A fall at a time of traffic: pushes stopped. Is the platform's push still registered?",
		empty: notScraped,
		queries: []query{
			prom(`sum by (via) (rate(odograph_collector_items_total[$__rate_interval]))`, "pushed, {{via}}"),
			prom(`sum(rate(odograph_poll_rows_total[$__rate_interval]))`, "polled"),
		},
	}
}

func pipelineSpool() panel {
	return panel{
		kind: timeseries, title: "Age of the spool", unit: "s", width: 12, height: 8, steps: rising(1, 300),
		shows:   "Age of the oldest item that waits on a collector's disk for Kafka, how full it is (at 100 % pushes are answered 503), and damaged places of the disk that were set aside.",
		wrong:   "Bring Kafka back; the spool empties by itself, in order.",
		empty:   notScraped,
		columns: map[string]column{"damaged places": {unit: "short"}, "filled": {unit: "percentunit"}},
		queries: []query{
			prom(`sum(odograph_collector_spool_bytes) / sum(odograph_collector_spool_limit_bytes)`, "filled"),
			prom(`max by (instance) (odograph_collector_spool_oldest_seconds)`, "{{instance}}"),
			prom(`sum(odograph_collector_spool_damaged)`, "damaged places"),
		},
	}
}

func pipelineOutcomes() panel {
	return panel{
		kind: timeseries, title: "What became of raw records", unit: "cps", width: 12, height: 8, bars: true,
		shows:   "Raw records per second that the enricher has handled: new fixes, repeats, other items, dead letters.",
		wrong:   "More repeats than fixes: the same data comes by several ways. That costs nothing but work.",
		empty:   notScraped,
		queries: []query{prom(`sum by (outcome) (rate(odograph_enricher_records_total[$__rate_interval]))`, "{{outcome}}")},
	}
}

func pipelineCalls() panel {
	return panel{
		kind: timeseries, title: "Calls to the platform", unit: "cpm", width: 12, height: 8,
		shows: "Calls a minute, by account, beside the budget of each (poll_rate).",
		wrong: "At the budget all the time: raise the intervals of polling, or poll_rate if the platform allows more.",
		empty: "No account polls, or the collector's :9101/metrics is not scraped.",
		queries: []query{
			prom(`sum by (account) (rate(odograph_poll_calls_total[$__rate_interval])) * 60`, "{{account}}"),
			prom(`max by (account) (odograph_poll_calls_per_minute_limit)`, "{{account}}, budget"),
		},
	}
}

func pipelineRefused() panel {
	return panel{
		kind: timeseries, title: "Calls that failed, by reason", unit: "cpm", width: 12, height: 8, bars: true,
		shows:   "Calls a minute that did not bring an answer: rate (too many), quota (the day's calls are used up), auth, transient, …",
		wrong:   "quota: polling pauses until the next day, only pushes come. auth: password, secret or rights have changed: odograph api jimi.user.device.list says what the platform answers.",
		empty:   "No call failed, no account polls, or the collector's :9101/metrics is not scraped.",
		queries: []query{prom(`sum by (account, outcome) (rate(odograph_poll_calls_total{outcome!="ok"}[$__rate_interval])) * 60`, "{{account}} {{outcome}}")},
	}
}

func pipelineFleetPoll() panel {
	return panel{
		kind: stat, title: "Age of the last fleet poll", unit: "s", width: 8, height: 5, steps: rising(300, 1800),
		shows:   "How long ago all devices of an account were asked for completely.",
		wrong:   "Old: calls fail (see there), or no collector has taken the account over.",
		empty:   "No account polls, or the collector's :9101/metrics is not scraped.",
		queries: []query{promNow(`time() - max by (account) (odograph_poll_fleet_poll_timestamp_seconds)`, "{{account}}")},
	}
}

func pipelineLeftOut() panel {
	return panel{
		kind: stat, title: "Left out of the fleet poll", unit: "short", width: 8, height: 5, steps: rising(1, 50),
		shows:   "Devices of an account that its last fleet poll did not answer for.",
		wrong:   "Devices whose subscription has ended are left out by the platform; see subscription_expired in device_health.",
		empty:   "No account polls, or the collector's :9101/metrics is not scraped.",
		queries: []query{promNow(`max by (account) (odograph_poll_left_out_devices)`, "{{account}}")},
	}
}

func pipelineQuota() panel {
	return panel{
		kind: stat, title: "Calls of the day used up for", unit: "s", width: 8, height: 5, steps: rising(1, 1),
		shows:   "For how long the platform will answer no more calls of an account, as it said itself; 0 while it does.",
		wrong:   "Only pushes come until then, and holes stay. Raise the intervals of polling, so that the day's calls last.",
		empty:   "No account polls, or the collector's :9101/metrics is not scraped.",
		queries: []query{promNow(`max by (account) (clamp_min(odograph_poll_quota_until_timestamp_seconds - time(), 0))`, "{{account}}")},
	}
}
