package geo

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Limits of what is a fence.
const (
	MaxVertices   = 100_000
	MinRadiusM    = 5     // of a circle, and of the circle that is as large as a polygon
	MaxRadiusM    = 5e6   // of a circle
	MinWidthM     = 5     // of a corridor
	MaxWidthM     = 200e3 // of a corridor
	maxCorridorAt = 88.0  // degrees of latitude: the map is stretched too far beyond
)

// A ShapeError is one thing for which a shape can't be a fence. Places count from
// 0 and are -1 where they say nothing; a corridor's line is its ring.
type ShapeError struct {
	Fence                 string
	Polygon, Ring, Vertex int
	Problem               string
	Do                    string // what to do about it
}

func (e *ShapeError) Error() string {
	at := fmt.Sprintf("fence %q", e.Fence)
	for _, p := range [...]struct {
		name string
		at   int
	}{{"polygon", e.Polygon}, {"ring", e.Ring}, {"vertex", e.Vertex}} {
		if p.at >= 0 {
			at += fmt.Sprintf(", %s %d", p.name, p.at)
		}
	}
	return at + ": " + e.Problem + ": " + e.Do
}

// Check says all that keeps a shape from being a fence, as ShapeErrors joined.
func (s Shape) Check(id string) error { return s.check(id, false) }

func (s Shape) check(id string, evenOdd bool) error {
	c := &checker{id: id, evenOdd: evenOdd}
	switch s.Kind {
	case Circle:
		c.circle(s)
	case Polygon:
		c.polygons(s)
	case Corridor:
		c.corridor(s)
	default:
		c.fail(-1, -1, -1, "it has no shape", "give a circle, a polygon or a corridor")
	}
	return errors.Join(c.errs...)
}

type checker struct {
	id      string
	evenOdd bool // edges may cross
	errs    []error
}

func (c *checker) fail(polygon, ring, vertex int, problem, do string) {
	c.errs = append(c.errs, &ShapeError{c.id, polygon, ring, vertex, problem, do})
}

func (c *checker) circle(s Shape) {
	c.points(-1, -1, []Point{s.Centre})
	switch {
	case math.IsNaN(s.RadiusM) || s.RadiusM <= 0:
		c.fail(-1, -1, -1, "a circle without a radius", "give it in metres")
	case s.RadiusM < MinRadiusM:
		c.fail(-1, -1, -1, fmt.Sprintf("a radius of %g m is less than positions are good to", s.RadiusM), fmt.Sprintf("give at least %d m", MinRadiusM))
	case s.RadiusM > MaxRadiusM:
		c.fail(-1, -1, -1, fmt.Sprintf("a radius of %g m", s.RadiusM), fmt.Sprintf("give at most %g m", MaxRadiusM))
	}
}

func (c *checker) corridor(s Shape) {
	if !(s.WidthM >= MinWidthM && s.WidthM <= MaxWidthM) {
		c.fail(-1, -1, -1, fmt.Sprintf("a width of %g m", s.WidthM), fmt.Sprintf("give %d to %g m", MinWidthM, MaxWidthM))
	}
	if len(s.Lines) == 0 {
		c.fail(-1, -1, -1, "a corridor without a line", "give at least two points")
	}
	c.count(s.Lines)
	for i, line := range s.Lines {
		if len(line) < 2 {
			c.fail(-1, i, -1, fmt.Sprintf("a line of %d points", len(line)), "give at least two")
		}
		if !c.points(-1, i, line) {
			continue
		}
		for v, p := range line {
			if math.Abs(p.Lat) > maxCorridorAt {
				c.fail(-1, i, v, fmt.Sprintf("latitude %g is too near a pole for a corridor", p.Lat), "give a polygon")
				break
			}
		}
		if b := boxOf(unwrap(line)); b.wide() > 180 {
			c.fail(-1, i, -1, "the line goes around more than half of the globe", "cut it in two lines")
		}
	}
}

func (c *checker) polygons(s Shape) {
	if len(s.Polygons) == 0 {
		c.fail(-1, -1, -1, "a polygon without a ring", "give at least three points")
	}
	var rings [][]Point
	for i, polygon := range s.Polygons {
		rings = append(rings, polygon...)
		if len(polygon) == 0 {
			c.fail(i, -1, -1, "a polygon without a ring", "leave it out")
		}
		sound := len(polygon) > 0
		for r, ring := range polygon {
			sound = c.ring(i, r, ring) && sound
		}
		if sound {
			c.polygon(i, polygon)
		}
	}
	c.count(rings)
	if len(c.errs) == 0 && !c.evenOdd { // areas of rings that cross themselves cancel out
		if r := newFence(c.id, s).RadiusM(); r < MinRadiusM {
			c.fail(-1, -1, -1, fmt.Sprintf("as large as a circle of %.3g m radius, less than positions are good to", r), "make it larger, or check that its points are not all alike")
		}
	}
}

func (c *checker) count(rings [][]Point) {
	n := 0
	for _, r := range rings {
		n += len(r)
	}
	if n > MaxVertices {
		c.fail(-1, -1, -1, fmt.Sprintf("%d vertices", n), fmt.Sprintf("simplify it to at most %d", MaxVertices))
	}
}

