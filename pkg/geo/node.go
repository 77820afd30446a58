package geo

import "slices"

// A node is a cell of the map with what meets it. It is changed only by the edit
// that made it; an Index that is in use has nodes of finished edits alone.
//
// What a lookup reads of a node on its way down is in the first 64 bytes, and the
// padding makes that one line of the processor's cache.
type node struct {
	kids    []*node  // row by row; nil when the cell is not cut
	inside  []*Fence // cover the cell, and not the cell above
	entries []entry  // what meets it: of a cut cell only what is not cut as fine
	edges   []edge   // of the entries
	owner   *edit
	several bool // some of inside may come again below
	_       [16]byte
}

// An entry is a piece as a cell keeps it.
type entry struct {
	fence        *Fence // the part's, here so that a hit need not fetch the part
	part         *part
	seedX, seedY float64
	from, to     uint32 // its edges
	turn         int16
	kind         Kind // of the part; 0: ask the part itself
	in           bool
	several      bool // the fence may be found by another entry too
}

// An edit makes new nodes and may change these, and no others.
type edit struct{ buf []edge }

// splitAbove is the work, in edges, from which on a cell is cut.
const splitAbove = 20

// work is what a finer cut of the cell could save, in edges.
func (n *node) work(level int) int {
	sum := 0
	for i := range n.entries {
		if e := &n.entries[i]; e.part.finest > level {
			sum += int(e.to-e.from) + 2
		}
	}
	return sum
}

// A store keeps what nodes have in long stretches, without the room that appending
// leaves.
type store struct {
	inside  []*Fence
	entries []entry
	edges   []edge
}

const stretch = 1 << 14

func pack[T any](room *[]T, v []T) []T {
	if len(v) == 0 {
		return nil
	}
	if len(*room)+len(v) > cap(*room) {
		*room = make([]T, 0, max(stretch, len(v)))
	}
	from := len(*room)
	*room = append(*room, v...)
	return (*room)[from:len(*room):len(*room)]
}

func (s *store) pack(n *node) {
	n.inside, n.entries, n.edges = pack(&s.inside, n.inside), pack(&s.entries, n.entries), pack(&s.edges, n.edges)
	for _, kid := range n.kids {
		if kid != nil {
			s.pack(kid)
		}
	}
}

func (n *node) empty() bool { return len(n.inside) == 0 && len(n.entries) == 0 && n.kids == nil }

// own gives a node that the edit may change.
func (d *edit) own(n *node) *node {
	switch {
	case n == nil:
		return &node{owner: d}
	case n.owner == d:
		return n
	}
	return &node{owner: d, several: n.several, kids: slices.Clone(n.kids), inside: slices.Clone(n.inside),
		entries: slices.Clone(n.entries), edges: slices.Clone(n.edges)}
}

// put adds a piece that meets a cell to its node.
func (d *edit) put(n *node, at cell, p *piece) *node {
	n = d.own(n)
	if n.kids != nil && p.part.finest > at.level {
		d.spread(n, at, p)
		return n
	}
	n.keep(p)
	if n.kids == nil && n.work(at.level) > splitAbove {
		d.split(n, at)
	}
	return n
}

func (n *node) keep(p *piece) {
	e := entry{fence: p.part.fence, part: p.part, turn: int16(p.turn), kind: p.part.kind, in: p.in, several: p.part.fence.several,
		seedX: p.seed[0], seedY: p.seed[1], from: uint32(len(n.edges))}
	n.edges = append(n.edges, p.edges...)
	e.to = uint32(len(n.edges))
	if p.whole {
		e.kind = 0
	}
	n.entries = append(n.entries, e)
}

// split cuts a cell: what it kept goes to its kids.
func (d *edit) split(n *node, at cell) {
	entries, edges := n.entries, n.edges
	n.entries, n.edges = nil, nil
	n.kids = make([]*node, 1<<(2*kidBits(at.level)))
	for _, e := range entries {
		p := piece{part: e.part, turn: float64(e.turn), edges: edges[e.from:e.to],
			seed: [2]float64{e.seedX, e.seedY}, in: e.in, whole: e.kind == 0}
		if e.part.finest > at.level {
			d.spread(n, at, &p)
		} else {
			n.keep(&p)
		}
	}
}

// spread puts a piece into the kids that it meets.
func (d *edit) spread(n *node, at cell, p *piece) {
	fromX, fromY, toX, toY := at.kidsMeeting(p.part.box.shifted(-p.turn))
	mark := len(d.buf)
	for y := fromY; y <= toY; y++ {
		for x := fromX; x <= toX; x++ {
			kid, k := at.kid(uint32(x), uint32(y)), y<<kidBits(at.level)+x
			part, how, buf := p.within(kid, d.buf)
			d.buf = buf
			switch how {
			case covered:
				n.kids[k] = d.cover(n.kids[k], p.part.fence)
			case cut:
				n.kids[k] = d.put(n.kids[k], kid, &part)
			}
			d.buf = d.buf[:mark]
		}
	}
}

func (d *edit) cover(n *node, f *Fence) *node {
	n = d.own(n)
	if !f.several || !slices.Contains(n.inside, f) {
		n.inside = append(n.inside, f)
		n.several = n.several || f.several
	}
	return n
}

// drop takes a fence out of all nodes that meet a box; nil when nothing is left.
func (d *edit) drop(n *node, at cell, f *Fence, b box) *node {
	if n == nil {
		return nil
	}
	n = d.own(n)
	n.inside = slices.DeleteFunc(n.inside, func(o *Fence) bool { return o == f })
	n.several = slices.ContainsFunc(n.inside, func(o *Fence) bool { return o.several })
	if slices.ContainsFunc(n.entries, func(e entry) bool { return e.fence == f }) {
		n.dropEntries(f)
	}
	if n.kids != nil {
		d.dropBelow(n, at, f, b)
	}
	if n.empty() && at.level > 0 {
		return nil
	}
	return n
}

func (n *node) dropEntries(f *Fence) {
	entries, edges := n.entries, n.edges
	n.entries, n.edges = nil, nil
	for _, e := range entries {
		if e.fence == f {
			continue
		}
		from := uint32(len(n.edges))
		n.edges = append(n.edges, edges[e.from:e.to]...)
		e.from, e.to = from, uint32(len(n.edges))
		n.entries = append(n.entries, e)
	}
}

func (d *edit) dropBelow(n *node, at cell, f *Fence, b box) {
	left := false
	fromX, fromY, toX, toY := at.kidsMeeting(b)
	for y := fromY; y <= toY; y++ {
		for x := fromX; x <= toX; x++ {
			k := y<<kidBits(at.level) + x
			n.kids[k] = d.drop(n.kids[k], at.kid(uint32(x), uint32(y)), f, b)
		}
	}
	for _, kid := range n.kids {
		left = left || kid != nil
	}
	if !left && at.level > 0 {
		n.kids = nil
	}
}
