// Package runtest holds the list of metrics, docs/metrics.md, to what the
// programs register: dashboards and alert rules are checked against the list.
package runtest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

var update = flag.Bool("update-metrics", false, "write what is registered into docs/metrics.md")

const tableHead = "| metric | type | labels | what |\n|---|---|---|---|\n"

// Listed fails where the section of docs/metrics.md does not say what register
// registers.
func Listed(tb testing.TB, section string, register func(prometheus.Registerer)) {
	tb.Helper()
	r := &recorder{}
	register(r)
	slices.Sort(r.lines)
	want := "\n" + tableHead + strings.Join(r.lines, "\n") + "\n"
	path, document := list(tb)
	heading := "\n## " + section + "\n"
	before, rest, found := strings.Cut(document, heading)
	if !found {
		tb.Fatalf("%s has no section %q", path, section)
	}
	got, after, more := strings.Cut(rest, "\n## ")
	if more {
		after = "\n## " + after
	}
	if strings.TrimRight(got, "\n") == strings.TrimRight(want, "\n") {
		return
	}
	if !*update {
		tb.Fatalf("%s, %s is old: go test -run MetricsAreListed -update-metrics in this folder\nit has%s\nand should have%s", path, section, got, want)
	}
	if err := os.WriteFile(path, []byte(before+heading+want+after), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// list is docs/metrics.md of the module that the test is in.
func list(tb testing.TB) (path, document string) {
	tb.Helper()
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			path = filepath.Join(dir, "docs", "metrics.md")
			b, err := os.ReadFile(path)
			if err != nil {
				tb.Fatal(err)
			}
			return path, string(b)
		}
		if dir == filepath.Dir(dir) {
			err = os.ErrNotExist
		}
	}
	tb.Fatalf("no go.mod above the test: %v", err)
	return "", ""
}

// recorder is a registry that only writes down what it is given.
type recorder struct{ lines []string }

func (r *recorder) Register(c prometheus.Collector) error { r.MustRegister(c); return nil }
func (r *recorder) Unregister(prometheus.Collector) bool  { return false }

func (r *recorder) MustRegister(all ...prometheus.Collector) {
	for _, c := range all {
		descriptions := make(chan *prometheus.Desc, 64)
		go func() { defer close(descriptions); c.Describe(descriptions) }()
		for d := range descriptions {
			r.lines = append(r.lines, line(c, d.String()))
		}
	}
}

// described are the parts of a descriptor, which only tells of itself as text.
var described = regexp.MustCompile(`^Desc\{fqName: "([^"]+)", help: "([^"]*)".* constLabels: \{[^}]*\}, variableLabels: \{([^}]*)\}`)

func line(c prometheus.Collector, text string) string {
	m := described.FindStringSubmatch(text)
	if m == nil {
		panic("a descriptor of another form: " + text)
	}
	labels := strings.Join(strings.FieldsFunc(m[3], func(r rune) bool { return r == ',' || r == ' ' }), ", ")
	return fmt.Sprintf("| `%s` | %s | %s | %s |", m[1], kind(c), labels, strings.ReplaceAll(m[2], "|", `\|`))
}

func kind(c prometheus.Collector) string {
	switch c.(type) {
	case *prometheus.CounterVec:
		return "counter"
	case *prometheus.GaugeVec:
		return "gauge"
	case *prometheus.HistogramVec, prometheus.Histogram:
		return "histogram"
	case prometheus.Gauge: // before the counter, whose methods it has, too
		return "gauge"
	case prometheus.Counter:
		return "counter"
	}
	return "untyped"
}
