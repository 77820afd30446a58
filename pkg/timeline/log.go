package timeline

import "slices"

const (
	// maxChunkBytes is how long the bits of a chunk may be before the next entry
	// starts another: short chunks cost a head each, long ones cost when they are
	// written again.
	maxChunkBytes = 240

	// maxSpanSeconds is how much time a chunk spans at most, so that a device that
	// says little does not keep days in one.
	maxSpanSeconds = 3600

	// tailBytes is how much is added to the open chunk before all of it is
	// written again.
	tailBytes = 32
)

// A Log holds a device's entries of the lateness window in event-time order:
// by time, in one second the fix first, then marks by their content. The zero
// Log is empty.
//
// It is a value: Fork gives a copy whose changes leave the original alone. A
// Log is for one goroutine at a time; forks of one Log may be used by several.
type Log struct {
	closed []chunk // oldest first; shared between forks, never written in place
	open   open
	count  int // of all entries
	dirty  []int32
	tails  bool // the tail is dirty
}

// A chunk is a stretch of entries that is not added to at its end any more.
type chunk struct {
	first int64 // time of the first entry
	slot  int32 // 0: no chunk
	count int32
	form  form
	bits  string
}

// open is the newest chunk, with all that is needed to add to its end. Its bits
// are those of the chunk (its last byte left out where it is not full), then
// those of the tail, then rest.
type open struct {
	chunk           // as it was last made whole; count is that of then
	n        int32  // entries, with the tail's
	sum      uint16 // checksum of the chunk
	partial  bool   // the last byte of chunk.bits is not full: the tail repeats it
	tailLen  uint8
	restBits uint8
	rest     uint8
	tail     [tailBytes]byte
	state    codec
}

// An Outcome says where an entry went.
type Outcome uint8

// The outcomes.
const (
	Appended  Outcome = iota // to the end: it is in order
	Inserted                 // before another entry: it is late
	Duplicate                // nowhere, it was there: a fix of that second, or the same mark
)

// Fork gives a copy with nothing dirty, whose changes leave l alone.
func (l *Log) Fork() Log {
	c := *l
	c.Settle()
	return c
}

// Settle forgets what is dirty, after it was written.
func (l *Log) Settle() { l.dirty, l.tails = nil, false }

// Len is the number of entries.
func (l *Log) Len() int { return l.count }

// Newest is the time of the newest entry in seconds since 1970, 0 if there is
// none.
func (l *Log) Newest() int64 {
	if l.count == 0 {
		return 0
	}
	return l.open.state.time
}

// NewestFix is the time of the newest fix in seconds since 1970, 0 if there is
// none.
func (l *Log) NewestFix() int64 {
	if l.open.state.hasFix {
		return l.open.state.last.Time
	}
	for i := len(l.closed) - 1; i >= 0; i-- {
		var d decoder
		d.start(&l.closed[i])
		for d.next() {
		}
		if d.state.hasFix {
			return d.state.last.Time
		}
	}
	return 0
}

// AddFix adds f; of two fixes of one second the first stays.
func (l *Log) AddFix(f Fix) Outcome {
	if l.count == 0 || f.Time > l.open.state.time {
		l.append(&f, nil)
		return Appended
	}
	return l.insert(record{fix: f})
}

// AddMark adds m, unless one that is equal in all fields is there. Text, Channel
// and Unit are cut at MaxTextBytes.
func (l *Log) AddMark(m Mark) Outcome {
	m = m.Normal()
	s := &l.open.state
	if l.count == 0 || m.Time > s.time || m.Time == s.time && !s.endMark {
		l.append(nil, &m)
		return Appended
	}
	return l.insert(record{mark: &m})
}

// append adds an entry that belongs to the end.
func (l *Log) append(f *Fix, m *Mark) {
	t := Entry{f, m}.Time()
	o := &l.open
	if o.slot != 0 && t > o.state.time && (o.size() >= maxChunkBytes || uint64(t-o.first) > maxSpanSeconds) {
		l.closed = append(slices.Clip(l.closed), o.whole())
		if o.n > o.count {
			l.touch(o.slot)
		}
		o.slot = 0
	}
	if o.slot == 0 {
		*o = newOpen(t, l.freeSlot())
	}
	l.count++
	if o.add(f, m) {
		l.touch(o.slot)
	}
	l.tails = true
}

func newOpen(first int64, slot int32) open {
	return open{chunk: chunk{first: first, slot: slot, form: form2}, state: newCodec(first, form2)}
}

// touch makes a slot dirty.
func (l *Log) touch(slot int32) {
	if !slices.Contains(l.dirty, slot) {
		l.dirty = append(slices.Clip(l.dirty), slot)
	}
}

// freeSlot is the lowest slot without a chunk.
func (l *Log) freeSlot() int32 {
	taken := make([]bool, len(l.closed)+3)
	take := func(slot int32) {
		if int(slot) < len(taken) {
			taken[slot] = true
		}
	}
	take(tailSlot)
	take(l.open.slot)
	for i := range l.closed {
		take(l.closed[i].slot)
	}
	return int32(slices.Index(taken, false))
}

// size is the number of whole bytes.
func (o *open) size() int { return len(o.bits) + int(o.tailLen) }

// add writes an entry to the end. The chunk is made whole if the tail is full.
func (o *open) add(f *Fix, m *Mark) (whole bool) {
	w := bitWriter{acc: uint64(o.rest), n: uint(o.restBits)}
	if f != nil {
		o.state.putFix(&w, f)
	} else {
		o.state.putMark(&w, m)
	}
	fits := o.count > 0 && w.whole() <= tailBytes
	whole = !fits || int(o.tailLen)+w.whole() > tailBytes
	if whole && o.count > 0 {
		o.settle(o.whole(), o.restBits > 0)
	}
	o.n++
	if fits {
		o.tailLen += uint8(len(w.appendWhole(o.tail[:o.tailLen])) - int(o.tailLen))
	} else { // the first entry of a chunk, or one that is larger than a tail
		var buf [maxChunkBytes + 4*tailBytes]byte
		c := chunk{first: o.first, slot: o.slot, form: o.form, count: o.n, bits: string(w.append(o.stream(buf[:0])))}
		o.settle(c, w.n > 0)
	}
	o.rest, o.restBits = byte(w.acc), uint8(w.n)
	return whole
}

// settle makes c the whole chunk, with an empty tail.
func (o *open) settle(c chunk, partial bool) {
	o.chunk, o.partial, o.tailLen, o.sum = c, partial, 0, c.check()
}

// stream adds the whole bytes of the chunk and the tail to dst.
func (o *open) stream(dst []byte) []byte {
	dst = append(dst, o.bits...)
	if o.partial {
		dst = dst[:len(dst)-1]
	}
	return append(dst, o.tail[:o.tailLen]...)
}

// whole is the chunk with its tail.
func (o *open) whole() chunk {
	c := o.chunk
	if o.n == o.count {
		return c
	}
	var buf [maxChunkBytes + 4*tailBytes]byte
	b := o.stream(buf[:0])
	if o.restBits > 0 {
		b = append(b, o.rest)
	}
	c.bits, c.count = string(b), o.n
	return c
}
