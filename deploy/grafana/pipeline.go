package grafana

// pipeline is whether all that was sent is here, how late, and what was put aside.
func pipeline() dashboard {
	return dashboard{
		uid: pipelineUID, title: "Odograph: pipeline", from: "now-3h", refresh: "30s",
		description: "Freshness, lag, latency of each stage, completeness, dead letters, and the budget of the platform's interface.",
		rows: []row{
			{"Now", []panel{freshness(), pipelineUp(), pipelineLagNow(), pipelineSpoolNow(), pipelineAside(), pipelineRules()}},
			{"Latency and lag", []panel{pipelineStages(), pipelineSinkLatency(), pipelineEnricherLag(), pipelineSinkLag()}},
			{"Coming in", []panel{pipelineRequests(), pipelineItems(), pipelineSpool(), pipelineOutcomes()}},
			{"Complete", []panel{pipelineCompleteness(), pipelineHoles(), pipelineMissing(), pipelineSources()}},
			{"Put aside", []panel{pipelineDeadLetters(), pipelineTooLate(), pipelineDeadLetterList()}},
			{"The platform's interface", []panel{pipelineCalls(), pipelineRefused(), pipelineQuota(), pipelineFleetPoll(), pipelineLeftOut()}},
			{"The programs", []panel{pipelineTransactions(), pipelineInserts(), pipelineMemory(), pipelineTrouble()}},
		},
	}
}

// notScraped is the reason of an empty panel of the programs' figures.
const notScraped = "Prometheus has no figures: are :9101, :9102 and :9103 scraped, and do the programs run?"

func pipelineUp() panel {
	return panel{
		kind: stat, title: "Programs", unit: "short", width: 5, height: 4, steps: falling(0.5, 0.99),
		shows:   "Programs that answer Prometheus, by job: 1 is all of a job.",
		wrong:   "Its log says why it stopped or what it waits for; /readyz on its port names what is not ready.",
		empty:   notScraped,
		queries: []query{promNow(`avg by (job) (up)`, "{{job}}")},
	}
}

func pipelineLagNow() panel {
	return panel{
		kind: stat, title: "Not handled yet", unit: "short", width: 5, height: 4, steps: rising(10000, 1000000),
		shows: "Records that wait in Kafka: for the enricher, and for the sink.",
		wrong: "Growing at the enricher: it is down, or needs another instance (up to one a partition). Growing at the sink: ClickHouse is away or slow, see Inserts.",
		empty: notScraped,
		queries: []query{
			promNow(`sum(odograph_enricher_lag_records)`, "enricher"),
			promNow(`sum(odograph_sink_lag_records)`, "sink"),
		},
	}
}

func pipelineSpoolNow() panel {
	return panel{
		kind: stat, title: "Spool", unit: "short", width: 3, height: 4, steps: rising(1, 100000),
		shows:   "Items that a collector keeps on its disk because Kafka does not take them.",
		wrong:   "Anything but 0 for long: Kafka is away. Nothing is lost while the disk has room; do not delete the spool.",
		empty:   notScraped,
		queries: []query{promNow(`sum(odograph_collector_spool_records)`, "")},
	}
}

func pipelineAside() panel {
	return panel{
		kind: stat, title: "Dead letters", unit: "short", width: 4, height: 4, steps: rising(1, 100),
		shows:   "Items put aside in the chosen time because they could not be used. They are kept, with the reason.",
		wrong:   "The table below has an example of each reason; odograph deadletters has all, with their bytes.",
		empty:   "None could be counted: does the table dead_letters exist? Run odograph setup.",
		queries: []query{rows(`SELECT count() AS items FROM dead_letters WHERE $__timeFilter(first_seen)`)},
	}
}

func pipelineRules() panel {
	return panel{
		kind: stat, title: "Rules valid", unit: "bool_yes_no", width: 3, height: 4, steps: falling(0.5, 1),
		shows:   "Whether the rules in force are those of the file. No: the file is not valid, and the rules before it go on.",
		wrong:   "odograph rules --check FILE names the line; the enricher's log has it, too.",
		empty:   notScraped,
		queries: []query{promNow(`min(odograph_enricher_rules_valid)`, "")},
	}
}

func pipelineStages() panel {
	return panel{
		kind: timeseries, title: "Latency of each stage", unit: "s", width: 12, height: 9, steps: rising(60, 600),
		shows: "From rows of fixes, by the minute in which they were stored: from the device's fix to its receipt, from the receipt to the row, and both together. About half are faster than p50 (mean of the medians of minutes and sources), 99 of 100 in the worst of them faster than p99.",
		wrong: "fix_to_received is the device, the mobile network and the platform (re-uploads are late by nature); received_to_inserted is Odograph: see the lags.",
		empty: "No fix was stored in the chosen time, or the count of each minute (latency_recent) has not run yet.",
		queries: []query{series(`
			SELECT
				toStartOfInterval(minute, toIntervalSecond(greatest(60, $__interval_s))) AS time, toString(stage) AS stage,
				sum(l.p50_s * fixes) / sum(fixes) AS p50, max(l.p99_s) AS p99
			FROM latency_minutes AS l
			WHERE $__timeFilter(minute)
			GROUP BY time, stage
			ORDER BY time, stage`)},
	}
}

func pipelineSinkLatency() panel {
	return panel{
		kind: timeseries, title: "From receipt to row, by table", unit: "s", width: 12, height: 9, steps: rising(30, 300),
		shows:   "99 of 100 rows were stored faster than this after the collector took their item; as the sink counts it.",
		wrong:   "All tables rise together: lag or ClickHouse. One table: look at its inserts and repairs.",
		empty:   notScraped,
		queries: []query{prom(`histogram_quantile(0.99, sum by (table, le) (rate(odograph_sink_latency_seconds_bucket[$__rate_interval])))`, "{{table}}")},
	}
}

func pipelineEnricherLag() panel {
	return panel{
		kind: timeseries, title: "Lag of the enricher", unit: "short", width: 12, height: 8,
		shows:   "Raw records that wait for the enricher, by partition (the ten with the most).",
		wrong:   "One partition alone: one device floods, or one record is slow; look at the enricher's log. All: start another instance.",
		empty:   notScraped,
		queries: []query{prom(`topk(10, sum by (partition) (odograph_enricher_lag_records))`, "{{partition}}")},
	}
}

func pipelineSinkLag() panel {
	return panel{
		kind: timeseries, title: "Lag of the sink", unit: "short", width: 12, height: 8,
		shows:   "Records that wait for the sink, by topic.",
		wrong:   "ClickHouse is away, too slow, or has too many parts: see Inserts, and system.parts.",
		empty:   notScraped,
		queries: []query{prom(`sum by (topic) (odograph_sink_lag_records)`, "{{topic}}")},
	}
}
