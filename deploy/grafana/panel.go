package grafana

import "strings"

// A kind is the visualisation of a panel, by the name that Grafana has for it.
type kind string

const (
	stat       kind = "stat"
	table      kind = "table"
	timeseries kind = "timeseries"
	bargauge   kind = "bargauge"
	geomap     kind = "geomap"
)

// A panel is one question that a dashboard answers.
type panel struct {
	kind   kind
	title  string
	shows  string // what is seen
	wrong  string // what to do when it looks wrong
	empty  string // why there may be nothing to see
	unit   string // of all numbers without a unit of their own, by Grafana's name of it
	width  int    // of 24
	height int

	queries    []query
	steps      []step            // colours from the lowest value on; none: no colour
	columns    map[string]column // beyond what the name of a column says, see units.go
	layers     []layer           // of a map
	bars       bool              // a time series drawn as bars on top of each other
	points     bool              // a time series drawn without lines: nothing is between two values
	decimals   int
	background bool // a stat whose colour fills the panel
}

// A query is one question to a data source.
type query struct {
	source source
	text   string // SQL or PromQL
	series bool   // SQL: time, labels, numbers; else rows as they are
	legend string // PromQL: name of each series
	now    bool   // PromQL: the newest value alone
}

func rows(sql string) query   { return query{source: clickhouse, text: flush(sql)} }
func series(sql string) query { return query{source: clickhouse, text: flush(sql), series: true} }
func prom(expr, legend string) query {
	return query{source: prometheus, text: expr, legend: legend}
}

func promNow(expr, legend string) query {
	return query{source: prometheus, text: expr, legend: legend, now: true}
}

// flush takes the indentation of Go off a text of several lines.
func flush(s string) string {
	lines := strings.Split(strings.Trim(s, "\n\t "), "\n")
	for i, line := range lines {
		trimmed := strings.TrimLeft(line, "\t")
		if i > 0 && strings.HasPrefix(line, "\t") && !startsClause(trimmed) {
			trimmed = "  " + trimmed
		}
		lines[i] = trimmed
	}
	return strings.Join(lines, "\n")
}

func startsClause(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return strings.ToUpper(word) == word && len(word) > 1 || strings.HasPrefix(line, ")")
}

// A step is the colour of values from a limit on.
type step struct {
	from  float64
	color string
}

// rising are steps of a value that is worse the higher it is.
func rising(warn, bad float64) []step {
	return []step{{0, "green"}, {warn, "orange"}, {bad, "red"}}
}

// falling are steps of a value that is worse the lower it is.
func falling(bad, warn float64) []step {
	return []step{{0, "red"}, {bad, "orange"}, {warn, "green"}}
}

// json is the panel as Grafana has it, without its place.
func (p *panel) json() object {
	targets := make([]object, len(p.queries))
	for i, q := range p.queries {
		targets[i] = q.json(string(rune('A' + i)))
	}
	return object{
		"type": string(p.kind), "title": p.title, "description": p.description(),
		"datasource": p.queries[0].source.ref(), "targets": targets,
		"fieldConfig": object{"defaults": p.defaults(), "overrides": p.overrides()},
		"options":     p.options(),
	}
}

func (p *panel) description() string {
	text := p.shows + "\n\n**If it looks wrong:** " + p.wrong
	if p.kind == geomap { // a map without rows says nothing
		text += "\n\n**If it is empty:** " + p.empty
	}
	return text
}

func (q query) json(ref string) object {
	if q.source == prometheus {
		return object{
			"refId": ref, "datasource": q.source.ref(), "expr": q.text, "legendFormat": q.legend,
			"editorMode": "code", "instant": q.now, "range": !q.now,
		}
	}
	queryType, format := "table", 1
	if q.series {
		queryType, format = "timeseries", 0
	}
	return object{
		"refId": ref, "datasource": q.source.ref(), "rawSql": q.text,
		"editorType": "sql", "queryType": queryType, "format": format, "pluginVersion": pluginVersion,
	}
}
