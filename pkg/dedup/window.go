// Package dedup tells whether an item was seen before, in bounded memory.
//
// A fix is its device and its time to the second. Each device has a Window
// over the time below its newest fix: a ring of pages of 1,024 s, each a bit
// and a fingerprint byte per second that holds a fix. The ring spans at least
// MinSpan; older fixes are BeyondWindow and somebody else must decide. Any
// other item has an identity of 64 bits, of which a device's last ones are
// kept in a Recent.
//
// Memory of a Window, measured by TestBytesPerDevice: about 27 KB at a fix a
// second, 6.3 KB at one every 10 s, 4.4 KB at one a minute; its changelog takes
// 84, 53 and 49 bytes a fix where each fix has a transaction of its own.
//
// Both are values to copy: Fork gives a copy whose changes do not touch the
// original and which knows what was changed, so that a transaction can work on
// it, write what is dirty to its changelog, and drop it or keep it.
package dedup

import (
	"math/bits"
	"time"
)

const (
	pageSeconds = 1024
	words       = pageSeconds / 64

	// Slots is the number of pages of a Window.
	Slots = 23

	// MinSpan is how far below its newest fix a Window reaches at least: the
	// newest page may hold a single second.
	MinSpan = (Slots - 1) * pageSeconds * time.Second
)

// An Outcome says what is known of a fix.
type Outcome uint8

// The outcomes.
const (
	New          Outcome = iota // not seen in the window
	Repeat                      // seen, with the same content
	Conflict                    // seen, with other content
	BeyondWindow                // too old for the window to tell
)

// A Window remembers the fixes of one device. The zero Window has seen none.
type Window struct {
	newest int64  // number of the newest page + 1; 0: no page
	own    uint32 // slots whose pages may be changed in place
	dirty  uint32 // slots whose pages have to be written whole
	tail   tail
	pages  [Slots]*page
}

// A page is pageSeconds seconds of a device. It is shared between forks and
// changed only by the fork that owns its slot.
type page struct {
	number int64 // seconds since 1970 / pageSeconds
	bits   [words]uint64
	prints []byte // of the seconds that are set, in order
}

// Fork gives a copy with nothing dirty, whose changes leave w alone. w must
// not be changed while the fork is in use.
func (w *Window) Fork() Window {
	c := *w
	c.Settle()
	return c
}

// Settle forgets what is dirty, after it was written.
func (w *Window) Settle() { w.own, w.dirty, w.tail.dirty = 0, 0, false }

// Dirty calls f for each slot that changed since the fork.
func (w *Window) Dirty(f func(slot int)) {
	for d := w.dirty; d != 0; d &= d - 1 {
		f(bits.TrailingZeros32(d))
	}
	if w.tail.dirty {
		f(TailSlot)
	}
}

// Lookup tells what is known of a fix at a second since 1970 (not negative)
// whose content has the given fingerprint.
func (w *Window) Lookup(second int64, print byte) Outcome {
	number := second / pageSeconds
	if number+1 <= w.newest-Slots {
		return BeyondWindow
	}
	p := w.pages[number%Slots]
	if p == nil || p.number != number {
		return New
	}
	at := int(second % pageSeconds)
	switch {
	case !p.has(at):
		return New
	case p.prints[p.rank(at)] != print:
		return Conflict
	}
	return Repeat
}

// Add remembers a fix that Lookup called New. The newest fix moves the window.
func (w *Window) Add(second int64, print byte) {
	number := second / pageSeconds
	slot := number % Slots
	p := w.pages[slot]
	whole := w.dirty&(1<<slot) != 0
	switch {
	case p == nil || p.number != number:
		p, whole = &page{number: number}, true
	case w.own&(1<<slot) == 0:
		p = p.clone()
	}
	w.pages[slot] = p
	w.own |= 1 << slot
	w.newest = max(w.newest, number+1)
	at := int(second % pageSeconds)
	p.add(at, print)
	if whole || !w.tail.take(number, at, print) {
		w.writeWhole(number)
	}
}

// writeWhole has a page written, after which the newest one has an empty tail.
// What the tail held of another page is written with that, since the next tail
// takes its place in the changelog.
func (w *Window) writeWhole(number int64) {
	w.dirty |= 1 << (number % Slots)
	if number+1 != w.newest {
		return
	}
	slot := w.tail.number % Slots
	if p := w.pages[slot]; w.tail.n > 0 && p != nil && p.number == w.tail.number {
		w.dirty |= 1 << slot
	}
	w.tail = tail{number: number}
}

func (p *page) clone() *page {
	c := *p
	c.prints = append(make([]byte, 0, len(p.prints)+4), p.prints...)
	return &c
}

func (p *page) has(at int) bool { return p.bits[at/64]&(1<<(at%64)) != 0 }

// rank is the number of seconds that are set before at.
func (p *page) rank(at int) int {
	n := bits.OnesCount64(p.bits[at/64] & (1<<(at%64) - 1))
	for _, b := range p.bits[:at/64] {
		n += bits.OnesCount64(b)
	}
	return n
}

func (p *page) add(at int, print byte) {
	r := p.rank(at)
	p.bits[at/64] |= 1 << (at % 64)
	p.prints = append(p.prints, 0)
	copy(p.prints[r+1:], p.prints[r:])
	p.prints[r] = print
}
