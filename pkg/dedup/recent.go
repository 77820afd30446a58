package dedup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// RecentSize is how many identities a Recent keeps.
const RecentSize = 32

// A Recent keeps the last RecentSize identities of a device's items. It
// absorbs what a collector delivers again after a crash, which is no older
// than the requests that were under way. The zero Recent has seen none.
type Recent struct {
	ids  []uint64 // a ring once it is full
	next int      // where the next goes in a full ring
}

// Seen tells whether an identity is among the last.
func (r *Recent) Seen(id uint64) bool { return slices.Contains(r.ids, id) }

// With gives a Recent that has seen one more identity; r stays as it is.
func (r *Recent) With(id uint64) *Recent {
	c := &Recent{next: r.next, ids: make([]uint64, len(r.ids), min(RecentSize, len(r.ids)+1))}
	copy(c.ids, r.ids)
	if len(c.ids) < RecentSize {
		c.ids = append(c.ids, id)
		return c
	}
	c.ids[c.next] = id
	c.next = (c.next + 1) % RecentSize
	return c
}

const recentVersion = 1

// ErrRecent says that bytes are not a Recent.
var ErrRecent = errors.New("not the recent identities of a device")

// Append adds the identities, oldest first, to dst.
func (r *Recent) Append(dst []byte) []byte {
	dst = append(dst, recentVersion)
	for i := range r.ids {
		dst = binary.LittleEndian.AppendUint64(dst, r.ids[(r.next+i)%len(r.ids)])
	}
	return dst
}

// ParseRecent reads what Append wrote.
func ParseRecent(b []byte) (*Recent, error) {
	if len(b)%8 != 1 || b[0] != recentVersion || len(b)/8 > RecentSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrRecent, len(b))
	}
	r := &Recent{}
	for b = b[1:]; len(b) > 0; b = b[8:] {
		r.ids = append(r.ids, binary.LittleEndian.Uint64(b))
	}
	return r, nil
}
