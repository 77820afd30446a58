package geo

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Untangled makes polygons whose rings cross, or lie on each other, into ones that
// do not and that hold the same, even-odd, and says what it did. Where edges cross
// a vertex is put in, which is rounded; what that leaves no fence of is kept as it is.
func Untangled(s Shape) (out Shape, done []string) {
	out = s
	if s.Kind != Polygon {
		return out, nil
	}
	out.Polygons = nil
	for i, polygon := range s.Polygons {
		if crossing(polygon) == "" {
			out.Polygons = append(out.Polygons, polygon)
			continue
		}
		simple, slivers := untangle(flatRings(polygon))
		if len(simple) == 0 || slices.ContainsFunc(simple, func(p [][]Point) bool { return crossing(p) != "" }) {
			out.Polygons = append(out.Polygons, polygon)
			continue
		}
		out.Polygons = append(out.Polygons, simple...)
		text := fmt.Sprintf("polygon %d: its edges cross; made %d polygons of it that do not, even-odd", i, len(simple))
		if slivers > 0 {
			text += fmt.Sprintf(", and left out %d of less than %g m²", slivers, leastSliverM2)
		}
		done = append(done, text)
	}
	return out, done
}

// leastSliverM2 is what rounding and a trembling hand leave behind.
const leastSliverM2 = 1.0

// mostRounds bounds how often edges are cut: a point that is put in is rounded, and
// an edge that goes by way of it may meet another then.
const mostRounds = 8

// mostTangled edges: each is compared with those beside it.
const mostTangled = 20_000

// untangle cuts the rings' edges where they meet and goes around the faces that
// this leaves. An edge that is there an even number of times bounds nothing.
func untangle(rings [][]Point) (polygons [][][]Point, slivers int) {
	n := 0
	for _, ring := range rings {
		n += len(ring)
	}
	if n > mostTangled {
		return nil, 0
	}
	edges := edgesOf(rings)
	for range mostRounds {
		cut := cutEdges(edges)
		if len(cut) == len(edges) && flatMap(cut) {
			g := newFaces(cut)
			g.walk()
			g.colour()
			return g.polygons()
		}
		edges = cut
	}
	return nil, 0
}

func edgesOf(rings [][]Point) (all []edge) {
	for _, ring := range rings {
		for v := 0; v+1 < len(ring); v++ {
			if e := (edge{ring[v].Lng, ring[v].Lat, ring[v+1].Lng, ring[v+1].Lat}); e.long() {
				all = append(all, e)
			}
		}
	}
	return all
}

// flatMap says that edges meet at their ends alone.
func flatMap(edges []edge) bool {
	lines := make([][]Point, len(edges))
	for i, e := range edges {
		lines[i] = []Point{{e.ay, e.ax}, {e.by, e.bx}}
	}
	_, _, how := selfCrossing(lines)
	return how == ""
}

// cutEdges are the edges between neighbouring points at which any two meet, in
// order, without those that are there an even number of times.
func cutEdges(all []edge) []edge {
	slices.SortFunc(all, func(a, b edge) int { return cmp.Compare(min(a.ay, a.by), min(b.ay, b.by)) })
	cuts := make([][]Point, len(all))
	var open []int
	for i := range all {
		e := &all[i]
		from := min(e.ay, e.by)
		open = slices.DeleteFunc(open, func(o int) bool { return max(all[o].ay, all[o].by) < from })
		for _, o := range open {
			for _, p := range e.meets(&all[o]) {
				cuts[i], cuts[o] = append(cuts[i], p), append(cuts[o], p)
			}
		}
		open = append(open, i)
	}
	odd := map[edge]bool{}
	for i := range all {
		for _, part := range all[i].cutAt(cuts[i]) {
			if odd[part] = !odd[part]; !odd[part] {
				delete(odd, part)
			}
		}
	}
	out := make([]edge, 0, len(odd))
	for e := range odd {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b edge) int {
		return slices.Compare([]float64{a.ax, a.ay, a.bx, a.by}, []float64{b.ax, b.ay, b.bx, b.by})
	})
	return out
}

