package timeline

import (
	"cmp"
	"slices"
)

// A record is an entry in memory: mark, or fix where there is none.
type record struct {
	fix  Fix
	mark *Mark
}

func (r *record) time() int64 {
	if r.mark != nil {
		return r.mark.Time
	}
	return r.fix.Time
}

// compare is the order of entries; two fixes of one second are equal.
func (r *record) compare(o *record) int {
	switch c := cmp.Compare(r.time(), o.time()); {
	case c != 0:
		return c
	case r.mark == nil && o.mark == nil:
		return 0
	case r.mark == nil:
		return -1
	case o.mark == nil:
		return 1
	}
	return compareMarks(r.mark, o.mark)
}

// records are the entries of a chunk.
func (c *chunk) records() []record {
	all := make([]record, 0, c.count+1)
	var d decoder
	d.start(c)
	for d.next() {
		if d.isFix {
			all = append(all, record{fix: d.fix})
			continue
		}
		m := d.mark
		all = append(all, record{mark: &m})
	}
	return all
}

// insert adds an entry that may belong before others.
func (l *Log) insert(r record) Outcome {
	i := l.holds(r.time())
	c := l.open.chunk
	if i < len(l.closed) {
		c = l.closed[i]
	} else {
		c = l.open.whole()
	}
	all := c.records()
	at, found := slices.BinarySearchFunc(all, &r, func(a record, b *record) int { return a.compare(b) })
	if found {
		return Duplicate
	}
	all = slices.Insert(all, at, r)
	if i < len(l.closed) {
		l.rebuild(i, all, at)
		return Inserted
	}
	l.reopen(all, at)
	if at == len(all)-1 {
		return Appended
	}
	return Inserted
}

// holds is the index of the chunk to which an entry of a time belongs, that of
// the open one being len(closed).
func (l *Log) holds(t int64) int {
	if len(l.closed) == 0 || t >= l.open.first {
		return len(l.closed)
	}
	i, found := slices.BinarySearchFunc(l.closed, t, func(c chunk, t int64) int { return cmp.Compare(c.first, t) })
	if found {
		return i
	}
	return max(i-1, 0)
}

// rebuild writes a closed chunk again, in two if it became too large by what
// was inserted at an index.
func (l *Log) rebuild(i int, all []record, at int) {
	slot, count := l.closed[i].slot, int(l.closed[i].count)
	whole := encode(all, slot)
	parts := []chunk{whole}
	if cut := splitAt(all, at, len(whole.bits)); cut > 0 {
		parts = []chunk{encode(all[:cut], slot), encode(all[cut:], l.freeSlot())}
	}
	for _, p := range parts {
		l.touch(p.slot)
	}
	l.count += len(all) - count
	l.closed = slices.Concat(l.closed[:i], parts, l.closed[i+1:])
}

// splitAt is where a chunk must be split, 0 if it must not: beside what was
// inserted where that is at an end, so that a stretch filled from its start to
// its end makes full chunks, else in the middle; never within a second.
func splitAt(all []record, at, size int) int {
	want := len(all) / 2
	if at == len(all)-1 {
		want = at
	} else if at == 0 {
		want = 1
	}
	if size <= maxChunkBytes+tailBytes && uint64(all[len(all)-1].time()-all[0].time()) <= maxSpanSeconds {
		return 0
	}
	for cut := want; cut < len(all); cut++ {
		if all[cut-1].time() != all[cut].time() {
			return cut
		}
	}
	for cut := want; cut > 0; cut-- {
		if all[cut-1].time() != all[cut].time() {
			return cut
		}
	}
	return 0
}

func encode(all []record, slot int32) chunk {
	first := all[0].time()
	state := newCodec(first, form2)
	var w bitWriter
	for i := range all {
		state.putRecord(&w, &all[i])
	}
	return chunk{first: first, slot: slot, form: form2, count: int32(len(all)), bits: string(w.append(nil))}
}

func (c *codec) putRecord(w *bitWriter, r *record) {
	if r.mark != nil {
		c.putMark(w, r.mark)
		return
	}
	c.putFix(w, &r.fix)
}

// reopen writes the open chunk again after an entry was inserted at an index:
// all of it, or its tail where it falls into that.
func (l *Log) reopen(all []record, at int) {
	o := &l.open
	l.count -= int(o.n)
	from := 0
	if at >= int(o.count) {
		from = o.backToWhole()
		l.count += from
		l.tails = true
	} else {
		l.touch(o.slot)
		*o = newOpen(all[0].time(), o.slot)
	}
	for i := range all[from:] {
		r := &all[from+i]
		if r.mark != nil {
			l.append(nil, r.mark)
			continue
		}
		l.append(&r.fix, nil)
	}
}

// backToWhole drops the tail and gives the number of entries that stay, fewer
// than there should be where the bits are no chunk's.
func (o *open) backToWhole() int {
	var d decoder
	d.start(&o.chunk)
	for d.next() {
	}
	over := d.bits.used(len(o.bits)) % 8
	o.partial, o.restBits, o.rest = over > 0, uint8(over), 0
	o.n, o.tailLen, o.state, o.sum = o.count, 0, d.state, o.check()
	if o.partial {
		o.rest = o.bits[len(o.bits)-1] & (1<<over - 1)
	}
	if d.bits.bad || d.bits.used(len(o.bits)) <= 8*(len(o.bits)-1) {
		return int(o.n - d.left - 1)
	}
	return int(o.n)
}
