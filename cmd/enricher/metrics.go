package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/odograph/odograph/pkg/derive"
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
	derived      *prometheus.CounterVec
	rejected     *prometheus.CounterVec
	tooLate      prometheus.Counter
	faults       prometheus.Counter
	rulesValid   prometheus.Gauge

	fences, fencesRefused prometheus.Gauge
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
		derived: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "odograph_enricher_derived_total", Help: "Derived records sent, by kind and what they are: a first revision, a further one, or a retraction.",
		}, []string{"kind", "revision"}),
		rejected: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "odograph_enricher_rejected_total", Help: "Fixes that looked like an event and led to none, by reason.",
		}, []string{"reason"}),
		tooLate: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "odograph_enricher_too_late_total", Help: "Items that came too late to be taken into what is derived.",
		}),
		faults: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "odograph_enricher_faults_total", Help: "Faults of Odograph's own code while it derived; the first of each transaction are in the log.",
		}),
		rulesValid: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "odograph_enricher_rules_valid", Help: "1 while the rules in force are those of the file, 0 while the file is not valid.",
		}),
	}
	m.rulesValid.Set(1)
	m.fences, m.fencesRefused = newFenceGauges()
	reg.MustRegister(m.fences, m.fencesRefused, m.derived, m.rejected, m.tooLate, m.faults, m.rulesValid)
	reg.MustRegister(m.records, m.deadLetters, m.transactions, m.duration, m.restore, m.devices, m.lag, m.lateness)
	return m
}

// counts are the figures of one batch, added to the metrics once it is
// committed, so that an aborted transaction does not count.
type counts struct {
	fixes, repeats, items int
	late                  []time.Duration
	reasons               []schema.Reason
	derived               map[derivedCount]int
	rejected              map[string]int
	tooLate               int
	faults                int
	faultTexts            []string // of the first of them
}

// mostFaultTexts bounds what one batch writes to the log: one device may have the
// same fault with every item.
const mostFaultTexts = 5

func (c *counts) fault(text string) {
	c.faults++
	if len(c.faultTexts) < mostFaultTexts {
		c.faultTexts = append(c.faultTexts, text)
	}
}

type derivedCount struct{ kind, revision string }

func (c *counts) reset() {
	clear(c.derived)
	clear(c.rejected)
	*c = counts{late: c.late[:0], reasons: c.reasons[:0], derived: c.derived, rejected: c.rejected}
}

func (c *counts) derive(o *derive.Output) {
	if c.derived == nil {
		c.derived = map[derivedCount]int{}
	}
	kind, r := o.Kind()
	n := derivedCount{kind, "first"}
	switch {
	case r.Retracted:
		n.revision = "retraction"
	case r.Revision > 1:
		n.revision = "further"
	}
	c.derived[n]++
}

func (c *counts) reject(reason string, _ int64) {
	if c.rejected == nil {
		c.rejected = map[string]int{}
	}
	c.rejected[reason]++
}

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
	for n, count := range c.derived {
		m.derived.WithLabelValues(n.kind, n.revision).Add(float64(count))
	}
	for reason, count := range c.rejected {
		m.rejected.WithLabelValues(reason).Add(float64(count))
	}
	m.tooLate.Add(float64(c.tooLate))
	m.faults.Add(float64(c.faults))
	for _, l := range c.late {
		m.lateness.Observe(l.Seconds())
	}
}

func newFenceGauges() (inForce, refused prometheus.Gauge) {
	return prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "odograph_enricher_fences", Help: "Geofences in force.",
		}), prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "odograph_enricher_fences_refused", Help: "Geofences whose newest definition is not valid; the log names them. The version before goes on, until a restart more than 31 days later, when compaction may have taken it.",
		})
}
