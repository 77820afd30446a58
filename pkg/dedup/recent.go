package dedup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// RecentSize is how many identities a Recent keeps.
const RecentSize = 32

// maxRecentTail is how many identities are written by themselves before all are
// written again.
const maxRecentTail = 8

// A Recent keeps the last RecentSize identities of a device's items. It
// absorbs what a collector delivers again after a crash, which is no older
// than the requests that were under way. The zero Recent has seen none.
type Recent struct {
	ids  []uint64 // a ring once it is full
	next int      // where the next goes in a full ring
	tail uint8    // how many came after all were written last
	turn uint32   // of those times; 0: none, or by a version without tails
}

// Seen tells whether an identity is among the last.
func (r *Recent) Seen(id uint64) bool { return slices.Contains(r.ids, id) }

// With gives a Recent that has seen one more identity; r stays as it is.
func (r *Recent) With(id uint64) *Recent {
	c := &Recent{next: r.next, tail: min(r.tail, maxRecentTail) + 1, turn: r.turn, ids: make([]uint64, len(r.ids), min(RecentSize, len(r.ids)+1))}
	copy(c.ids, r.ids)
	c.add(id)
	return c
}

// ToWrite gives r as it is once it is written, and whether all of it must be, by
// Append; else AppendTail will do. r stays as it is.
func (r *Recent) ToWrite() (written *Recent, whole bool) {
	if r.turn > 0 && r.tail <= maxRecentTail {
		return r, false
	}
	c := *r
	c.tail, c.turn = 0, max(r.turn, lastByteTurn)+1
	return &c, true
}

func (r *Recent) add(id uint64) {
	if len(r.ids) < RecentSize {
		r.ids = append(r.ids, id)
		return
	}
	r.ids[r.next] = id
	r.next = (r.next + 1) % RecentSize
}

// at is the identity in a place of their order, the oldest first.
func (r *Recent) at(i int) uint64 { return r.ids[(r.next+i)%len(r.ids)] }

// A Recent is written as a version byte (3), its turn (4 bytes), and the identities.
// Those that came since are written as a tail in a place of its own: a version byte
// (2), the turn of the whole that it goes on from, and the identities. A tail of
// another turn is an old one, whose identities are in the whole.
//
// Versions 2 and 1 had a turn of one byte, which came round, so that a tail that had
// stayed behind could meet a later turn of its number: turns that are written today
// are above all of those.
const (
	recentVersion     = 3
	recentByteTurn    = 2
	recentWithoutTurn = 1

	recentTailVersion  = 2
	recentTailByteTurn = 1

	lastByteTurn = 255
)

// ErrRecent says that bytes are not a Recent.
var ErrRecent = errors.New("not the recent identities of a device")

// Append adds the identities, oldest first, to dst.
func (r *Recent) Append(dst []byte) []byte {
	return r.append(append(dst, recentVersion), 0)
}

// AppendTail adds those that came after all were written to dst.
func (r *Recent) AppendTail(dst []byte) []byte {
	return r.append(append(dst, recentTailVersion), len(r.ids)-int(r.tail))
}

func (r *Recent) append(dst []byte, from int) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, r.turn)
	for i := from; i < len(r.ids); i++ {
		dst = binary.LittleEndian.AppendUint64(dst, r.at(i))
	}
	return dst
}

// A RecentLoader puts a Recent together from what was written of it last, in any
// order. The zero RecentLoader is ready for use.
type RecentLoader struct{ whole, tail Recent }

// Load takes what Append wrote.
func (l *RecentLoader) Load(b []byte) (err error) {
	switch version(b) {
	case recentVersion:
		l.whole, err = parseTurn(b[1:], 4, RecentSize)
	case recentByteTurn:
		l.whole, err = parseTurn(b[1:], 1, RecentSize)
	case recentWithoutTurn:
		l.whole, err = parseRecent(b[1:], RecentSize)
	default:
		err = fmt.Errorf("%w: %d bytes, want version %d", ErrRecent, len(b), recentVersion)
	}
	return err
}

// LoadTail takes what AppendTail wrote.
func (l *RecentLoader) LoadTail(b []byte) (err error) {
	switch version(b) {
	case recentTailVersion:
		l.tail, err = parseTurn(b[1:], 4, maxRecentTail)
	case recentTailByteTurn:
		l.tail, err = parseTurn(b[1:], 1, maxRecentTail)
	default:
		err = fmt.Errorf("%w: a tail of %d bytes, want version %d", ErrRecent, len(b), recentTailVersion)
	}
	return err
}

// version is the first byte; 0 is none.
func version(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// parseTurn reads a turn of so many bytes, and identities.
func parseTurn(b []byte, size, most int) (r Recent, err error) {
	if len(b) < size {
		return r, fmt.Errorf("%w: %d bytes, want a turn", ErrRecent, len(b))
	}
	var turn [4]byte
	copy(turn[:], b[:size])
	if binary.LittleEndian.Uint32(turn[:]) == 0 {
		return r, fmt.Errorf("%w: its turn is 0", ErrRecent)
	}
	r, err = parseRecent(b[size:], most)
	r.turn = binary.LittleEndian.Uint32(turn[:])
	return r, err
}

func parseRecent(b []byte, most int) (r Recent, err error) {
	if len(b)%8 != 0 || len(b)/8 > most {
		return r, fmt.Errorf("%w: %d bytes of identities", ErrRecent, len(b))
	}
	r.ids = make([]uint64, 0, len(b)/8)
	for ; len(b) > 0; b = b[8:] {
		r.ids = append(r.ids, binary.LittleEndian.Uint64(b))
	}
	return r, nil
}

// Recent gives what was loaded; the loader must not be used after it.
func (l *RecentLoader) Recent() *Recent {
	r := l.whole
	if l.tail.turn != r.turn {
		return &r
	}
	for _, id := range l.tail.ids {
		r.add(id)
	}
	r.tail = uint8(len(l.tail.ids))
	return &r
}
