package dedup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// A page is written as: a version byte (1), a form byte, the page number as
// varint, and the seconds that are set, either as a count and the gaps between
// them (all varints) or as a bitmap of 128 bytes, whichever is shorter; then a
// fingerprint byte for each.
const (
	pageVersion = 1
	formGaps    = 0
	formBitmap  = 1
	bitmapBytes = words * 8
)

// ErrPage says that bytes are not a page of the given slot.
var ErrPage = errors.New("not a page of the dedup window")

// AppendPage adds the page of a slot that holds one, or the tail, to dst.
func (w *Window) AppendPage(dst []byte, slot int) []byte {
	if slot == TailSlot {
		return w.tail.append(dst)
	}
	p := w.pages[slot]
	head := len(dst)
	dst = append(dst, pageVersion, formGaps)
	dst = binary.AppendVarint(dst, p.number)
	seconds := len(dst)
	dst = binary.AppendUvarint(dst, uint64(len(p.prints)))
	last := -1
	for i, b := range p.bits {
		for ; b != 0; b &= b - 1 {
			at := i*64 + bits.TrailingZeros64(b)
			dst = binary.AppendUvarint(dst, uint64(at-last-1))
			last = at
		}
	}
	if len(dst)-seconds > bitmapBytes {
		dst[head+1] = formBitmap
		dst = dst[:seconds]
		for _, b := range p.bits {
			dst = binary.LittleEndian.AppendUint64(dst, b)
		}
	}
	return append(dst, p.prints...)
}

// LoadPage puts what AppendPage wrote back into its slot, in any order of slots.
// A slot keeps the newer of two pages.
func (w *Window) LoadPage(slot int, b []byte) (err error) {
	if slot == TailSlot {
		if w.tail, err = parseTail(b); err == nil {
			w.applyTail()
		}
		return err
	}
	p, err := parsePage(b)
	if err != nil {
		return err
	}
	if slot < 0 || slot >= Slots || p.number%Slots != int64(slot) {
		return fmt.Errorf("%w: page %d in slot %d", ErrPage, p.number, slot)
	}
	if old := w.pages[slot]; old == nil || old.number <= p.number {
		w.pages[slot] = p
	}
	w.applyTail()
	w.newest = max(w.newest, p.number+1)
	return nil
}

func parsePage(b []byte) (*page, error) {
	if len(b) < 2 || b[0] != pageVersion {
		return nil, fmt.Errorf("%w: want version %d", ErrPage, pageVersion)
	}
	form, b := b[1], b[2:]
	number, n := binary.Varint(b)
	if n <= 0 || number < 0 {
		return nil, fmt.Errorf("%w: bad page number", ErrPage)
	}
	p := &page{number: number}
	b = b[n:]
	switch {
	case form == formGaps:
		rest, err := p.parseGaps(b)
		if err != nil {
			return nil, err
		}
		b = rest
	case form == formBitmap && len(b) >= bitmapBytes:
		for i := range p.bits {
			p.bits[i] = binary.LittleEndian.Uint64(b[i*8:])
		}
		b = b[bitmapBytes:]
	default:
		return nil, fmt.Errorf("%w: bad form %d or cut off", ErrPage, form)
	}
	set := 0
	for _, w := range p.bits {
		set += bits.OnesCount64(w)
	}
	if len(b) != set {
		return nil, fmt.Errorf("%w: %d fingerprints for %d seconds", ErrPage, len(b), set)
	}
	p.prints = append([]byte(nil), b...)
	return p, nil
}

func (p *page) parseGaps(b []byte) (rest []byte, err error) {
	count, n := binary.Uvarint(b)
	if n <= 0 || count > pageSeconds {
		return nil, fmt.Errorf("%w: bad count", ErrPage)
	}
	b = b[n:]
	at := -1
	for range count {
		gap, n := binary.Uvarint(b)
		if n <= 0 || gap >= pageSeconds || at+1+int(gap) >= pageSeconds {
			return nil, fmt.Errorf("%w: bad gap", ErrPage)
		}
		at += 1 + int(gap)
		p.bits[at/64] |= 1 << (at % 64)
		b = b[n:]
	}
	return b, nil
}
