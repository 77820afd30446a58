package main

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/odograph/odograph/cmd/collector/spool"
)

type metrics struct {
	requests     *prometheus.CounterVec
	items        *prometheus.CounterVec
	bytes        prometheus.Counter
	wait         *prometheus.HistogramVec
	batch        prometheus.Histogram
	unauthorized prometheus.Counter
	drained      prometheus.Counter
	spoolRecords prometheus.Gauge
	spoolBytes   prometheus.Gauge
	spoolLimit   prometheus.Gauge
	spoolOldest  prometheus.Gauge
	spoolDamaged prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "odograph_collector_requests_total", Help: "Requests, by kind and HTTP status.",
		}, []string{"kind", "status"}),
		items: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "odograph_collector_items_total", Help: "Items accepted, by what has them.",
		}, []string{"via"}),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "odograph_collector_item_bytes_total", Help: "Bytes of accepted items.",
		}),
		wait: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "odograph_collector_accept_seconds", Help: "Time until a request's items were durable, by what has them.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}, []string{"via"}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "odograph_collector_request_items", Help: "Items of a request; the platform documents 50 at most.",
			Buckets: []float64{0, 1, 2, 5, 10, 20, 50, 100, 500},
		}),
		unauthorized: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "odograph_collector_unauthorized_total", Help: "Pushes refused for a wrong token.",
		}),
		drained: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "odograph_collector_spool_drained_total", Help: "Items moved from the spool to Kafka.",
		}),
		spoolRecords: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "odograph_collector_spool_records", Help: "Items in the spool.",
		}),
		spoolBytes: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "odograph_collector_spool_bytes", Help: "Bytes in the spool.",
		}),
		spoolLimit: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "odograph_collector_spool_limit_bytes", Help: "Most the spool may take (spool_max_bytes); beyond it pushes are answered 503.",
		}),
		spoolOldest: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "odograph_collector_spool_oldest_seconds", Help: "Age of the oldest item in the spool; 0 where it is empty.",
		}),
		spoolDamaged: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "odograph_collector_spool_damaged", Help: "Damaged places of the spool that were set aside at the start.",
		}),
	}
	reg.MustRegister(m.requests, m.items, m.bytes, m.wait, m.batch, m.unauthorized, m.drained, m.spoolRecords, m.spoolBytes, m.spoolLimit, m.spoolOldest, m.spoolDamaged)
	return m
}

func (m *metrics) request(a answer) {
	m.requests.WithLabelValues(a.kind, strconv.Itoa(a.status)).Inc()
}

func (m *metrics) accepted(via string, waited time.Duration, items []item) {
	m.items.WithLabelValues(via).Add(float64(len(items)))
	m.wait.WithLabelValues(via).Observe(waited.Seconds())
	m.batch.Observe(float64(len(items)))
	n := 0
	for i := range items {
		n += len(items[i].value)
	}
	m.bytes.Add(float64(n))
}

func (m *metrics) spool(s spool.Stats) {
	m.spoolRecords.Set(float64(s.Records))
	m.spoolBytes.Set(float64(s.Bytes))
	m.spoolDamaged.Set(float64(s.Damaged))
	age := 0.0
	if s.Records > 0 {
		age = time.Since(s.OldestAppend).Seconds()
	}
	m.spoolOldest.Set(age)
}