// meets are the points at which two edges meet: where they cross, or those ends
// that lie on the other one.
func (e *edge) meets(o *edge) (at []Point) {
	if max(e.ax, e.bx) < min(o.ax, o.bx) || max(o.ax, o.bx) < min(e.ax, e.bx) {
		return nil
	}
	a, b := e.side(o.ax, o.ay), e.side(o.bx, o.by)
	c, d := o.side(e.ax, e.ay), o.side(e.bx, e.by)
	for _, end := range [...]struct {
		of   *edge
		side float64
		x, y float64
	}{{e, a, o.ax, o.ay}, {e, b, o.bx, o.by}, {o, c, e.ax, e.ay}, {o, d, e.bx, e.by}} {
		if end.side == 0 && end.of.holds(end.x, end.y) {
			at = append(at, Point{end.y, end.x})
		}
	}
	if len(at) > 0 || (a > 0) == (b > 0) || (c > 0) == (d > 0) {
		return at
	}
	t := c / (c - d)
	return []Point{{Lat: e.ay + t*(e.by-e.ay), Lng: e.ax + t*(e.bx-e.ax)}}
}

// cutAt are the parts between points of an edge, each from its lesser end.
func (e *edge) cutAt(points []Point) (parts []edge) {
	points = append(points, Point{e.ay, e.ax}, Point{e.by, e.bx})
	along := func(p Point) float64 { return (p.Lng-e.ax)*(e.bx-e.ax) + (p.Lat-e.ay)*(e.by-e.ay) }
	slices.SortFunc(points, func(p, q Point) int { return cmp.Compare(along(p), along(q)) })
	for i := 1; i < len(points); i++ {
		p, q := points[i-1], points[i]
		switch {
		case p == q:
			continue
		case q.Lng < p.Lng || q.Lng == p.Lng && q.Lat < p.Lat:
			p, q = q, p
		}
		parts = append(parts, edge{p.Lng, p.Lat, q.Lng, q.Lat})
	}
	return parts
}

// faces are what edges, that meet at their ends alone, divide the map into. Each
// edge is two halves, 2i and 2i+1, with a face to the left of each.
type faces struct {
	from   []Point // of each half
	next   []int   // half that follows around its face
	cycle  []int   // of each half
	first  []int   // half of each cycle
	areas  []float64
	inside []int8 // of each cycle: 1 inside, -1 outside, 0 not known
	group  []int  // of each cycle, those that hang together
}

func newFaces(edges []edge) *faces {
	g := &faces{}
	around := map[Point][]int{} // halves that leave a point
	for i, e := range edges {
		g.from = append(g.from, Point{e.ay, e.ax}, Point{e.by, e.bx})
		around[g.from[2*i]] = append(around[g.from[2*i]], 2*i)
		around[g.from[2*i+1]] = append(around[g.from[2*i+1]], 2*i+1)
	}
	g.next = make([]int, len(g.from))
	for _, halves := range around {
		slices.SortFunc(halves, func(a, b int) int { return cmp.Compare(g.angle(a), g.angle(b)) })
		for i, h := range halves { // who comes in against h leaves by the one to its right
			g.next[h^1] = halves[(i+len(halves)-1)%len(halves)]
		}
	}
	return g
}

func (g *faces) angle(half int) float64 {
	a, b := g.from[half], g.from[half^1]
	return math.Atan2(b.Lat-a.Lat, b.Lng-a.Lng)
}

