package geo

import "slices"

// At appends the fences that contain a position, in no order, each once: exactly
// those whose Contains says so. A position that is none is in no fence.
func (x *Index) At(dst []*Fence, lat, lng float64) []*Fence {
	px, py, ok := onMap(lat, lng)
	if !ok {
		return dst
	}
	if py == 90 || py == -90 {
		return x.atPole(dst, py)
	}
	before := len(dst)
	column, row := spot(px, py)
	n := x.root
	for level := 0; ; level++ {
		if len(n.inside) > 0 {
			if n.several {
				dst = appendNew(dst, before, n.inside)
			} else {
				dst = append(dst, n.inside...)
			}
		}
		for i := range n.entries {
			e := &n.entries[i]
			if e.holds(n.edges, px, py) && (!e.several || !slices.Contains(dst[before:], e.fence)) {
				dst = append(dst, e.fence)
			}
		}
		if n.kids == nil {
			return dst
		}
		by, shift := kidBits(level), 32-bits[level+1]
		mask := uint32(1)<<by - 1
		if n = n.kids[(row>>shift&mask)<<by|column>>shift&mask]; n == nil {
			return dst
		}
	}
}

func (x *Index) atPole(dst []*Fence, y float64) []*Fence {
	for _, f := range x.poles {
		if f.contains(0, y) {
			dst = append(dst, f)
		}
	}
	return dst
}

func appendNew(dst []*Fence, before int, fences []*Fence) []*Fence {
	for _, f := range fences {
		if !f.several || !slices.Contains(dst[before:], f) {
			dst = append(dst, f)
		}
	}
	return dst
}

// holds says whether a position on the map, in the entry's cell, is inside.
func (e *entry) holds(edges []edge, x, y float64) bool {
	switch e.kind {
	case Polygon:
		in, _ := crossings(edges[e.from:e.to], e.seedX, e.seedY, e.in, x+float64(e.turn), y)
		return in
	case Corridor:
		f := flatAt(x+float64(e.turn), y)
		limit := e.part.reachM * e.part.reachM
		for i := e.from; i < e.to; i++ {
			if f.squareTo(&edges[i]) <= limit {
				return true
			}
		}
		return false
	}
	return e.part.contains(x, y)
}
