package fences

import (
	"hash/fnv"
	"maps"
	"math"

	"github.com/odograph/odograph/pkg/geo"
)

// A Book holds the versions of all fences. It never changes, so that readers need
// no lock. The zero Book is empty.
type Book struct {
	index  *geo.Index
	fences [shards]map[string][]*Version // by id, in order of From
	n      int
	limits int // versions that have a speed limit
}

// shards are how many maps the fences are kept in, so that a change copies little.
const shards = 512

func shard(id string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return int(h.Sum32() % shards)
}

// Len is the number of fences, those that only were there once included.
func (b *Book) Len() int { return b.n }

// Limits tells whether any fence has a speed limit.
func (b *Book) Limits() bool { return b.limits > 0 }

// With is the book with versions added, each after those that it has of the same
// fence: one that holds from an earlier time than they do takes their place. What
// the new ones put an end to before a time is forgotten (see schema.FencePast).
func (b *Book) With(versions []*Version, forgetBefore int64) *Book {
	next := *b
	e := edit{book: &next}
	for _, v := range versions {
		e.add(v, forgetBefore)
	}
	next.index = e.indexed(b.index)
	return &next
}

// An edit is a change to a book that nobody else sees yet.
type edit struct {
	book   *Book
	copied [shards]bool
	in     map[*Version]bool // shapes to be put into the index
	out    []string          // and to be taken out, by the index's id
}

func (e *edit) add(v *Version, forgetBefore int64) {
	s := shard(v.ID)
	if !e.copied[s] {
		m := maps.Clone(e.book.fences[s])
		if m == nil {
			m = map[string][]*Version{}
		}
		e.book.fences[s], e.copied[s] = m, true
	}
	had := e.book.fences[s][v.ID]
	kept := make([]*Version, 0, len(had)+1)
	for i, old := range had {
		until := v.From
		if i+1 < len(had) {
			until = min(until, had[i+1].From)
		}
		if old.From < v.From && until >= forgetBefore {
			kept = append(kept, old)
		} else {
			e.drop(old)
		}
	}
	if len(kept) == 0 && v.Shape == nil && v.From < forgetBefore { // gone for long
		delete(e.book.fences[s], v.ID)
	} else {
		e.book.fences[s][v.ID] = append(kept, v)
		e.put(v)
	}
	e.book.n += count(e.book.fences[s][v.ID]) - count(had)
}

func count(versions []*Version) int { return min(len(versions), 1) }

func (e *edit) put(v *Version) {
	if e.in == nil {
		e.in = map[*Version]bool{}
	}
	if v.Shape != nil {
		e.in[v] = true
	}
	if v.LimitKMH > 0 {
		e.book.limits++
	}
}

func (e *edit) drop(v *Version) {
	if v.LimitKMH > 0 {
		e.book.limits--
	}
	if v.Shape == nil {
		return
	}
	if e.in[v] {
		delete(e.in, v)
		return
	}
	e.out = append(e.out, v.Shape.ID)
}

func (e *edit) indexed(x *geo.Index) *geo.Index {
	shapes := make([]*geo.Fence, 0, len(e.in))
	for v := range e.in {
		shapes = append(shapes, v.Shape)
	}
	if x == nil {
		return geo.NewIndex(shapes...)
	}
	if len(e.out) > 0 {
		x = x.Without(e.out...)
	}
	if len(shapes) > 0 {
		x = x.With(shapes...)
	}
	return x
}

func (b *Book) versions(id string) []*Version { return b.fences[shard(id)][id] }

// at is the version that holds at a time, or nil.
func (b *Book) at(id string, at int64) *Version {
	versions := b.versions(id)
	for i := len(versions) - 1; i >= 0; i-- {
		if versions[i].From <= at {
			return versions[i]
		}
	}
	return nil
}

// Newest is the version of a fence that was added last, or nil.
func (b *Book) Newest(id string) *Version {
	if v := b.versions(id); len(v) > 0 {
		return v[len(v)-1]
	}
	return nil
}

const always = math.MinInt64
