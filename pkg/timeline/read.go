package timeline

import "iter"

// A decoder reads the entries of a chunk.
type decoder struct {
	bits  bitReader
	state codec
	left  int32
	fix   Fix
	mark  Mark
	isFix bool
}

func (d *decoder) start(c *chunk) {
	*d = decoder{bits: bitReader{b: c.bits}, state: newCodec(c.first, c.form), left: c.count}
}

// next reads the next entry into fix or mark.
func (d *decoder) next() bool {
	if d.left == 0 || d.bits.bad {
		return false
	}
	d.left--
	tag := d.bits.prefix(tagBits)
	if d.isFix = tag != tagMark; d.isFix {
		d.state.getFix(&d.bits, tag, &d.fix)
	} else {
		d.state.getMark(&d.bits, &d.mark)
	}
	return !d.bits.bad
}

// entry points to what was read last.
func (d *decoder) entry() Entry {
	if d.isFix {
		return Entry{Fix: &d.fix}
	}
	return Entry{Mark: &d.mark}
}

// Entries calls yield for each entry in order until it says false. What the
// Entry points to is overwritten by the next one.
func (l *Log) Entries(yield func(Entry) bool) {
	var d decoder
	for i := range l.closed {
		if d.start(&l.closed[i]); !d.all(yield) {
			return
		}
	}
	if l.open.slot != 0 {
		c := l.open.whole()
		d.start(&c)
		d.all(yield)
	}
}

// EntriesAfter gives the entries later than a time, in order. What the Entry
// points to is overwritten by the next one.
func (l *Log) EntriesAfter(after int64) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		later := func(e Entry) bool { return e.Time() <= after || yield(e) }
		var d decoder
		for i := range l.closed {
			next := l.open.first
			if i+1 < len(l.closed) {
				next = l.closed[i+1].first
			}
			if next <= after {
				continue
			}
			if d.start(&l.closed[i]); !d.all(later) {
				return
			}
		}
		if l.open.slot != 0 {
			c := l.open.whole()
			d.start(&c)
			d.all(later)
		}
	}
}

func (d *decoder) all(yield func(Entry) bool) bool {
	for d.next() {
		if !yield(d.entry()) {
			return false
		}
	}
	return true
}

// Cut forgets entries that are older than before (seconds since 1970), a whole
// chunk at a time, and calls step for each of them in order. What is forgotten is
// always older than all that stays, nothing that is not older than before is
// forgotten, and only the first chunk of what stays (at most about 280 bytes and
// an hour) may hold entries that are older. The newest chunk always stays. An
// entry that is older than what was forgotten must not be added later.
//
// What the Entry points to is overwritten by the next one.
func (l *Log) Cut(before int64, step func(Entry)) {
	for len(l.closed) > 0 {
		next := l.open.first
		if len(l.closed) > 1 {
			next = l.closed[1].first
		}
		if next > before {
			return
		}
		var d decoder
		d.start(&l.closed[0])
		for d.next() {
			step(d.entry())
		}
		l.touch(l.closed[0].slot)
		l.count -= int(l.closed[0].count)
		l.closed = l.closed[1:]
	}
}
