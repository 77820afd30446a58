package geo

import (
	"hash/fnv"
	"maps"
)

// An Index answers which fences contain a position. It never changes: With and
// Without give another one that shares all the rest, so that readers need no lock.
//
// It is a tree of cells of the map. A cell that lies inside a fence knows so; one
// that an edge meets keeps the edges that do, and no others, until they are so many
// that it is cut. The cells are not H3's, which do not nest: benchmarks/geofence.md
// has what an index of those costs.
type Index struct {
	root  *node
	poles []*Fence // that hold one
	byID  [shards]map[string]*Fence
	n     int
}

// shards are how many maps the fences are kept in, so that a change copies little.
const shards = 512

func shard(id string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return int(h.Sum32() % shards)
}

// NewIndex is an index of fences. Of two with one ID the later counts.
func NewIndex(fences ...*Fence) *Index {
	x, d := &Index{}, &edit{}
	x.root = &node{owner: d, kids: make([]*node, 1<<(2*kidBits(0)))}
	for i := range x.byID {
		x.byID[i] = map[string]*Fence{}
	}
	for _, f := range fences {
		x.remove(d, f.ID)
		x.add(d, f)
	}
	new(store).pack(x.root)
	return x
}

// With is the index with fences added, each put in the place of one with its ID.
// Many at once cost less than one by one.
func (x *Index) With(fences ...*Fence) *Index {
	y, d := *x, &edit{}
	var copied [shards]bool
	for _, f := range fences {
		y.copyShard(f.ID, &copied)
		y.remove(d, f.ID)
		y.add(d, f)
	}
	return &y
}

// Without is the index without the fences of these IDs.
func (x *Index) Without(ids ...string) *Index {
	y, d := *x, &edit{}
	var copied [shards]bool
	for _, id := range ids {
		y.copyShard(id, &copied)
		y.remove(d, id)
	}
	return &y
}

func (x *Index) copyShard(id string, copied *[shards]bool) {
	if s := shard(id); !copied[s] {
		x.byID[s], copied[s] = maps.Clone(x.byID[s]), true
	}
}

func (x *Index) add(d *edit, f *Fence) {
	x.byID[shard(f.ID)][f.ID] = f
	x.n++
	if f.north || f.south {
		x.poles = append(x.poles[:len(x.poles):len(x.poles)], f)
	}
	x.root = d.own(x.root)
	for _, p := range f.parts {
		for i, turn := range p.images() {
			if i > 0 && turn == 0 {
				break
			}
			whole := wholePart(p, turn)
			d.spread(x.root, cell{}, &whole)
		}
	}
}

func (x *Index) remove(d *edit, id string) {
	f := x.byID[shard(id)][id]
	if f == nil {
		return
	}
	delete(x.byID[shard(id)], id)
	x.n--
	poles := x.poles
	x.poles = nil
	for _, o := range poles {
		if o != f {
			x.poles = append(x.poles, o)
		}
	}
	for _, p := range f.parts {
		for _, turn := range p.images() {
			x.root = d.drop(x.root, cell{}, f, p.box.shifted(-turn))
		}
	}
}

// Len is the number of fences.
func (x *Index) Len() int { return x.n }

// Fence is the fence with an ID, or nil.
func (x *Index) Fence(id string) *Fence { return x.byID[shard(id)][id] }
