package timeline

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
)

// A Log is written as chunks, each in a slot of its own that stays the same as
// long as the chunk is there. Slot tailSlot is the end of the newest chunk.
//
// Both forms start with a version byte and a checksum (the lower 16 bits of
// CRC-32C, little-endian). A chunk goes on with its number of entries (uvarint),
// the time of its first entry (varint, seconds since 1970), and the bits of the
// entries; its checksum is over all of that. A tail goes on with the number of
// entries (uvarint) and their bits; its checksum is over the checksum of the
// chunk that it continues and all of that. Where the last byte of the chunk is not
// full, the first byte of the tail replaces it.
const (
	tailVersion = 2 // that of a chunk is its form
	checkBytes  = 2
	headBytes   = 1 + checkBytes
	tailSlot    = 0
	maxSlot     = 1 << 20
)

// ErrChunk says that bytes are not a chunk of a Log.
var ErrChunk = errors.New("not a chunk of a timeline")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum of b that goes on from another.
func checksum(from uint16, b []byte) uint16 { return uint16(crc32.Update(uint32(from), castagnoli, b)) }

// Dirty calls f for each slot that changed since the fork.
func (l *Log) Dirty(f func(slot int)) {
	if l.tails {
		f(tailSlot)
	}
	for _, slot := range l.dirty {
		f(int(slot))
	}
}

// AppendChunk adds the chunk in a slot to dst. It says false, and adds nothing,
// if the slot is empty: what was written of it before must be deleted.
func (l *Log) AppendChunk(dst []byte, slot int) ([]byte, bool) {
	if slot == tailSlot {
		return l.open.appendTail(dst)
	}
	if l.open.slot == int32(slot) {
		return l.open.append(dst), true
	}
	for i := range l.closed {
		if l.closed[i].slot == int32(slot) {
			return l.closed[i].append(dst), true
		}
	}
	return dst, false
}

func (c *chunk) append(dst []byte) []byte {
	head := len(dst)
	dst = append(dst, byte(c.form), 0, 0)
	dst = binary.AppendUvarint(dst, uint64(c.count))
	dst = binary.AppendVarint(dst, c.first)
	dst = append(dst, c.bits...)
	return seal(dst, head, 0)
}

func seal(b []byte, head int, from uint16) []byte {
	binary.LittleEndian.PutUint16(b[head+1:], checksum(from, b[head+headBytes:]))
	return b
}

// check is the checksum with which the chunk is written.
func (c *chunk) check() uint16 {
	var buf [maxChunkBytes + 4*tailBytes]byte
	return binary.LittleEndian.Uint16(c.append(buf[:0])[1:])
}

func (o *open) appendTail(dst []byte) ([]byte, bool) {
	if o.slot == 0 || o.n == o.count {
		return dst, false
	}
	head := len(dst)
	dst = append(dst, tailVersion, 0, 0)
	dst = binary.AppendUvarint(dst, uint64(o.n-o.count))
	dst = append(dst, o.tail[:o.tailLen]...)
	if o.restBits > 0 {
		dst = append(dst, o.rest)
	}
	return seal(dst, head, o.sum), true
}

// A Loader puts a Log together from what AppendChunk wrote. The zero Loader is
// ready for use.
type Loader struct {
	chunks []chunk
	tail   []byte
}

// Load takes what was last written of a slot, in any order of slots; nil where
// it was deleted. What was loaded for the slot before is forgotten.
func (d *Loader) Load(slot int, b []byte) error {
	if slot < 0 || slot > maxSlot {
		return fmt.Errorf("%w: slot %d", ErrChunk, slot)
	}
	if slot == tailSlot {
		d.tail = slices.Clone(b)
		return nil
	}
	d.chunks = slices.DeleteFunc(d.chunks, func(c chunk) bool { return c.slot == int32(slot) })
	if b == nil {
		return nil
	}
	c, err := parseChunk(b)
	if err != nil {
		return err
	}
	c.slot = int32(slot)
	d.chunks = append(d.chunks, c)
	return nil
}

