package geo

import "math"

// chunkEdges is how many edges share one box, so that most need not be looked at.
const chunkEdges = 16

// A part is one polygon of a fence, its circle or its corridor, on a map on which
// it begins at a longitude from -180 up to 180 and may go on beyond.
type part struct {
	fence  *Fence
	kind   Kind
	box    box // of what is inside
	rings  [][]Point
	chunks [][]box // per ring, of chunkEdges edges each
	centre Point
	reachM float64 // radius, half of the width
	finest int     // level of the smallest cells that an Index may cut it into
}

func polygonPart(f *Fence, polygon [][]Point) *part {
	p := &part{fence: f, kind: Polygon, rings: flatRings(polygon)}
	p.box = nowhere
	for _, ring := range p.rings { // a hole that sticks out counts even-odd too
		b := boxOf(ring)
		p.box = p.box.with(b.west, b.south).with(b.east, b.north)
	}
	p.chunk()
	p.limitCells()
	return p
}

func circlePart(f *Fence, s Shape) *part {
	x, y, _ := onMap(s.Centre.Lat, s.Centre.Lng)
	p := &part{fence: f, kind: Circle, centre: Point{y, x}, reachM: s.RadiusM}
	p.box = circleBox(p.centre, s.RadiusM)
	p.box = p.box.shifted(frame(p.box))
	p.limitCells()
	return p
}

func corridorPart(f *Fence, line []Point, widthM float64) *part {
	p := &part{fence: f, kind: Corridor, reachM: widthM / 2}
	flat := unwrap(line)
	around := corridorReach(boxOf(flat), p.reachM)
	turn := frame(around)
	p.rings, p.box = [][]Point{turned(flat, turn)}, around.shifted(turn)
	p.chunk()
	p.limitCells()
	return p
}

func (p *part) chunk() {
	for _, ring := range p.rings {
		var boxes []box
		for i := 0; i+1 < len(ring); i += chunkEdges {
			boxes = append(boxes, boxOf(ring[i:min(i+chunkEdges+1, len(ring))]))
		}
		p.chunks = append(p.chunks, boxes)
	}
}

// mostCells is how many cells the edge of a part may be cut into, beside one for
// each of its own edges: a border of a continent is not followed in steps of 5 m.
const mostCells = 64

// limitCells sets finest.
func (p *part) limitCells() {
	edges, wide, high := 0, p.box.east-p.box.west, p.box.north-p.box.south
	if p.kind != Circle {
		wide, high = 0, 0
		p.edges(func(box) bool { return true }, func(e edge) bool {
			edges++
			wide += math.Abs(e.bx - e.ax)
			high += math.Abs(e.by - e.ay)
			return true
		})
	}
	for p.finest = lastLevel; p.finest > 1; p.finest-- {
		cells := (wide + 2*high) / (cell{level: p.finest}).box().wide()
		if cells <= float64(mostCells+edges) {
			return
		}
	}
}

// edges yields the edges of the chunks whose boxes are wanted.
func (p *part) edges(want func(box) bool, each func(edge) bool) {
	for r, ring := range p.rings {
		for c, b := range p.chunks[r] {
			if !want(b) {
				continue
			}
			for i := c * chunkEdges; i < min((c+1)*chunkEdges, len(ring)-1); i++ {
				e := edge{ring[i].Lng, ring[i].Lat, ring[i+1].Lng, ring[i+1].Lat}
				if !each(e) {
					return
				}
			}
		}
	}
}

// images yields the turns to add to a longitude on the map that bring it to where
// the part's box is.
func (p *part) images() [2]float64 {
	if p.box.east >= 180 {
		return [2]float64{0, 360}
	}
	return [2]float64{0, 0}
}

// contains says whether a position on the map is inside.
func (p *part) contains(x, y float64) bool {
	if p.kind == Circle {
		return DistanceM(p.centre.Lat, p.centre.Lng, y, x) <= p.reachM
	}
	turns := p.images()
	for i, turn := range turns {
		if i > 0 && turn == 0 {
			break
		}
		if at := x + turn; p.box.holds(at, y) {
			if p.kind == Polygon && p.polygonHolds(at, y) || p.kind == Corridor && p.corridorHolds(at, y) {
				return true
			}
		}
	}
	return false
}

// polygonHolds counts the edges east of a position, even-odd; on an edge is inside.
// A point given twice makes no edge: a polygon of nothing else holds nothing.
func (p *part) polygonHolds(x, y float64) bool {
	inside, on := false, false
	p.edges(func(b box) bool { return b.south <= y && y <= b.north && b.east >= x }, func(e edge) bool {
		if max(e.ax, e.bx) < x || max(e.ay, e.by) < y || min(e.ay, e.by) > y {
			return true
		}
		side := e.side(x, y)
		if side == 0 && e.holds(x, y) && e.long() {
			on = true
			return false
		}
		if (e.ay > y) != (e.by > y) && (side > 0) == (e.by > e.ay) {
			inside = !inside
		}
		return true
	})
	return inside || on
}

func (p *part) corridorHolds(x, y float64) bool {
	f := flatAt(x, y)
	limit := p.reachM * p.reachM
	found := false
	p.edges(func(b box) bool { return f.squareToBox(b) <= limit*(1+1e-9) }, func(e edge) bool {
		found = f.squareTo(&e) <= limit
		return !found
	})
	return found
}

// toEdgeM is the distance to the nearest edge, or to a corridor's line, in metres,
// without a sign.
func (p *part) toEdgeM(x, y float64) float64 {
	if p.kind == Circle {
		return math.Abs(p.reachM - DistanceM(p.centre.Lat, p.centre.Lng, y, x))
	}
	best := math.Inf(1)
	for _, turn := range [...]float64{0, 360, -360} {
		f := flatAt(x+turn, y)
		p.edges(func(b box) bool { return f.squareToBox(b) < best }, func(e edge) bool {
			if d := f.squareTo(&e); d < best && (p.kind == Corridor || e.long() && !p.fence.isSeam(&e)) {
				best = d
			}
			return true
		})
	}
	return math.Sqrt(best)
}
