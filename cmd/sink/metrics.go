package main

import (
	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the sink's figures.
type metrics struct {
	rows, refused, undecodable, repaired *prometheus.CounterVec
	blocks, unsure, repairs, remembered  *prometheus.CounterVec
	repeatsFound                         prometheus.Counter
	recovered                            prometheus.Counter
	insertSeconds, latency               *prometheus.HistogramVec
	blockRows                            prometheus.Histogram
	lag                                  *prometheus.GaugeVec
	buffered, partitions                 prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) *metrics {
	const ns = "odograph_sink_"
	counters := func(name, help, label string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: ns + name, Help: help}, []string{label})
		reg.MustRegister(c)
		return c
	}
	m := &metrics{
		rows:        counters("rows_total", "Rows stored.", "table"),
		blocks:      counters("blocks_total", "Blocks stored.", "table"),
		unsure:      counters("unsure_inserts_total", "Inserts of which it was not known whether their rows are stored.", "table"),
		remembered:  counters("remembered_tokens_total", "Inserts that ClickHouse dropped because it remembered their token.", "table"),
		repairs:     counters("repairs_total", "Blocks of rows that read-back did not find and that were inserted again.", "table"),
		repaired:    counters("repaired_rows_total", "Rows that read-back did not find and that were inserted again.", "table"),
		refused:     counters("refused_rows_total", "Rows that ClickHouse refused and that became dead letters.", "table"),
		undecodable: counters("undecodable_records_total", "Records that could not be read and became dead letters.", "topic"),
		repeatsFound: prometheus.NewCounter(prometheus.CounterOpts{
			Name: ns + "repeats_found_total", Help: "Unverified fixes that turned out to be repeats."}),
		recovered: prometheus.NewCounter(prometheus.CounterOpts{
			Name: ns + "recovered_intents_total", Help: "Blocks that another run had begun and this one finished."}),
		insertSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: ns + "insert_seconds", Help: "Time of one insert.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 16)}, []string{"outcome"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: ns + "latency_seconds", Help: "Time from the collector's receipt of an item to its stored row.", Buckets: prometheus.ExponentialBuckets(0.05, 2, 18)}, []string{"table"}),
		blockRows: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: ns + "block_rows", Help: "Rows of one block.", Buckets: prometheus.ExponentialBuckets(1, 4, 10)}),
		lag: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: ns + "lag_records", Help: "Records of the assigned partitions that are not stored yet."}, []string{"topic"}),
		buffered: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: ns + "buffered_bytes", Help: "Memory of records that wait for ClickHouse."}),
		partitions: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: ns + "assigned_partitions", Help: "Partitions that this instance works on."}),
	}
	reg.MustRegister(m.repeatsFound, m.recovered, m.insertSeconds, m.latency, m.blockRows, m.lag, m.buffered, m.partitions)
	return m
}