func opened(b []byte, version byte, from uint16) ([]byte, error) {
	if len(b) < headBytes || b[0] != version {
		return nil, fmt.Errorf("%w: want version %d", ErrChunk, version)
	}
	if binary.LittleEndian.Uint16(b[1:]) != checksum(from, b[headBytes:]) {
		return nil, fmt.Errorf("%w: wrong checksum", ErrChunk)
	}
	return b[headBytes:], nil
}

func parseChunk(b []byte) (chunk, error) {
	f := form2
	if len(b) > 0 && form(b[0]) == form1 {
		f = form1
	}
	b, err := opened(b, byte(f), 0)
	if err != nil {
		return chunk{}, err
	}
	count, n := binary.Uvarint(b)
	if n <= 0 {
		return chunk{}, fmt.Errorf("%w: no count", ErrChunk)
	}
	b = b[n:]
	first, n := binary.Varint(b)
	if n <= 0 {
		return chunk{}, fmt.Errorf("%w: no time", ErrChunk)
	}
	b = b[n:]
	if count == 0 || count > uint64(len(b))*8 { // an entry takes a bit at least
		return chunk{}, fmt.Errorf("%w: %d entries in %d bytes", ErrChunk, count, len(b))
	}
	return chunk{first: first, form: f, count: int32(count), bits: string(b)}, nil
}

// Log gives the Log when all of its slots are loaded.
func (d *Loader) Log() (Log, error) {
	if len(d.chunks) == 0 {
		if d.tail != nil {
			return Log{}, fmt.Errorf("%w: a tail of nothing", ErrChunk)
		}
		return Log{}, nil
	}
	slices.SortFunc(d.chunks, func(a, b chunk) int { return cmp.Compare(a.first, b.first) })
	var l Log
	for i := range d.chunks {
		l.count += int(d.chunks[i].count)
		if i > 0 && d.chunks[i-1].first == d.chunks[i].first {
			return Log{}, fmt.Errorf("%w: slots %d and %d overlap", ErrChunk, d.chunks[i-1].slot, d.chunks[i].slot)
		}
	}
	last := len(d.chunks) - 1
	l.closed = slices.Clone(d.chunks[:last])
	l.open.chunk = d.chunks[last]
	if l.open.backToWhole() < int(l.open.count) {
		return Log{}, fmt.Errorf("%w: slot %d is cut off or too long", ErrChunk, l.open.slot)
	}
	if d.tail != nil {
		if err := l.loadTail(d.tail); err != nil {
			return Log{}, err
		}
	}
	return l, nil
}

func (l *Log) loadTail(b []byte) error {
	o := &l.open
	b, err := opened(b, tailVersion, o.sum)
	if err != nil {
		return fmt.Errorf("tail of slot %d: %w", o.slot, err)
	}
	n, used := binary.Uvarint(b)
	if used <= 0 || n == 0 || n > uint64(len(b))*8 || len(b) > used+tailBytes+1 {
		return fmt.Errorf("%w: a tail of %d entries in %d bytes", ErrChunk, n, len(b))
	}
	return l.addTail(b[used:], o.count+int32(n))
}

// addTail makes the open chunk go on with the bits of a tail up to n entries.
func (l *Log) addTail(b []byte, n int32) error {
	o := &l.open
	all := o.bits
	if o.partial {
		all = all[:len(all)-1]
	}
	c := chunk{first: o.first, form: o.form, count: n, bits: all + string(b)}
	var d decoder
	d.start(&c)
	for d.next() {
	}
	if d.bits.bad || d.left > 0 {
		return fmt.Errorf("%w: a tail that is cut off", ErrChunk)
	}
	rest := d.bits.used(len(c.bits)) % 8
	o.state, o.restBits, o.rest = d.state, uint8(rest), 0
	if rest > 0 && len(b) > 0 {
		o.rest, b = b[len(b)-1], b[:len(b)-1]
	}
	if len(b) > tailBytes {
		return fmt.Errorf("%w: a tail that is too long", ErrChunk)
	}
	o.tailLen = uint8(copy(o.tail[:], b))
	l.count += int(n - o.n)
	o.n = n
	return nil
}
