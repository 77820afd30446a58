package grafana

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/stretchr/testify/require"
)

// A metric is a line of docs/metrics.md, which tests hold to what the programs
// register.
type metric struct {
	kind   string
	labels []string
}

var metricLine = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (\\w+) \\| ([^|]*) \\|")

// metrics are all that Prometheus can know, by name.
func metrics(t *testing.T) map[string]metric {
	t.Helper()
	// What Prometheus itself and every Go program tell.
	all := map[string]metric{"up": {kind: "gauge"}, "process_resident_memory_bytes": {kind: "gauge"}}
	for _, m := range metricLine.FindAllStringSubmatch(string(read(t, "../../docs/metrics.md")), -1) {
		labels := strings.FieldsFunc(m[3], func(r rune) bool { return r == ',' || r == ' ' })
		if m[2] != "histogram" {
			all[m[1]] = metric{m[2], labels}
			continue
		}
		all[m[1]+"_bucket"] = metric{"counter", append(slices.Clone(labels), "le")}
		all[m[1]+"_sum"], all[m[1]+"_count"] = metric{"counter", labels}, metric{"counter", labels}
	}
	require.Greater(t, len(all), 40)
	return all
}

// TestPromQL: each expression is valid, and asks for metrics and labels that
// there are.
func TestPromQL(t *testing.T) {
	known, asked := metrics(t), 0
	for _, d := range boards() {
		for _, r := range d.rows {
			for _, p := range r.panels {
				for _, q := range p.queries {
					if q.source == prometheus {
						asked++
						checkPromQL(t, known, d.title+", "+p.title, q)
					}
				}
			}
		}
	}
	for _, r := range slices.Concat(pipelineRulesOfAlert(), vehicleRulesOfAlert()) {
		if r.query.source == prometheus {
			asked++
			checkPromQL(t, known, r.uid, r.query)
		}
	}
	require.Greater(t, asked, 20)
}

func checkPromQL(t *testing.T, known map[string]metric, where string, q query) {
	t.Helper()
	e, err := metricsql.Parse(strings.ReplaceAll(q.text, "$__rate_interval", "1m"))
	require.NoError(t, err, "%s: %s", where, q.text)
	there, kept := map[string]bool{"job": true, "instance": true}, map[string]bool{}
	metricsql.VisitAll(e, func(e metricsql.Expr) {
		m, ok := e.(*metricsql.MetricExpr)
		if !ok {
			return
		}
		for _, filters := range m.LabelFilterss {
			require.Equal(t, "__name__", filters[0].Label, where)
			require.Contains(t, known, filters[0].Value, "%s: no such metric", where)
			for _, label := range known[filters[0].Value].labels {
				there[label] = true
			}
			for _, f := range filters[1:] {
				require.True(t, there[f.Label], "%s: no label %s", where, f.Label)
			}
		}
	})
	metricsql.VisitAll(e, func(e metricsql.Expr) {
		switch e := e.(type) {
		case *metricsql.AggrFuncExpr:
			for _, label := range e.Modifier.Args {
				require.True(t, there[label], "%s: no label %s", where, label)
				kept[label] = true
			}
		case *metricsql.FuncExpr:
			if slices.Contains([]string{"rate", "increase"}, e.Name) {
				require.Equal(t, "counter", known[metricOf(e)].kind, "%s: %s of what is no counter", where, e.Name)
			}
		}
	})
	for _, use := range regexp.MustCompile(`\{\{(\w+)\}\}`).FindAllStringSubmatch(q.legend, -1) {
		require.True(t, kept[use[1]], "%s: the legend names %s, which is not among %v", where, use[1], slices.Sorted(maps.Keys(kept)))
	}
}

// metricOf is the name of the metric of a function over one.
func metricOf(e *metricsql.FuncExpr) string {
	name := ""
	metricsql.VisitAll(e, func(e metricsql.Expr) {
		if m, ok := e.(*metricsql.MetricExpr); ok {
			name = m.LabelFilterss[0][0].Value
		}
	})
	return name
}
