package grafana

import (
	"maps"
	"slices"
)

// A column is how a table or a map shows one column of a query's answer.
type column struct {
	unit   string
	steps  []step
	colors map[string]string // colour by text
	hidden bool
	width  int
	links  []link
}

// A link leads from a value to another dashboard.
type link struct{ title, url string }

// suffixes say the unit that the end of a column's name stands for.
var suffixes = []struct{ end, unit string }{
	{"_km", "lengthkm"}, {"_m", "lengthm"}, {"_s", "s"}, {"_kmh", "velocitykmh"}, {"_mps2", "accMS2"},
	{"_percent", "percent"}, {"_share", "percentunit"}, {"_c", "celsius"}, {"_v", "volt"}, {"_l", "litre"},
	{"_deg", "degree"}, {"_bytes", "bytes"},
}

// severities and states have the same colour everywhere.
var (
	severities = map[string]string{
		"low": "yellow", "medium": "orange", "high": "red", "none": "blue",
		"info": "blue", "warning": "orange", "critical": "red",
	}
	states = map[string]string{
		"driving": "green", "idling": "orange", "parked": "blue", "offline": "red", "no_position": "orange", "never_seen": "text",
	}
)

// everywhere are the columns that look alike on every dashboard.
var everywhere = map[string]column{
	"imei":     {width: 150, links: []link{toVehicle}},
	"severity": {colors: severities},
	"state":    {colors: states},
	"lat":      {unit: "degree"},
	"lng":      {unit: "degree"},
}

// overrides are the columns' own settings: first what the end of a name says,
// then what a name says, then what this panel says.
func (p *panel) overrides() []object {
	out := []object{}
	if p.kind != table && p.kind != geomap {
		for _, name := range slices.Sorted(maps.Keys(p.columns)) {
			out = append(out, override("byName", name, p.columns[name].properties(p.kind)))
		}
		return out
	}
	for _, s := range suffixes {
		out = append(out, override("byRegexp", "/"+s.end+"$/", []object{property("unit", s.unit)}))
	}
	if p.kind == table { // an empty cell, as opposed to an empty table
		for _, t := range []string{"number", "string", "time"} {
			out = append(out, override("byType", t, []object{property("noValue", "–")}))
		}
	}
	columns := maps.Clone(everywhere)
	maps.Copy(columns, p.columns)
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		out = append(out, override("byName", name, columns[name].properties(p.kind)))
	}
	return out
}

func override(matcher, options string, properties []object) object {
	return object{"matcher": object{"id": matcher, "options": options}, "properties": properties}
}

func property(id string, value any) object { return object{"id": id, "value": value} }

func (c column) properties(k kind) []object {
	out := []object{}
	if c.unit != "" {
		out = append(out, property("unit", c.unit))
	}
	if c.steps != nil {
		out = append(out, property("thresholds", thresholds(c.steps)), property("color", object{"mode": "thresholds"}))
	}
	if c.colors != nil {
		out = append(out, property("mappings", mappings(c.colors)))
	}
	if len(c.links) > 0 {
		out = append(out, property("links", linkObjects(c.links)))
	}
	if k != table {
		return out
	}
	if c.steps != nil || c.colors != nil {
		out = append(out, property("custom.cellOptions", object{"type": "color-text"}))
	}
	if c.width > 0 {
		out = append(out, property("custom.width", c.width))
	}
	if c.hidden {
		out = append(out, property("custom.hidden", true))
	}
	return out
}

func mappings(colors map[string]string) []object {
	options := object{}
	for i, text := range slices.Sorted(maps.Keys(colors)) {
		options[text] = object{"color": colors[text], "text": text, "index": i}
	}
	return []object{{"type": "value", "options": options}}
}

func linkObjects(links []link) []object {
	out := make([]object, len(links))
	for i, l := range links {
		out[i] = object{"title": l.title, "url": l.url, "targetBlank": false}
	}
	return out
}

// thresholds colour values; the first step holds from below all values on.
func thresholds(steps []step) object {
	list := make([]object, len(steps))
	for i, s := range steps {
		list[i] = object{"color": s.color, "value": s.from}
	}
	list[0]["value"] = nil
	return object{"mode": "absolute", "steps": list}
}
