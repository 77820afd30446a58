package geo

import "math"

// A box is a rectangle of longitude (x) and latitude (y), edges included.
type box struct{ west, south, east, north float64 }

var nowhere = box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}

func (b box) holds(x, y float64) bool {
	return b.west <= x && x <= b.east && b.south <= y && y <= b.north
}

func (b box) wide() float64 { return b.east - b.west }

func (b box) with(x, y float64) box {
	return box{min(b.west, x), min(b.south, y), max(b.east, x), max(b.north, y)}
}

func (b box) meets(o box) bool {
	return b.west <= o.east && o.west <= b.east && b.south <= o.north && o.south <= b.north
}

func (b box) shifted(by float64) box {
	return box{b.west + by, b.south, b.east + by, b.north}
}

func (b box) grown(dx, dy float64) box {
	return box{b.west - dx, b.south - dy, b.east + dx, b.north + dy}
}

func boxOf(points []Point) box {
	b := nowhere
	for _, p := range points {
		b = b.with(p.Lng, p.Lat)
	}
	return b
}

// meetsEdge says whether an edge may meet the box. It errs on the yes side by
// rounding, which padding of the box by 1e-9 degrees more than covers.
func (b box) meetsEdge(e *edge) bool {
	if max(e.ax, e.bx) < b.west || min(e.ax, e.bx) > b.east || max(e.ay, e.by) < b.south || min(e.ay, e.by) > b.north {
		return false
	}
	dx, dy := e.bx-e.ax, e.by-e.ay
	x, y := (b.west+b.east)/2, (b.south+b.north)/2
	off := dx*(y-e.ay) - dy*(x-e.ax) // the box's middle against the line
	reach := (b.east-b.west)/2*math.Abs(dy) + (b.north-b.south)/2*math.Abs(dx)
	return math.Abs(off) <= reach
}
