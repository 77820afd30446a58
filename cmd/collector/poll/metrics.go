package poll

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/odograph/odograph/pkg/jimi/openapi"
)

type metrics struct {
	calls    *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	rows     *prometheus.CounterVec
	shards   prometheus.Gauge
	holes    *prometheus.GaugeVec
	asked    prometheus.Counter
	leftOut  *prometheus.GaugeVec
	sweepAge *prometheus.GaugeVec
	rate     *prometheus.GaugeVec
	quota    *prometheus.GaugeVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	return &metrics{
		calls: f.NewCounterVec(prometheus.CounterOpts{
			Name: "odograph_poll_calls_total", Help: "Calls to the platform by account, method and outcome.",
		}, []string{"account", "method", "outcome"}),
		seconds: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "odograph_poll_call_seconds", Help: "How long calls to the platform take.",
			Buckets: []float64{.05, .1, .2, .5, 1, 2, 5, 15, 60, 180},
		}, []string{"method"}),
		rows: f.NewCounterVec(prometheus.CounterOpts{
			Name: "odograph_poll_rows_total", Help: "Rows of answers put into Kafka, by kind.",
		}, []string{"kind"}),
		shards: f.NewGauge(prometheus.GaugeOpts{Name: "odograph_poll_partitions", Help: "Partitions whose devices this collector polls."}),
		holes: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "odograph_poll_holes", Help: "Holes in the streams of this collector's devices, by reason.",
		}, []string{"reason"}),
		asked: f.NewCounter(prometheus.CounterOpts{Name: "odograph_poll_holes_asked_total", Help: "Holes for which the platform was asked."}),
		leftOut: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "odograph_poll_left_out_devices", Help: "Devices of the account that its last fleet poll left out.",
		}, []string{"account"}),
		sweepAge: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "odograph_poll_fleet_poll_timestamp_seconds", Help: "When the last complete fleet poll of the account ended.",
		}, []string{"account"}),
		rate: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "odograph_poll_calls_per_minute_limit", Help: "Calls a minute that this collector may make to the account (poll_rate).",
		}, []string{"account"}),
		quota: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "odograph_poll_quota_until_timestamp_seconds", Help: "Until when the account's calls of the day are used up, as the platform said last; 0 where it never did.",
		}, []string{"account"}),
	}
}

func (m *metrics) call(account string, s openapi.CallStats) {
	outcome := string(s.Class)
	if outcome == "" {
		outcome = "ok"
	}
	m.calls.WithLabelValues(account, s.Method, outcome).Inc()
	m.seconds.WithLabelValues(s.Method).Observe(s.Duration.Seconds())
}
