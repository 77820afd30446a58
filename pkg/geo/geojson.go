package geo

import "encoding/json"

// GeoJSON is the shape as a feature that ParseFence reads.
func (s Shape) GeoJSON() ([]byte, error) {
	type geometry struct {
		Type        string `json:"type"`
		Coordinates any    `json:"coordinates"`
	}
	var f struct {
		Type       string             `json:"type"`
		Properties map[string]float64 `json:"properties"`
		Geometry   geometry           `json:"geometry"`
	}
	f.Type, f.Properties = "Feature", map[string]float64{}
	switch s.Kind {
	case Circle:
		f.Properties["radius_m"] = s.RadiusM
		f.Geometry = geometry{"Point", [2]float64{s.Centre.Lng, s.Centre.Lat}}
	case Corridor:
		f.Properties["width_m"] = s.WidthM
		f.Geometry = geometry{"MultiLineString", coordinates(s.Lines)}
		if len(s.Lines) == 1 {
			f.Geometry = geometry{"LineString", coordinates(s.Lines)[0]}
		}
	case Polygon:
		all := make([][][][2]float64, len(s.Polygons))
		for i, rings := range s.Polygons {
			all[i] = coordinates(rings)
		}
		f.Geometry = geometry{"MultiPolygon", all}
		if len(all) == 1 {
			f.Geometry = geometry{"Polygon", all[0]}
		}
	}
	return json.Marshal(f)
}

func coordinates(lines [][]Point) [][][2]float64 {
	out := make([][][2]float64, len(lines))
	for i, line := range lines {
		for _, p := range line {
			out[i] = append(out[i], [2]float64{p.Lng, p.Lat})
		}
	}
	return out
}
