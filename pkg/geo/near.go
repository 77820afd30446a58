package geo

import (
	"slices"
)

// Near appends the fences that contain a position or whose edge is at most marginM
// metres from it, in no order, each once.
func (x *Index) Near(dst []*Fence, lat, lng, marginM float64) []*Fence {
	px, py, ok := onMap(lat, lng)
	if !ok {
		return dst
	}
	before := len(dst)
	dst = x.At(dst, lat, lng)
	around := circleBox(Point{py, px}, marginM*1.01+0.01) // DistanceToEdgeM is flat
	here := flatAt(px, py)
	for _, turn := range [...]float64{0, 360, -360} {
		s := sight{around.shifted(turn), flat{px + turn, py, here.perLngM}, marginM}
		dst = s.look(dst, before, x.root, cell{})
	}
	return dst
}

// A sight is a position, on the map or a turn beside it, with what is around.
type sight struct {
	around  box
	from    flat
	marginM float64
}

// look appends from the cells around the fences with an edge near enough. An edge
// is kept by every cell that it meets, so that no others are needed.
func (s *sight) look(dst []*Fence, before int, n *node, at cell) []*Fence {
	for i := range n.entries {
		e := &n.entries[i]
		if !slices.Contains(dst[before:], e.fence) && s.near(e, n.edges) {
			dst = append(dst, e.fence)
		}
	}
	if n.kids == nil {
		return dst
	}
	fromX, fromY, toX, toY := at.kidsMeeting(s.around)
	for y := fromY; y <= toY; y++ {
		for x := fromX; x <= toX; x++ {
			if k := n.kids[y<<kidBits(at.level)+x]; k != nil {
				dst = s.look(dst, before, k, at.kid(uint32(x), uint32(y)))
			}
		}
	}
	return dst
}

// near says whether an entry's edge is near enough, as DistanceToEdgeM measures it.
func (s *sight) near(e *entry, edges []edge) bool {
	from := s.from
	from.x += float64(e.turn)
	reach := s.marginM
	switch e.kind {
	case Polygon:
	case Corridor:
		reach += e.part.reachM
	default: // asks the part itself, which knows its own turns
		return e.part.toEdgeM(s.from.x, s.from.y) <= reach
	}
	square := reach * reach
	for i := e.from; i < e.to; i++ {
		if from.squareTo(&edges[i]) <= square && (e.kind == Corridor || !e.fence.isSeam(&edges[i])) {
			return true
		}
	}
	return false
}

// crossed appends the fences whose edge the way may meet, each once.
func (x *Index) crossed(dst []*Fence, w *way) []*Fence {
	b := nowhere.with(w.ax, w.ay).with(w.bx, w.by)
	for _, turn := range [...]float64{0, 360, -360} {
		p := passage{b.shifted(turn), w.moved(turn)}
		dst = p.follow(dst, x.root, cell{})
	}
	return dst
}

// A passage is a way on the map or a turn beside it.
type passage struct {
	around box
	line   edge
}

// follow appends what the cells keep that the way meets.
func (p *passage) follow(dst []*Fence, n *node, at cell) []*Fence {
	for i := range n.entries {
		e := &n.entries[i]
		if !slices.Contains(dst, e.fence) && p.crosses(e, n.edges) {
			dst = append(dst, e.fence)
		}
	}
	if n.kids == nil {
		return dst
	}
	fromX, fromY, toX, toY := at.kidsMeeting(p.around)
	for y := fromY; y <= toY; y++ {
		for x := fromX; x <= toX; x++ {
			k := n.kids[y<<kidBits(at.level)+x]
			if k == nil {
				continue
			}
			kid := at.kid(uint32(x), uint32(y))
			if kid.box().grown(padding, padding).meetsEdge(&p.line) {
				dst = p.follow(dst, k, kid)
			}
		}
	}
	return dst
}

// crosses says whether the way may meet the edge of an entry; of a polygon it knows.
func (p *passage) crosses(e *entry, edges []edge) bool {
	turn := float64(e.turn)
	if e.kind != Polygon {
		return p.around.shifted(turn).meets(e.part.box)
	}
	line := edge{p.line.ax + turn, p.line.ay, p.line.bx + turn, p.line.by}
	for i := e.from; i < e.to; i++ {
		if _, ok := line.crossing(&edges[i]); ok {
			return true
		}
	}
	return false
}
