package poll

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/odograph/odograph/internal/run/runtest"
)

func TestMetricsAreListed(t *testing.T) {
	runtest.Listed(t, "collector, polling", func(reg prometheus.Registerer) { newMetrics(reg) })
}