// points checks each position; the first fault of a ring is enough.
func (c *checker) points(polygon, ring int, points []Point) bool {
	for v, p := range points {
		switch {
		case math.IsNaN(p.Lat) || math.IsNaN(p.Lng) || math.IsInf(p.Lat, 0) || math.IsInf(p.Lng, 0):
			c.fail(polygon, ring, v, "a coordinate that is no number", "give degrees")
		case math.Abs(p.Lat) > 90 && swapped(points):
			c.fail(polygon, ring, v, fmt.Sprintf("latitude %g is beyond 90", p.Lat), "latitude and longitude are probably swapped: GeoJSON and WKT put longitude first, the platform latitude")
		case math.Abs(p.Lat) > 90:
			c.fail(polygon, ring, v, fmt.Sprintf("latitude %g is beyond 90", p.Lat), "give degrees from -90 to 90")
		case math.Abs(p.Lng) > 540:
			c.fail(polygon, ring, v, fmt.Sprintf("longitude %g", p.Lng), "give degrees from -180 to 180")
		default:
			continue
		}
		return false
	}
	return true
}

// swapped says that positions make sense with latitude and longitude changed.
func swapped(points []Point) bool {
	return !slices.ContainsFunc(points, func(p Point) bool { return math.Abs(p.Lng) > 90 || math.Abs(p.Lat) > 180 })
}

func (c *checker) ring(polygon, ring int, points []Point) bool {
	if !c.points(polygon, ring, points) {
		return false
	}
	if len(points) == 0 || !alike(points[0], points[len(points)-1]) {
		c.fail(polygon, ring, len(points)-1, "the ring is not closed", "end it with its first point, or ask for repair")
		return false
	}
	distinct := map[Point]bool{}
	for _, p := range points {
		distinct[p] = true
		if len(distinct) > 2 {
			break
		}
	}
	if len(distinct) < 3 {
		c.fail(polygon, ring, -1, "fewer than three different points", "give at least three")
		return false
	}
	flat := unwrap(points)
	if turn := math.Abs(flat[len(flat)-1].Lng - flat[0].Lng); turn > 1e-6 && math.Abs(turn-360) > 1e-6 || boxOf(flat).wide() > 360 {
		c.fail(polygon, ring, -1, "the ring goes around the globe more than once", "cut it at the 180th meridian")
		return false
	}
	return true
}

// alike says that two positions are one, by whole turns.
func alike(a, b Point) bool {
	return a.Lat == b.Lat && math.Remainder(a.Lng-b.Lng, 360) == 0
}

func (c *checker) polygon(i int, polygon [][]Point) {
	rings := flatRings(polygon)
	if c.evenOdd {
		return
	}
	if at, with, how := selfCrossing(rings); how != "" {
		c.fail(i, at.ring, at.vertex, fmt.Sprintf("the edge from here %s the one from vertex %d of ring %d", how, with.vertex, with.ring),
			"draw it so that edges only meet at their ends, or ask for repair, which takes it even-odd")
		return
	}
	outer := polygonPart(&Fence{}, [][]Point{rings[0]})
	for r, ring := range rings[1:] {
		if !slices.ContainsFunc(ring, func(p Point) bool { return outer.polygonHolds(p.Lng, p.Lat) }) {
			c.fail(i, r+1, -1, "the hole lies outside of ring 0", "give it as a polygon of its own, or leave it out")
		}
	}
}

// A placed edge is one with where it comes from.
type placed struct {
	edge
	ring, vertex int
}

// selfCrossing finds two edges that cross or lie on each other, by a sweep from
// south to north.
func selfCrossing(rings [][]Point) (at, with placed, how string) {
	var all []placed
	for r, ring := range rings {
		for v := 0; v+1 < len(ring); v++ {
			if e := (edge{ring[v].Lng, ring[v].Lat, ring[v+1].Lng, ring[v+1].Lat}); e.long() {
				all = append(all, placed{e, r, v})
			}
		}
	}
	slices.SortFunc(all, func(a, b placed) int { return cmp.Compare(min(a.ay, a.by), min(b.ay, b.by)) })
	var open []placed
	for _, e := range all {
		from := min(e.ay, e.by)
		open = slices.DeleteFunc(open, func(o placed) bool { return max(o.ay, o.by) < from })
		for i := range open {
			if how := open[i].conflicts(&e.edge); how != "" {
				return open[i], e, how
			}
		}
		open = append(open, e)
	}
	return placed{}, placed{}, ""
}

// conflicts says how two edges meet other than at a point that ends one of them.
func (e *edge) conflicts(o *edge) string {
	if max(e.ax, e.bx) < min(o.ax, o.bx) || max(o.ax, o.bx) < min(e.ax, e.bx) {
		return ""
	}
	a, b := e.side(o.ax, o.ay), e.side(o.bx, o.by)
	switch {
	case a == 0 && b == 0:
		lap := min(max(e.ax, e.bx), max(o.ax, o.bx)) - max(min(e.ax, e.bx), min(o.ax, o.bx))
		rise := min(max(e.ay, e.by), max(o.ay, o.by)) - max(min(e.ay, e.by), min(o.ay, o.by))
		if lap >= 0 && rise >= 0 && lap+rise > 0 {
			return "lies on"
		}
	case a > 0 && b < 0 || a < 0 && b > 0:
		c, d := o.side(e.ax, e.ay), o.side(e.bx, e.by)
		if c > 0 && d < 0 || c < 0 && d > 0 {
			return "crosses"
		}
	}
	return ""
}
