package geo

import "math"

// A Fence is a Shape made ready for questions; it never changes.
type Fence struct {
	ID    string
	Shape Shape // as it was given
	Of    any   // what the caller keeps with it, set before the first question

	parts        []*part
	north, south bool // the pole is inside
	several      bool // a position may be found inside more than once
}

// NewFence checks a shape (see Shape.Check) and makes it ready.
func NewFence(id string, s Shape) (*Fence, error) {
	if err := s.Check(id); err != nil {
		return nil, err
	}
	return newFence(id, s), nil
}

func newFence(id string, s Shape) *Fence {
	f := &Fence{ID: id, Shape: s}
	switch s.Kind {
	case Circle:
		f.parts = append(f.parts, circlePart(f, s))
	case Polygon:
		for _, polygon := range s.Polygons {
			f.parts = append(f.parts, polygonPart(f, polygon))
		}
	case Corridor:
		for _, line := range s.Lines {
			f.parts = append(f.parts, corridorPart(f, line, s.WidthM))
		}
	}
	for _, p := range f.parts {
		f.north = f.north || p.box.north == 90
		f.south = f.south || p.box.south == -90
	}
	f.several = len(f.parts) > 1 || len(f.parts) == 1 && f.parts[0].box.east-f.parts[0].box.west > 180
	if s.Kind == Circle {
		f.north = f.parts[0].contains(0, 90)
		f.south = f.parts[0].contains(0, -90)
	}
	return f
}

// Contains says whether a position is inside, as Shape defines it.
func (f *Fence) Contains(lat, lng float64) bool {
	x, y, ok := onMap(lat, lng)
	return ok && f.contains(x, y)
}

func (f *Fence) contains(x, y float64) bool {
	switch y { // at a pole all longitudes are one
	case 90:
		return f.north
	case -90:
		return f.south
	}
	for _, p := range f.parts {
		if p.contains(x, y) {
			return true
		}
	}
	return false
}

// DistanceToEdgeM is how far a position is from the fence's edge, in metres:
// positive inside, negative outside. The edge along which a shape was cut at the
// 180th meridian is none. It is within 0.1 % up to 10 km and a rough value beyond;
// where parts of one fence overlap, the edge of one inside another counts.
func (f *Fence) DistanceToEdgeM(lat, lng float64) float64 {
	x, y, ok := onMap(lat, lng)
	if !ok {
		return math.Inf(-1)
	}
	if f.Shape.Kind == Corridor {
		return f.corridorDepthM(x, y)
	}
	best := math.Inf(1)
	for _, p := range f.parts {
		best = min(best, p.toEdgeM(x, y))
	}
	if f.contains(x, y) {
		return best
	}
	return -best
}

func (f *Fence) corridorDepthM(x, y float64) float64 {
	depth := math.Inf(-1)
	for _, p := range f.parts {
		depth = max(depth, p.reachM-p.toEdgeM(x, y))
	}
	return depth
}

// isSeam says that an edge only closes the map: along a pole, or along a meridian
// with the fence on both sides.
func (f *Fence) isSeam(e *edge) bool {
	if e.ay == e.by && math.Abs(e.ay) == 90 {
		return true
	}
	if e.ax != e.bx || !f.several {
		return false
	}
	const beside = 1e-7 // degrees, 1 cm
	middle := (e.ay + e.by) / 2
	for _, x := range [...]float64{e.ax - beside, e.ax + beside} {
		if at, y, ok := onMap(middle, x); !ok || !f.contains(at, y) {
			return false
		}
	}
	return true
}

// Bounds is the rectangle around the fence, in degrees; east is beyond 180 when it
// crosses the 180th meridian.
func (f *Fence) Bounds() (south, west, north, east float64) {
	b := nowhere
	for _, p := range f.parts {
		b = b.with(p.box.west, p.box.south).with(p.box.east, p.box.north)
	}
	return b.south, b.west, b.north, b.east
}
