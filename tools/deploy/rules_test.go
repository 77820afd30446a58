package deploy

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	_ "github.com/prometheus/prometheus/discovery/dns" // prometheus.yml finds its targets by it
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
	"go.yaml.in/yaml/v2"
)

const prometheusDir = root + "/deploy/prometheus"

// cases is a file of promtool's unit tests, as far as ours goes.
type cases struct {
	RuleFiles          []string       `yaml:"rule_files"`
	EvaluationInterval model.Duration `yaml:"evaluation_interval"`
	GroupEvalOrder     []string       `yaml:"group_eval_order"`
	Tests              []ruleCase     `yaml:"tests"`
}

type ruleCase struct {
	Name        string         `yaml:"name"`
	Interval    model.Duration `yaml:"interval"`
	InputSeries []struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	} `yaml:"input_series"`
	Alerts []alertCase `yaml:"alert_rule_test"`
}

type alertCase struct {
	EvalTime  model.Duration `yaml:"eval_time"`
	Alertname string         `yaml:"alertname"`
	Want      []struct {
		Labels      map[string]string `yaml:"exp_labels"`
		Annotations map[string]string `yaml:"exp_annotations"`
	} `yaml:"exp_alerts"`
}

func readCases(t *testing.T) cases {
	t.Helper()
	var c cases
	if err := yaml.UnmarshalStrict([]byte(read(t, "deploy/prometheus/rules_test.yml")), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestAlerts evaluates the rules over the series of each case, as promtool does.
func TestAlerts(t *testing.T) {
	c := readCases(t)
	for i := range c.Tests {
		tc := &c.Tests[i]
		t.Run(tc.Name, func(t *testing.T) {
			for _, a := range tc.Alerts {
				var want []string
				for _, w := range a.Want {
					w.Labels[labels.AlertName] = a.Alertname
					want = append(want, fmt.Sprintln(labels.FromMap(w.Labels))+fmt.Sprintln(labels.FromMap(w.Annotations)))
				}
				got := firing(t, &c, tc, a)
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("%s at %s:\ngot  %s\nwant %s", a.Alertname, a.EvalTime, strings.Join(got, ""), strings.Join(want, ""))
				}
			}
		})
	}
}

// firing are the alerts of one name that fire at the case's time.
func firing(t *testing.T, c *cases, tc *ruleCase, a alertCase) []string {
	t.Helper()
	var load strings.Builder
	fmt.Fprintf(&load, "load %s\n", tc.Interval)
	for _, s := range tc.InputSeries {
		fmt.Fprintf(&load, "  %s %s\n", s.Series, s.Values)
	}
	p := parser.NewParser(parser.Options{})
	suite, err := promqltest.NewLazyLoader(load.String(), promqltest.LazyLoaderOpts{EnableAtModifier: true, EnableNegativeOffset: true, Parser: p})
	if err != nil {
		t.Fatal(err)
	}
	defer suite.Close()
	suite.SubqueryInterval = time.Duration(c.EvaluationInterval)
	groups := groupsOf(t, c, suite, p)
	for at := time.Unix(0, 0).UTC(); at.Sub(time.Unix(0, 0)) <= time.Duration(a.EvalTime); at = at.Add(time.Duration(c.EvaluationInterval)) {
		suite.WithSamplesTill(at, func(err error) {
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range groups {
				g.Eval(suite.Context(), at)
			}
		})
	}
	var out []string
	for _, g := range groups {
		for _, r := range g.Rules() {
			if r.LastError() != nil {
				t.Errorf("%s: %v", r.Name(), r.LastError())
			}
			alert, ok := r.(*rules.AlertingRule)
			if !ok || alert.Name() != a.Alertname {
				continue
			}
			for _, active := range alert.ActiveAlerts() {
				if active.State == rules.StateFiring {
					out = append(out, fmt.Sprintln(active.Labels)+fmt.Sprintln(active.Annotations))
				}
			}
		}
	}
	return out
}

// groupsOf gives the groups in the order in which the case's file has them: what is
// recorded comes before what asks for it.
func groupsOf(t *testing.T, c *cases, suite *promqltest.LazyLoader, p parser.Parser) []*rules.Group {
	t.Helper()
	m := rules.NewManager(&rules.ManagerOptions{
		QueryFunc:    rules.EngineQueryFunc(suite.QueryEngine(), suite.Storage()),
		AppendableV2: suite.Storage(), Context: context.Background(), Logger: promslog.NewNopLogger(), Parser: p,
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
	})
	var files []string
	for _, f := range c.RuleFiles {
		files = append(files, filepath.Join(prometheusDir, f))
	}
	found, errs := m.LoadGroups(time.Duration(c.EvaluationInterval), labels.EmptyLabels(), "", nil, false, files...)
	if errs != nil {
		t.Fatal(errs)
	}
	var groups []*rules.Group
	for _, g := range found {
		if !slices.Contains(c.GroupEvalOrder, g.Name()) {
			t.Errorf("group %s is not in group_eval_order of rules_test.yml", g.Name())
		}
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b *rules.Group) int {
		return slices.Index(c.GroupEvalOrder, a.Name()) - slices.Index(c.GroupEvalOrder, b.Name())
	})
	return groups
}

