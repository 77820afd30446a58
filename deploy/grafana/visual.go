package grafana

// defaults are the settings of all numbers of a panel.
func (p *panel) defaults() object {
	d := object{"unit": p.unit, "noValue": p.empty, "custom": p.custom()}
	if p.decimals > 0 {
		d["decimals"] = p.decimals
	}
	if p.steps != nil {
		d["thresholds"] = thresholds(p.steps)
	}
	switch {
	case p.steps != nil && p.kind != timeseries:
		d["color"] = object{"mode": "thresholds"}
	case p.kind == timeseries:
		d["color"] = object{"mode": "palette-classic"}
	}
	return d
}

// custom are the settings that the kind of panel defines.
func (p *panel) custom() object {
	switch p.kind {
	case table:
		return object{"align": "auto", "inspect": false, "filterable": true, "cellOptions": object{"type": "auto"}}
	case timeseries:
		return p.lines()
	case geomap:
		return object{"hideFrom": object{"legend": false, "tooltip": false, "viz": false}}
	}
	return object{}
}

// lines draws a time series. Nothing is drawn over a gap: what was not measured
// is not known.
func (p *panel) lines() object {
	c := object{
		"drawStyle": "line", "lineWidth": 1, "fillOpacity": 10, "showPoints": "auto", "pointSize": 4, "spanNulls": false,
		"axisSoftMin": 0, "stacking": object{"mode": "none", "group": "A"}, "thresholdsStyle": object{"mode": "off"},
	}
	if p.bars {
		c["drawStyle"], c["fillOpacity"], c["stacking"] = "bars", 70, object{"mode": "normal", "group": "A"}
	}
	if p.points {
		c["drawStyle"], c["showPoints"], c["pointSize"] = "points", "always", 5
	}
	if p.steps != nil {
		c["thresholdsStyle"] = object{"mode": "line"}
	}
	return c
}

// options are the settings of the panel as a whole.
func (p *panel) options() object {
	switch p.kind {
	case stat:
		mode := "value"
		if p.background {
			mode = "background"
		}
		return object{
			"graphMode": "none", "colorMode": mode, "justifyMode": "auto", "textMode": p.textMode(), "wideLayout": true,
			"showPercentChange": false, "percentChangeColorMode": "standard", "orientation": "auto", "reduceOptions": last(false),
		}
	case table:
		return object{
			"frameIndex": 0, "showHeader": true, "cellHeight": "sm",
			"footer": object{"show": false, "reducer": []string{}, "enablePagination": true},
		}
	case timeseries:
		return object{"legend": legend(), "tooltip": object{"mode": "multi", "sort": "desc"}}
	case bargauge:
		return object{
			"displayMode": "basic", "valueMode": "color", "namePlacement": "auto", "showUnfilled": true, "sizing": "auto",
			"minVizWidth": 8, "minVizHeight": 16, "maxVizHeight": 32, "legend": legend(), "orientation": "horizontal", "reduceOptions": last(true),
		}
	case geomap:
		return p.mapOptions()
	}
	return object{}
}

// textMode shows the names of a stat's numbers where there are several.
func (p *panel) textMode() string {
	if len(p.columns) > 1 || len(p.queries) > 1 || p.queries[0].legend != "" {
		return "value_and_name"
	}
	return "value"
}

func last(each bool) object {
	return object{"values": each, "calcs": []string{"lastNotNull"}, "fields": ""}
}

func legend() object {
	return object{"displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": []string{}}
}
