package grafana

import (
	"bytes"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// A rule is one thing that somebody is told of. Its query answers with one
// number, or with one number for each set of labels; no dollar sign may be in
// it, since Grafana would take that for a variable of the environment.
type rule struct {
	uid, title string
	query      query
	above      float64 // fires where the number is above this
	lasts      string  // for how long it must be so
	severity   string
	noData     string // OK where no rows are good news, Alerting where they are bad
	summary    string // in one line, with the labels
	means      string
	first      string // what to do first
	board      func() dashboard
	panel      string // of that dashboard, by title
}

// alertFile is the file of provisioning/alerting.
func alertFile() ([]byte, error) {
	groups := []object{}
	for _, g := range []struct {
		name, every string
		rules       []rule
	}{{"pipeline", "1m", pipelineRulesOfAlert()}, {"vehicles", "1m", vehicleRulesOfAlert()}} {
		rules := make([]object, len(g.rules))
		for i, r := range g.rules {
			o, err := r.object()
			if err != nil {
				return nil, err
			}
			rules[i] = o
		}
		groups = append(groups, object{"orgId": 1, "name": "odograph " + g.name, "folder": "Odograph", "interval": g.every, "rules": rules})
	}
	var b bytes.Buffer
	b.WriteString("# Written by go generate ./deploy/grafana from alerts_rules.go: change it there.\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(object{"apiVersion": 1, "groups": groups}); err != nil {
		return nil, fmt.Errorf("grafana: alert rules: %w", err)
	}
	return b.Bytes(), nil
}

// object is the rule as Grafana has it: A asks, B takes the newest number of
// each set of labels, C compares.
func (r rule) object() (object, error) {
	panel, err := panelID(r.board(), r.panel)
	if err != nil {
		return nil, fmt.Errorf("grafana: alert rule %s: %w", r.uid, err)
	}
	model := r.query.json("A")
	model["intervalMs"], model["maxDataPoints"] = 60000, 43200
	return object{
		"uid": r.uid, "title": r.title, "condition": "C", "for": r.lasts,
		"noDataState": r.noData, "execErrState": "Error", "isPaused": false,
		"labels": map[string]string{"severity": r.severity, "service": "odograph"},
		"annotations": map[string]string{
			"summary": r.summary, "description": r.means, "first_step": r.first,
			"__dashboardUid__": r.board().uid, "__panelId__": strconv.Itoa(panel),
		},
		"data": []object{
			{"refId": "A", "datasourceUid": string(r.query.source), "relativeTimeRange": object{"from": 3600, "to": 0}, "model": model},
			expression("B", object{"type": "reduce", "expression": "A", "reducer": "last", "settings": object{"mode": "dropNN"}}),
			expression("C", object{"type": "threshold", "expression": "B", "conditions": []object{
				{"evaluator": object{"type": "gt", "params": []float64{r.above}}},
			}}),
		},
	}, nil
}

func expression(ref string, model object) object {
	model["refId"], model["datasource"] = ref, object{"type": "__expr__", "uid": "__expr__"}
	return object{"refId": ref, "datasourceUid": "__expr__", "relativeTimeRange": object{"from": 0, "to": 0}, "model": model}
}

// panelID is the number that a panel gets where it is placed.
func panelID(d dashboard, title string) (int, error) {
	id := 0
	for _, r := range d.rows {
		id++ // the row itself
		for i := range r.panels {
			if id++; r.panels[i].title == title {
				return id, nil
			}
		}
	}
	return 0, fmt.Errorf("dashboard %s has no panel %q", d.uid, title)
}
