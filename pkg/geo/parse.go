package geo

// Form is what the text of a shape leaves open.
type Form struct {
	RadiusM float64 // of a point: it becomes a circle
	WidthM  float64 // of a line: it becomes a corridor
	Repair  bool    // see Repair
}

// ParseFence reads a fence: GeoJSON (a geometry or a feature; a point needs a
// "radius_m" or "radius" and a line a "width_m" or "width" among the feature's
// properties, in metres), WKT, or the platform's "lat,lng#lat,lng".
func ParseFence(id string, text []byte, form Form) (*Fence, error) { return nil, nil }