// walk goes around each face.
func (g *faces) walk() {
	g.cycle = make([]int, len(g.from))
	for h := range g.cycle {
		g.cycle[h] = -1
	}
	for h := range g.from {
		if g.cycle[h] >= 0 {
			continue
		}
		area := 0.0
		base := g.from[h]
		for at := h; g.cycle[at] < 0; at = g.next[at] {
			g.cycle[at] = len(g.first)
			a, b := g.from[at], g.from[at^1]
			area += (a.Lng-base.Lng)*(b.Lat-base.Lat) - (b.Lng-base.Lng)*(a.Lat-base.Lat)
		}
		g.first, g.areas = append(g.first, h), append(g.areas, area)
	}
}

// colour finds which faces are inside: on the other side of an edge is the other.
func (g *faces) colour() {
	g.inside, g.group = make([]int8, len(g.first)), make([]int, len(g.first))
	halves := make([][]int, len(g.first))
	for h, c := range g.cycle {
		halves[c] = append(halves[c], h)
	}
	groups := 0
	for c := range g.first {
		if g.inside[c] != 0 || g.areas[c] >= 0 { // begin with what is around a group
			continue
		}
		groups++
		queue := []int{c}
		g.group[c], g.inside[c] = groups, 1 // until the others are known
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			for _, h := range halves[at] {
				if other := g.cycle[h^1]; g.inside[other] == 0 {
					g.inside[other], g.group[other] = -g.inside[at], groups
					queue = append(queue, other)
				}
			}
		}
	}
	g.settle(groups)
}

// settle finds for each group whether what is around it is inside of the others.
func (g *faces) settle(groups int) {
	turn := make([]int8, groups+1)
	for c, h := range g.first {
		if group := g.group[c]; group > 0 && turn[group] == 0 {
			turn[group] = -1
			if g.within(g.from[h], group) {
				turn[group] = 1
			}
		}
	}
	for c := range g.inside {
		g.inside[c] *= turn[g.group[c]]
	}
}

// within says whether a point is inside, even-odd, of the edges of other groups.
func (g *faces) within(p Point, group int) bool {
	in := false
	for h := 0; h < len(g.from); h += 2 {
		if g.group[g.cycle[h]] != group && passes(g.from[h], g.from[h+1], p) {
			in = !in
		}
	}
	return in
}

// passes says that an edge is met by the line from a point to the east.
func passes(a, b, p Point) bool {
	e := edge{a.Lng, a.Lat, b.Lng, b.Lat}
	return (e.ay > p.Lat) != (e.by > p.Lat) && (e.side(p.Lng, p.Lat) > 0) == (e.by > e.ay)
}

// polygons are the faces that are inside, with what is around other groups in
// them as holes.
func (g *faces) polygons() (out [][][]Point, slivers int) {
	number := map[int]int{} // of cycles in out
	for c := range g.first {
		if g.areas[c] <= 0 || g.inside[c] != 1 {
			continue
		}
		ring := g.ring(c)
		if ringAreaM2(ring) < leastSliverM2 {
			slivers++
			continue
		}
		number[c] = len(out)
		out = append(out, [][]Point{ring})
	}
	for c, h := range g.first {
		if g.areas[c] >= 0 || g.inside[c] != 1 {
			continue
		}
		best := -1
		for face := range number {
			if g.group[face] != g.group[c] && g.around(face, g.from[h]) && (best < 0 || g.areas[face] < g.areas[best]) {
				best = face
			}
		}
		if best >= 0 {
			out[number[best]] = append(out[number[best]], g.ring(c))
		}
	}
	return out, slivers
}

func (g *faces) around(cycle int, p Point) bool {
	in := false
	g.each(cycle, func(h int) {
		if passes(g.from[h], g.from[h^1], p) {
			in = !in
		}
	})
	return in
}

func (g *faces) each(cycle int, do func(half int)) {
	for h := g.first[cycle]; ; {
		do(h)
		if h = g.next[h]; h == g.first[cycle] {
			return
		}
	}
}

func (g *faces) ring(cycle int) (ring []Point) {
	g.each(cycle, func(h int) { ring = append(ring, g.from[h]) })
	return append(ring, ring[0])
}
