package geo

import "math"

// A flat is the map stretched to one latitude: metres from a position, x east and
// y north. Lines that are straight in longitude and latitude stay straight in it.
type flat struct{ x, y, perLngM float64 }

func flatAt(x, y float64) flat {
	return flat{x, y, degreeM * math.Cos(y*radians)}
}

// squareTo is the square of the distance to an edge, in m².
func (f *flat) squareTo(e *edge) float64 {
	ax, ay := (e.ax-f.x)*f.perLngM, (e.ay-f.y)*degreeM
	bx, by := (e.bx-f.x)*f.perLngM, (e.by-f.y)*degreeM
	dx, dy := bx-ax, by-ay
	if length := dx*dx + dy*dy; length > 0 {
		t := min(1, max(0, -(ax*dx+ay*dy)/length))
		ax, ay = ax+t*dx, ay+t*dy
	}
	return ax*ax + ay*ay
}

// squareToBox is the square of the distance to a box, in m².
func (f *flat) squareToBox(b box) float64 {
	x := max(0, b.west-f.x, f.x-b.east) * f.perLngM
	y := max(0, b.south-f.y, f.y-b.north) * degreeM
	return x*x + y*y
}

// corridorReach is the box of what may be within reach of a box's positions.
func corridorReach(b box, reachM float64) box {
	dy := reachM / degreeM * (1 + 1e-9)
	lat := min(89.9, max(math.Abs(b.south), math.Abs(b.north))+dy)
	return b.grown(dy/math.Cos(lat*radians)+1e-9, dy+1e-9)
}

// coversBox says that every position of a box is within reach of the edge: the
// distance is convex on a map of one latitude, and none is wider than the one of
// the box's latitude nearest the equator.
func (e *edge) coversBox(b box, reachM float64) bool {
	nearest := 0.0
	if b.south > 0 {
		nearest = b.south
	} else if b.north < 0 {
		nearest = b.north
	}
	perLngM := degreeM * math.Cos(nearest*radians)
	limit := reachM * (1 - 1e-9)
	for _, c := range [...][2]float64{{b.west, b.south}, {b.east, b.south}, {b.east, b.north}, {b.west, b.north}} {
		f := flat{c[0], c[1], perLngM}
		if f.squareTo(e) >= limit*limit {
			return false
		}
	}
	return true
}
