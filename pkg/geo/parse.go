package geo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/peterstace/simplefeatures/geom"
)

// Form is what the text of a shape leaves open.
type Form struct {
	RadiusM float64 // of a point: it becomes a circle
	WidthM  float64 // of a line: it becomes a corridor
	Repair  bool    // see Repaired
}

// ParseFence reads a fence: GeoJSON (a geometry or a feature; a point needs a
// "radius_m" or "radius" and a line a "width_m" or "width" among the feature's
// properties, in metres), WKT, or the platform's "lat,lng#lat,lng".
func ParseFence(id string, text []byte, form Form) (*Fence, error) {
	s, err := ParseShape(text, form)
	if err != nil {
		return nil, fmt.Errorf("fence %q: %w", id, err)
	}
	if form.Repair {
		s, _ = Repaired(s)
		if err := s.check(id, true); err != nil {
			return nil, err
		}
		return newFence(id, s), nil
	}
	return NewFence(id, s)
}

// ParseShape reads a shape as ParseFence does, without checking it.
func ParseShape(text []byte, form Form) (Shape, error) {
	text = bytes.TrimSpace(text)
	switch {
	case len(text) == 0:
		return Shape{}, errors.New("no shape: give GeoJSON, WKT or lat,lng#lat,lng")
	case text[0] == '{':
		return parseGeoJSON(text, form)
	case text[0] >= 'A' && text[0] <= 'Z' || text[0] >= 'a' && text[0] <= 'z':
		return parseWKT(string(text), form)
	}
	return ParsePlatform(string(text), form.RadiusM)
}

func parseGeoJSON(text []byte, form Form) (Shape, error) {
	var f struct {
		Type       string
		Geometry   json.RawMessage
		Properties struct {
			RadiusM float64 `json:"radius_m"`
			Radius  float64 `json:"radius"`
			WidthM  float64 `json:"width_m"`
			Width   float64 `json:"width"`
		}
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return Shape{}, fmt.Errorf("GeoJSON: %w", err)
	}
	switch f.Type {
	case "FeatureCollection":
		return Shape{}, errors.New("GeoJSON: a collection: give its features one by one")
	case "Feature":
		text = f.Geometry
		form.RadiusM = firstSet(form.RadiusM, f.Properties.RadiusM, f.Properties.Radius)
		form.WidthM = firstSet(form.WidthM, f.Properties.WidthM, f.Properties.Width)
	}
	if len(text) == 0 || string(text) == "null" {
		return Shape{}, errors.New("GeoJSON: a feature without a geometry")
	}
	g, err := geom.UnmarshalGeoJSON(text, geom.NoValidate{}) // Check names ring and vertex
	if err != nil {
		return Shape{}, fmt.Errorf("GeoJSON: %w", err)
	}
	return shapeOf(g, form)
}

func firstSet(values ...float64) float64 {
	for _, v := range values {
		if v != 0 {
			return v
		}
	}
	return 0
}

func parseWKT(text string, form Form) (Shape, error) {
	g, err := geom.UnmarshalWKT(text, geom.NoValidate{})
	if err != nil {
		return Shape{}, fmt.Errorf("WKT: %w", err)
	}
	return shapeOf(g, form)
}

func shapeOf(g geom.Geometry, form Form) (Shape, error) {
	switch g.Type() {
	case geom.TypePoint:
		xy, ok := g.MustAsPoint().XY()
		if !ok {
			return Shape{}, errors.New("an empty point")
		}
		return CircleOf(Point{xy.Y, xy.X}, form.RadiusM), nil
	case geom.TypeLineString:
		return Shape{Kind: Corridor, Lines: [][]Point{pointsOf(g.MustAsLineString())}, WidthM: form.WidthM}, nil
	case geom.TypeMultiLineString:
		s, lines := Shape{Kind: Corridor, WidthM: form.WidthM}, g.MustAsMultiLineString()
		for i := range lines.NumLineStrings() {
			s.Lines = append(s.Lines, pointsOf(lines.LineStringN(i)))
		}
		return s, nil
	case geom.TypePolygon:
		return Shape{Kind: Polygon, Polygons: [][][]Point{ringsOf(g.MustAsPolygon())}}, nil
	case geom.TypeMultiPolygon:
		s, polygons := Shape{Kind: Polygon}, g.MustAsMultiPolygon()
		for i := range polygons.NumPolygons() {
			s.Polygons = append(s.Polygons, ringsOf(polygons.PolygonN(i)))
		}
		return s, nil
	}
	return Shape{}, fmt.Errorf("a %s is no fence: give a polygon, a point with a radius or a line with a width", g.Type())
}

func ringsOf(p geom.Polygon) [][]Point {
	if p.IsEmpty() {
		return nil
	}
	rings := [][]Point{pointsOf(p.ExteriorRing())}
	for i := range p.NumInteriorRings() {
		rings = append(rings, pointsOf(p.InteriorRingN(i)))
	}
	return rings
}

func pointsOf(l geom.LineString) []Point {
	c := l.Coordinates()
	points := make([]Point, c.Length())
	for i := range points {
		xy := c.GetXY(i)
		points[i] = Point{Lat: xy.Y, Lng: xy.X}
	}
	return points
}
