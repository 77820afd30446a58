package fencing

import (
	"fmt"
	"math"

	"github.com/odograph/odograph/pkg/geo"
)

// A measure is what a shape comes to.
type measure struct {
	kind      geo.Kind
	vertices  int
	areaM2    float64 // of a corridor about: its length times its width, and two ends
	lengthM   float64 // of a corridor
	lat, lng  float64 // the middle of the rectangle around it
	radiusM   float64 // of a circle, and of the circle that is as large
	corridorM float64 // width
}

func measured(f *geo.Fence) measure {
	s := &f.Shape
	m := measure{kind: s.Kind, vertices: vertices(s), radiusM: f.RadiusM(), corridorM: s.WidthM}
	south, west, north, east := f.Bounds()
	m.lat, m.lng = (south+north)/2, math.Remainder((west+east)/2, 360)
	m.areaM2 = math.Pi * m.radiusM * m.radiusM
	switch s.Kind {
	case geo.Circle:
		if r := s.RadiusM / (2 * geo.EarthRadiusM); r > 0.01 { // a cap of the globe
			m.areaM2 = 4 * math.Pi * geo.EarthRadiusM * geo.EarthRadiusM * math.Sin(r) * math.Sin(r)
		}
	case geo.Corridor:
		m.areaM2 = 0
		for _, line := range s.Lines {
			for i := 1; i < len(line); i++ {
				m.lengthM += geo.DistanceM(line[i-1].Lat, line[i-1].Lng, line[i].Lat, line[i].Lng)
			}
			m.areaM2 += math.Pi * s.WidthM * s.WidthM / 4
		}
		m.areaM2 += m.lengthM * s.WidthM
	}
	return m
}

// vertices are those of rings without the one that closes them.
func vertices(s *geo.Shape) (n int) {
	switch s.Kind {
	case geo.Circle:
		return 1
	case geo.Corridor:
		for _, line := range s.Lines {
			n += len(line)
		}
	case geo.Polygon:
		for _, rings := range s.Polygons {
			for _, ring := range rings {
				n += max(0, len(ring)-1)
			}
		}
	}
	return n
}

// String is a shape in a few words.
func (m measure) String() string {
	switch m.kind {
	case geo.Circle:
		return fmt.Sprintf("circle of %s radius", metres(m.radiusM))
	case geo.Corridor:
		return fmt.Sprintf("corridor %s wide and %s long, %d points", metres(m.corridorM), metres(m.lengthM), m.vertices)
	}
	return fmt.Sprintf("polygon of %s, %d vertices", area(m.areaM2), m.vertices)
}

// size is the column of a table.
func (m measure) size() string {
	switch m.kind {
	case geo.Circle:
		return "radius " + metres(m.radiusM)
	case geo.Corridor:
		return "width " + metres(m.corridorM)
	}
	return area(m.areaM2)
}

func metres(v float64) string {
	if v >= 10_000 {
		return fmt.Sprintf("%.1f km", v/1000)
	}
	return fmt.Sprintf("%.4g m", v)
}

func area(m2 float64) string {
	switch {
	case m2 < 100_000:
		return fmt.Sprintf("%.0f m2", m2)
	case m2 < 1e9:
		return fmt.Sprintf("%.3f km2", m2/1e6)
	}
	return fmt.Sprintf("%.0f km2", m2/1e6)
}
