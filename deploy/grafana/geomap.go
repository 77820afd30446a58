package grafana

// A layer is one query on a map, by its columns lat and lng.
type layer struct {
	name  string
	query string // refId
	color string // column that gives the colour
	size  int    // pixels
	by    string // column that gives the size, up to three times as large
	heat  string // column of weights: a heat map instead of markers
}

// mapOptions shows all that was found, on the map that Grafana is set up with.
func (p *panel) mapOptions() object {
	layers := make([]object, len(p.layers))
	for i, l := range p.layers {
		layers[i] = l.json()
	}
	return object{
		"view":     object{"id": "fit", "lat": 0, "lon": 0, "zoom": 15, "allLayers": true, "maxZoom": 16, "padding": 5},
		"controls": object{"showZoom": true, "mouseWheelZoom": true, "showAttribution": true, "showScale": true, "showDebug": false, "showMeasure": true},
		"basemap":  object{"type": "default", "name": "Map", "config": object{}},
		"layers":   layers,
		"tooltip":  object{"mode": "details"},
	}
}

func (l layer) json() object {
	out := object{
		"type": "markers", "name": l.name, "tooltip": true,
		"location":   object{"mode": "coords", "latitude": "lat", "longitude": "lng"},
		"filterData": object{"id": "byRefId", "options": l.query},
	}
	if l.heat != "" {
		out["type"] = "heatmap"
		out["config"] = object{"weight": object{"field": l.heat, "fixed": 1, "min": 0, "max": 1}, "radius": l.size, "blur": l.size}
		return out
	}
	size := object{"fixed": l.size, "min": l.size, "max": 3 * l.size}
	if l.by != "" {
		size["field"] = l.by
	}
	out["config"] = object{"showLegend": l.color != "", "style": object{
		"size": size, "color": object{"field": l.color, "fixed": "blue"}, "opacity": 0.7,
		"symbol": object{"mode": "fixed", "fixed": "img/icons/marker/circle.svg"},
	}}
	return out
}
