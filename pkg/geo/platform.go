package geo

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The platform's own limits (vendor's manual: platform fence, device fence).
const (
	platformMinRadiusM = 200
	platformMaxRadiusM = 5000
	deviceRadiusStepM  = 100 // a device fence's radius is sent in steps of 100 m
	deviceMaxSteps     = 9999
)

// ParsePlatform reads the platform's way to write a shape: "lat,lng" with a radius
// is a circle, three or more of them a polygon, latitude first. Requests separate
// them by "#", answers by ";". The platform may hold shifted coordinates (GCJ-02):
// these are taken as they are.
func ParsePlatform(geom string, radiusM float64) (Shape, error) {
	var points []Point
	for i, pair := range strings.FieldsFunc(geom, func(r rune) bool { return r == '#' || r == ';' }) {
		lat, lng, ok := strings.Cut(pair, ",")
		if !ok {
			return Shape{}, fmt.Errorf("point %d, %q: want lat,lng", i, pair)
		}
		p, err := parsePoint(lat, lng)
		if err != nil {
			return Shape{}, fmt.Errorf("point %d: %w", i, err)
		}
		points = append(points, p)
	}
	switch n := len(points); {
	case n == 1:
		return CircleOf(points[0], radiusM), nil
	case n < 3:
		return Shape{}, fmt.Errorf("%d points: want one and a radius, or at least three", n)
	}
	if points[0] != points[len(points)-1] {
		points = append(points, points[0])
	}
	return PolygonOf(points), nil
}

func parsePoint(lat, lng string) (Point, error) {
	y, err := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	if err != nil {
		return Point{}, fmt.Errorf("latitude: %w", err)
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(lng), 64)
	if err != nil {
		return Point{}, fmt.Errorf("longitude: %w", err)
	}
	return Point{Lat: y, Lng: x}, nil
}

// Platform writes a shape as the platform's requests want it: points separated by
// "#", latitude first, and the radius in metres, 0 for a polygon.
func (s Shape) Platform() (geom string, radiusM int, err error) {
	switch {
	case s.Kind == Circle:
		if s.RadiusM < platformMinRadiusM || s.RadiusM > platformMaxRadiusM {
			return "", 0, fmt.Errorf("a radius of %g m: the platform takes %d to %d m", s.RadiusM, platformMinRadiusM, platformMaxRadiusM)
		}
		return s.Centre.platform(), int(math.Round(s.RadiusM)), nil
	case s.Kind != Polygon:
		return "", 0, fmt.Errorf("a %s: the platform has circles and polygons", s.Kind)
	case len(s.Polygons) != 1:
		return "", 0, fmt.Errorf("%d polygons: the platform takes one; make each a fence", len(s.Polygons))
	case len(s.Polygons[0]) != 1:
		return "", 0, errors.New("a polygon with holes: the platform has none")
	}
	ring := s.Polygons[0][0]
	points := make([]string, 0, len(ring))
	for _, p := range ring[:len(ring)-1] {
		points = append(points, p.platform())
	}
	return strings.Join(points, "#"), 0, nil
}

func (p Point) platform() string {
	f := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	return f(p.Lat) + "," + f(p.Lng)
}

// DeviceRadius is a radius in the steps of 100 m in which a device fence takes it;
// it must be a whole number of them.
func DeviceRadius(radiusM float64) (steps int, err error) {
	n := radiusM / deviceRadiusStepM
	if n != math.Trunc(n) || n < 1 || n > deviceMaxSteps {
		return 0, fmt.Errorf("a radius of %g m: a device takes 100 to 999,900 m in steps of 100", radiusM)
	}
	return int(n), nil
}

// DeviceRadiusM is the radius of a device fence in metres.
func DeviceRadiusM(steps int) float64 { return float64(steps) * deviceRadiusStepM }
