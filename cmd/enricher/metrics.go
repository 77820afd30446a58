package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/odograph/odograph/pkg/schema"
)

type metrics struct {
	records      *prometheus.CounterVec
	deadLetters  *prometheus.CounterVec
	transactions *prometheus.CounterVec
	duration     prometheus.Histogram
	restore      prometheus.Histogram
	devices      *prometheus.GaugeVec
	lag          *prometheus.GaugeVec
	lateness     prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		records: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "odograph_enricher_records_total", Help: "Raw records of committed transactions, by what became of them.",
		}, []string{"outcome"}),
		deadLetters: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "odograph_enricher_dead_letters_total", Help: "Raw records put aside, by reason.",
		}, []string{"reason"}),
		transactions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "odograph_enricher_transactions_total", Help: "Transactions, by outcome.",
		}, []string{"outcome"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "odograph_enricher_transaction_seconds", Help: "Time from a transaction's last record to its commit.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}),
		restore: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "odograph_enricher_restore_seconds", Help: "Time to restore the partitions of an assignment.",
			Buckets: prometheus.ExponentialBuckets(0.01, 2, 14),
		}),
		devices: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "odograph_enricher_devices", Help: "Devices in memory, by partition.",
		}, []string{"partition"}),
		lag: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "odograph_enricher_lag_records", Help: "Raw records not yet handled, by partition.",
		}, []string{"partition"}),
		lateness: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "odograph_enricher_fix_lateness_seconds", Help: "Receive time minus fix time of accepted fixes.",
			Buckets: []float64{1, 2, 5, 10, 30, 60, 300, 1800, 7200, 21600, 86400, 604800},
		}),
	}
	reg.MustRegister(m.records, m.deadLetters, m.transactions, m.duration, m.restore, m.devices, m.lag, m.lateness)
	return m
}

// counts are the figures of one batch, added to the metrics once it is
// committed, so that an aborted transaction does not count.
type counts struct {
	fixes, repeats, items int
	late                  []time.Duration
	reasons               []schema.Reason
}

func (c *counts) reset() { *c = counts{late: c.late[:0], reasons: c.reasons[:0]} }

func (c *counts) lateness(w *work) {
	c.late = append(c.late, w.fix.ReceivedTime.Sub(w.fix.FixTime))
}

func (c *counts) deadLetter(r schema.Reason) { c.reasons = append(c.reasons, r) }

func (m *metrics) add(c *counts) {
	m.records.WithLabelValues("fix").Add(float64(c.fixes))
	m.records.WithLabelValues("repeat").Add(float64(c.repeats))
	m.records.WithLabelValues("item").Add(float64(c.items))
	m.records.WithLabelValues("dead_letter").Add(float64(len(c.reasons)))
	for _, r := range c.reasons {
		m.deadLetters.WithLabelValues(string(r)).Inc()
	}
	for _, l := range c.late {
		m.lateness.Observe(l.Seconds())
	}
}
