package grafana

func pipelineTransactions() panel {
	return panel{
		kind: timeseries, title: "Transactions of the enricher", unit: "s", width: 12, height: 8,
		shows:   "99 of 100 transactions took less than this, and the share that was aborted.",
		wrong:   "Aborted: a rebalance or a Kafka that is away; they are done again, nothing is lost or doubled.",
		empty:   notScraped,
		columns: map[string]column{"aborted": {unit: "percentunit"}},
		queries: []query{
			prom(`histogram_quantile(0.99, sum by (le) (rate(odograph_enricher_transaction_seconds_bucket[$__rate_interval])))`, "p99"),
			prom(`sum(rate(odograph_enricher_transactions_total{outcome!="committed"}[$__rate_interval])) / sum(rate(odograph_enricher_transactions_total[$__rate_interval]))`, "aborted"),
		},
	}
}

func pipelineInserts() panel {
	return panel{
		kind: timeseries, title: "Inserts", unit: "s", width: 12, height: 8,
		shows:   "99 of 100 inserts took less than this, by outcome; and memory of records that wait for ClickHouse.",
		wrong:   "Slow with many parts: see system.merges. Failed: ClickHouse is away or refuses; the sink tries for ever and keeps everything.",
		empty:   notScraped,
		columns: map[string]column{"buffered": {unit: "bytes"}},
		queries: []query{
			prom(`histogram_quantile(0.99, sum by (outcome, le) (rate(odograph_sink_insert_seconds_bucket[$__rate_interval])))`, "{{outcome}}"),
			prom(`sum(odograph_sink_buffered_bytes)`, "buffered"),
		},
	}
}

func pipelineMemory() panel {
	return panel{
		kind: timeseries, title: "Memory", unit: "bytes", width: 12, height: 8,
		shows:   "Memory of each program.",
		wrong:   "The enricher keeps the state of its devices in memory; a steady rise at a steady number of devices is a fault: take a heap profile from /debug/pprof/heap.",
		empty:   notScraped,
		queries: []query{prom(`sum by (job, instance) (process_resident_memory_bytes)`, "{{job}} {{instance}}")},
	}
}

func pipelineTrouble() panel {
	return panel{
		kind: timeseries, title: "Signs of trouble", unit: "short", width: 12, height: 8, bars: true,
		shows: "How often in each interval something happened that should not: faults of our own code while deriving, inserts of unknown outcome, rows repaired or refused, records that could not be read, pushes with a wrong token.",
		wrong: "Unsure inserts and repairs after a loss of ClickHouse are the safety net at work. Faults: the enricher's log has the first of each transaction.",
		empty: notScraped,
		queries: []query{
			prom(`sum(increase(odograph_enricher_faults_total[$__rate_interval]))`, "faults while deriving"),
			prom(`sum(increase(odograph_sink_unsure_inserts_total[$__rate_interval]))`, "unsure inserts"),
			prom(`sum(increase(odograph_sink_repaired_rows_total[$__rate_interval]))`, "repaired rows"),
			prom(`sum(increase(odograph_sink_refused_rows_total[$__rate_interval]))`, "refused rows"),
			prom(`sum(increase(odograph_sink_undecodable_records_total[$__rate_interval]))`, "records that could not be read"),
			prom(`sum(increase(odograph_collector_unauthorized_total[$__rate_interval]))`, "wrong tokens"),
			prom(`sum(increase(odograph_enricher_too_late_total[$__rate_interval]))`, "items too late"),
		},
	}
}
