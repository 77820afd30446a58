package geo

// A piece is what of a part meets a cell: the edges that do, and one position in
// the cell of which it is known whether it is inside. The way from there to any
// other in the cell crosses no other edges, so that they alone decide.
type piece struct {
	part  *part
	turn  float64 // added to a longitude on the map to come to the part's
	edges []edge  // all with seed strictly on their left
	seed  [2]float64
	in    bool // the seed is
	whole bool // no seed was found: ask the part
}

// A cover says how a part and a cell meet.
type cover uint8

const (
	apart cover = iota
	cut
	covered // all of the cell is inside
)

// seeds are where in a cell a seed is tried, in parts of its size, so odd that an
// edge hardly ever lies in line with one.
var seeds = [...][2]float64{
	{0.5129487, 0.4871309}, {0.3819660, 0.6271834}, {0.7236068, 0.2917961}, {0.1458980, 0.8328157},
	{0.9098301, 0.0763932}, {0.2512078, 0.1690983}, {0.8471291, 0.9291796}, {0.0557281, 0.4164079},
}

// wholePart is a part before it is cut: the seed lies outside of its box.
func wholePart(p *part, turn float64) piece {
	out := piece{part: p, turn: turn}
	if p.kind == Circle {
		return out
	}
	p.edges(func(box) bool { return true }, func(e edge) bool {
		if e.long() || p.kind == Corridor {
			out.edges = append(out.edges, e)
		}
		return true
	})
	if p.kind == Polygon {
		beyond := box{p.box.west - 2, p.box.south - 2, p.box.west - 1, p.box.south - 1}
		out.whole = !out.plant(beyond, &piece{})
	}
	return out
}

// within cuts a piece down to a cell. Edges are kept in buf, which is returned.
func (p *piece) within(c cell, buf []edge) (piece, cover, []edge) {
	return p.withinBox(c.box().shifted(p.turn).grown(padding, padding), buf)
}

// withinBox cuts a piece down to a box on its part's map.
func (p *piece) withinBox(at box, buf []edge) (piece, cover, []edge) {
	switch p.part.kind {
	case Circle:
		nearest, farthest := circleReach(p.part.centre, at)
		switch {
		case nearest > p.part.reachM:
			return piece{}, apart, buf
		case farthest < p.part.reachM:
			return piece{}, covered, buf
		}
		return *p, cut, buf
	case Corridor:
		return p.corridorWithin(at, buf)
	}
	return p.polygonWithin(at, buf)
}

func (p *piece) corridorWithin(at box, buf []edge) (piece, cover, []edge) {
	near := corridorReach(at, p.part.reachM)
	from := len(buf)
	for i := range p.edges {
		e := &p.edges[i]
		if !near.meetsEdge(e) {
			continue
		}
		if e.coversBox(at, p.part.reachM) {
			return piece{}, covered, buf[:from]
		}
		buf = append(buf, *e)
	}
	if len(buf) == from {
		return piece{}, apart, buf
	}
	out := *p
	out.edges = buf[from:len(buf):len(buf)]
	return out, cut, buf
}

func (p *piece) polygonWithin(at box, buf []edge) (piece, cover, []edge) {
	from := len(buf)
	for i := range p.edges {
		if at.meetsEdge(&p.edges[i]) {
			buf = append(buf, p.edges[i])
		}
	}
	out := *p
	out.edges = buf[from:len(buf):len(buf)]
	out.whole = p.whole || !out.plant(at, p)
	switch {
	case len(out.edges) > 0:
		return out, cut, buf
	case out.whole:
		out.in = p.part.polygonHolds((at.west+at.east)/2, (at.south+at.north)/2)
	}
	if out.in {
		return piece{}, covered, buf
	}
	return piece{}, apart, buf
}

// plant finds a seed in a box that is on no edge and in line with none of the
// piece's own, and learns from the piece it was cut from whether it is inside.
func (p *piece) plant(at box, from *piece) bool {
next:
	for _, s := range seeds {
		x, y := at.west+s[0]*(at.east-at.west), at.south+s[1]*(at.north-at.south)
		in, on := from.holds(x, y)
		if on {
			continue
		}
		for i := range p.edges {
			if p.edges[i].side(x, y) == 0 {
				continue next
			}
		}
		for i := range p.edges {
			if e := &p.edges[i]; e.side(x, y) < 0 {
				e.ax, e.ay, e.bx, e.by = e.bx, e.by, e.ax, e.ay
			}
		}
		p.seed, p.in = [2]float64{x, y}, in
		return true
	}
	return false
}

// holds says whether a position is inside by the edges on the way from the seed,
// and whether it is on one.
func (p *piece) holds(x, y float64) (in, on bool) {
	return crossings(p.edges, p.seed[0], p.seed[1], p.in, x, y)
}

// crossings walks from a seed, strictly left of every edge and inside or not, to a
// position and changes sides at every edge it crosses. A vertex in line counts as
// lying on the right, for both edges that meet there, so that passing through it
// counts once and touching it twice or not at all.
func crossings(edges []edge, seedX, seedY float64, in bool, x, y float64) (inside, on bool) {
	for i := range edges {
		e := &edges[i]
		side := e.side(x, y)
		if side > 0 {
			continue
		}
		if side == 0 {
			if e.holds(x, y) {
				return true, true
			}
			continue
		}
		way := edge{seedX, seedY, x, y}
		if (way.side(e.ax, e.ay) > 0) != (way.side(e.bx, e.by) > 0) {
			in = !in
		}
	}
	return in, false
}
