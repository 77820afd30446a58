package dedup

import (
	"encoding/binary"
	"fmt"
)

// TailSlot stands for the fixes that were added last to the newest page, written
// in place of it: a page grows to hundreds of bytes, and most fixes come alone.
const TailSlot = Slots

// maxTail is how many fixes a tail holds before its page is written whole again.
const maxTail = 16

// A tail is fixes that are in a page already. To add them to it again changes
// nothing, so a tail that is older than its page does no harm.
type tail struct {
	number int64 // of the page
	n      uint8
	dirty  bool
	at     [maxTail]uint16 // second within the page
	prints [maxTail]byte
}

// take adds a fix to the tail of a page; false: the tail is full.
func (t *tail) take(number int64, at int, print byte) bool {
	if t.number != number || t.n == maxTail {
		return false
	}
	t.at[t.n], t.prints[t.n] = uint16(at), print
	t.n++
	t.dirty = true
	return true
}

// A tail is written as: a version byte (1), the number of its page as varint, and
// for each fix its second within the page as uvarint and the fingerprint byte.
const tailVersion = 1

func (t *tail) append(dst []byte) []byte {
	dst = binary.AppendVarint(append(dst, tailVersion), t.number)
	for i := range t.n {
		dst = append(binary.AppendUvarint(dst, uint64(t.at[i])), t.prints[i])
	}
	return dst
}

func parseTail(b []byte) (t tail, err error) {
	if len(b) == 0 || b[0] != tailVersion {
		return t, fmt.Errorf("%w: want version %d of a tail", ErrPage, tailVersion)
	}
	number, n := binary.Varint(b[1:])
	if n <= 0 || number < 0 {
		return t, fmt.Errorf("%w: bad number of a tail's page", ErrPage)
	}
	t.number = number
	for b = b[1+n:]; len(b) > 0; b = b[n+1:] {
		var at uint64
		at, n = binary.Uvarint(b)
		if n <= 0 || at >= pageSeconds || len(b) < n+1 || !t.take(number, int(at), b[n]) {
			return tail{}, fmt.Errorf("%w: bad tail", ErrPage)
		}
	}
	t.dirty = false
	return t, nil
}

// applyTail adds the tail to its page, where that is loaded.
func (w *Window) applyTail() {
	p := w.pages[w.tail.number%Slots]
	if p == nil || p.number != w.tail.number {
		return
	}
	for i := range w.tail.n {
		if at := int(w.tail.at[i]); !p.has(at) {
			p.add(at, w.tail.prints[i])
		}
	}
}
