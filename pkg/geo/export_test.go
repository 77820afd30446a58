package geo

import (
	"math/big"
)

// NewFenceUnchecked makes a fence of a shape that Check refuses.
func NewFenceUnchecked(id string, s Shape) *Fence { return newFence(id, s) }

// NaiveContains is polygonal containment by rationals over all edges.
func (f *Fence) NaiveContains(lat, lng float64) bool {
	x, y, ok := onMap(lat, lng)
	if !ok || y == 90 || y == -90 {
		return f.Contains(lat, lng)
	}
	for _, p := range f.parts {
		if p.kind != Polygon {
			return f.Contains(lat, lng)
		}
		if p.naive(x, y) || p.naive(x+360, y) {
			return true
		}
	}
	return false
}

func (p *part) naive(x, y float64) bool {
	in := false
	for _, ring := range p.rings {
		for i := 0; i+1 < len(ring); i++ {
			e := edge{ring[i].Lng, ring[i].Lat, ring[i+1].Lng, ring[i+1].Lat}
			side := ExactSide(e.ax, e.ay, e.bx, e.by, x, y)
			if side == 0 && e.holds(x, y) && e.long() {
				return true
			}
			if (e.ay > y) != (e.by > y) && (side > 0) == (e.by > e.ay) {
				in = !in
			}
		}
	}
	return in
}

// ExactSide is the sign of side by rationals.
func ExactSide(ax, ay, bx, by, px, py float64) int {
	r := func(v float64) *big.Rat { return new(big.Rat).SetFloat64(v) }
	sub := func(a, b float64) *big.Rat { return new(big.Rat).Sub(r(a), r(b)) }
	l := new(big.Rat).Mul(sub(ax, px), sub(by, py))
	return l.Cmp(new(big.Rat).Mul(sub(ay, py), sub(bx, px)))
}

// Side is the sign of side.
func Side(ax, ay, bx, by, px, py float64) int {
	e := edge{ax, ay, bx, by}
	switch s := e.side(px, py); {
	case s > 0:
		return 1
	case s < 0:
		return -1
	}
	return 0
}

// Shape of the tree, for reports and tests.
type TreeStats struct{ Nodes, Entries, Edges, Inside, Deepest, MostWork int }

// Stats walks the tree.
func (x *Index) Stats() TreeStats {
	var s TreeStats
	var walk func(n *node, level int)
	walk = func(n *node, level int) {
		if n == nil {
			return
		}
		s.Nodes++
		s.Entries += len(n.entries)
		s.Edges += len(n.edges)
		s.Inside += len(n.inside)
		s.Deepest = max(s.Deepest, level)
		s.MostWork = max(s.MostWork, len(n.edges)+2*len(n.entries))
		for _, k := range n.kids {
			walk(k, level+1)
		}
	}
	walk(x.root, 0)
	return s
}

// Edges are a fence's edges: ax, ay, bx, by.
func (f *Fence) Edges() [][4]float64 {
	var out [][4]float64
	for _, p := range f.parts {
		p.edges(func(box) bool { return true }, func(e edge) bool {
			out = append(out, [4]float64{e.ax, e.ay, e.bx, e.by})
			return true
		})
	}
	return out
}

// OnEdge says that a position is on an edge and inside of no other part.
func (f *Fence) OnEdge(lat, lng float64) bool {
	on := false
	for _, p := range f.parts {
		edge := false
		p.edges(func(box) bool { return true }, func(e edgeType) bool {
			edge = edge || e.side(lng, lat) == 0 && e.holds(lng, lat)
			return true
		})
		if !edge && p.contains(lng, lat) {
			return false
		}
		on = on || edge
	}
	return on
}

type edgeType = edge
