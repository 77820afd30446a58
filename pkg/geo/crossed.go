package geo

import "slices"

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