type ruleFile struct {
	Groups []struct {
		Rules []struct {
			Alert       string            `yaml:"alert"`
			Expr        string            `yaml:"expr"`
			Record      string            `yaml:"record"`
			Labels      map[string]string `yaml:"labels"`
			Annotations map[string]string `yaml:"annotations"`
		} `yaml:"rules"`
	} `yaml:"groups"`
}

func readRules(t *testing.T) ruleFile {
	t.Helper()
	var f ruleFile
	if err := yaml.Unmarshal([]byte(read(t, "deploy/prometheus/rules.yml")), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// Each alert has a case that fires and one that does not, says what to do, and
// its section of the runbook exists.
func TestEveryAlertIsComplete(t *testing.T) {
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, tc := range readCases(t).Tests {
		for _, a := range tc.Alerts {
			if len(a.Want) > 0 {
				fires[a.Alertname] = true
			} else {
				quiet[a.Alertname] = true
			}
		}
	}
	runbook := read(t, "docs/operations.md")
	alerts := 0
	for _, g := range readRules(t).Groups {
		for _, r := range g.Rules {
			if r.Alert == "" {
				continue
			}
			alerts++
			if !fires[r.Alert] || !quiet[r.Alert] {
				t.Errorf("%s: rules_test.yml has a case that fires: %v, one that does not: %v", r.Alert, fires[r.Alert], quiet[r.Alert])
			}
			if s := r.Labels["severity"]; s != "critical" && s != "warning" {
				t.Errorf("%s: severity %q", r.Alert, s)
			}
			if r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
				t.Errorf("%s: wants a summary and a description", r.Alert)
			}
			if r.Annotations["runbook"] != "docs/operations.md#"+strings.ToLower(r.Alert) || !strings.Contains(runbook, "\n### "+r.Alert+"\n") {
				t.Errorf("%s: docs/operations.md has no section of it, or its runbook is %q", r.Alert, r.Annotations["runbook"])
			}
		}
	}
	if alerts < 20 {
		t.Errorf("%d alerts", alerts)
	}
}

var (
	metricInRule = regexp.MustCompile(`\bodograph_[a-z0-9_]+`)
	metricInCode = regexp.MustCompile(`"(odograph_[a-z0-9_]+)"`)
	metricOfSink = regexp.MustCompile(`(?:counters\(|ns \+ )"([a-z_]+)"`)
	histogram    = regexp.MustCompile(`_(bucket|count|sum)$`)
)

// A rule over a metric that no program has would be silent for ever.
func TestRulesKnowTheMetrics(t *testing.T) {
	known := map[string]bool{}
	for _, file := range []string{"cmd/collector/metrics.go", "cmd/collector/poll/metrics.go", "cmd/enricher/metrics.go", "internal/run/version.go"} {
		for _, m := range metricInCode.FindAllStringSubmatch(read(t, file), -1) {
			known[m[1]] = true
		}
	}
	for _, m := range metricOfSink.FindAllStringSubmatch(read(t, "cmd/sink/metrics.go"), -1) {
		known["odograph_sink_"+m[1]] = true
	}
	asked := 0
	for _, g := range readRules(t).Groups {
		for _, r := range g.Rules {
			expr := strings.ReplaceAll(r.Expr, `{__name__=~"odograph_(enricher|sink)_lag_records"}`, "odograph_enricher_lag_records + odograph_sink_lag_records")
			for _, name := range metricInRule.FindAllString(expr, -1) {
				asked++
				if !known[name] && !known[histogram.ReplaceAllString(name, "")] {
					t.Errorf("%s%s asks for %s, which no program has", r.Alert, r.Record, name)
				}
			}
		}
	}
	if len(known) < 40 || asked < 20 {
		t.Errorf("%d metrics known, %d asked for", len(known), asked)
	}
}

// Prometheus takes its settings, and the jobs have the names that the rules use.
func TestPrometheusSettings(t *testing.T) {
	cfg, err := config.LoadFile(filepath.Join(prometheusDir, "prometheus.yml"), false, promslog.NewNopLogger())
	if err != nil {
		t.Fatal(err)
	}
	var jobs []string
	for _, s := range cfg.ScrapeConfigs {
		jobs = append(jobs, s.JobName)
	}
	for _, job := range []string{"collector", "enricher", "sink", "clickhouse"} {
		if !slices.Contains(jobs, job) {
			t.Errorf("no job %s in %v", job, jobs)
		}
	}
}
