package timeline

import (
	"encoding/binary"
	"math/bits"
)

// A bitWriter puts bits into bytes, the lowest bit of a byte first. It keeps the
// last bytes in an array, so that few bits need no memory of their own.
type bitWriter struct {
	more []byte // bytes before those of last
	last [spill + 8]byte
	size int    // bytes in last
	acc  uint64 // bits that do not fill a byte yet
	n    uint   // how many: less than 8 between calls
}

const spill = 64

// put adds the lowest n bits of v, which has no others; n is at most 56.
func (w *bitWriter) put(v uint64, n uint) {
	w.acc |= v << w.n
	w.n += n
	if w.size >= spill {
		w.more = append(w.more, w.last[:w.size]...)
		w.size = 0
	}
	binary.LittleEndian.PutUint64(w.last[w.size:], w.acc)
	w.size += int(w.n >> 3)
	w.acc >>= w.n &^ 7
	w.n &= 7
}

func (w *bitWriter) putBit(set bool) {
	if set {
		w.put(1, 1)
		return
	}
	w.put(0, 1)
}

func (w *bitWriter) put64(v uint64) {
	w.put(v&(1<<32-1), 32)
	w.put(v>>32, 32)
}

// whole is the number of bytes that are full.
func (w *bitWriter) whole() int { return len(w.more) + w.size }

// appendWhole adds the bytes that are full to dst.
func (w *bitWriter) appendWhole(dst []byte) []byte {
	return append(append(dst, w.more...), w.last[:w.size]...)
}

// append adds all bits to dst, the last byte filled up with zeros.
func (w *bitWriter) append(dst []byte) []byte {
	dst = w.appendWhole(dst)
	if w.n > 0 {
		dst = append(dst, byte(w.acc))
	}
	return dst
}

const (
	riceQuotients = 12 // a quotient from here on is an escape
	maxRiceShift  = 24
	maxWideSize   = 33 // bits below the highest of a number in the wide code
)

// putRice writes u in the Golomb-Rice code with k low bits: the rest of u in
// ones and a zero, then the low bits. What is much larger than 2^k is written as
// riceQuotients ones, its length in 6 bits, and itself.
func (w *bitWriter) putRice(u uint64, k uint) {
	if q := u >> k; q < riceQuotients {
		w.put(1<<q-1, uint(q)+1)
		w.put(u&(1<<k-1), k)
		return
	}
	w.put(1<<riceQuotients-1, riceQuotients)
	size := uint(bits.Len64(u))
	w.put(uint64(size-1), 6)
	if size > 32 {
		w.put(u&(1<<32-1), 32)
		u >>= 32
		size -= 32
	}
	w.put(u, size)
}

// putWide writes u in the Exp-Golomb code with k low bits: for numbers that are
// mostly small and seldom very large. u is less than 2^32.
func (w *bitWriter) putWide(u uint64, k uint) {
	v := u + 1<<k
	size := uint(bits.Len64(v)) - 1
	w.put(1<<(size-k)-1, size-k+1)
	w.put(v&(1<<size-1), size)
}

// A bitReader reads what a bitWriter wrote. Past the end it gives zeros and is
// bad from then on.
type bitReader struct {
	b   string // what was not taken into acc yet
	acc uint64
	n   uint // bits in acc
	bad bool
}

// fill gets at least 56 bits into acc if there are any more.
func (r *bitReader) fill() {
	if len(r.b) >= 8 {
		r.acc |= load64(r.b) << r.n
		whole := (63 - r.n) >> 3
		r.b = r.b[whole:]
		r.n += whole * 8
		// Bits above n are those of the next byte; they are or-ed again later.
		return
	}
	r.acc &= 1<<r.n - 1
	for r.n <= 56 && len(r.b) > 0 {
		r.acc |= uint64(r.b[0]) << r.n
		r.b = r.b[1:]
		r.n += 8
	}
}

func load64(b string) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// take drops n bits that were looked at.
func (r *bitReader) take(n uint) {
	if n > r.n {
		r.bad, r.acc, r.n = true, 0, 0
		return
	}
	r.acc >>= n
	r.n -= n
}

// get reads n bits, at most 56.
func (r *bitReader) get(n uint) uint64 {
	if r.n < n {
		r.fill()
	}
	v := r.acc & (1<<n - 1)
	r.take(n)
	return v
}

func (r *bitReader) bit() bool { return r.get(1) != 0 }

// prefix reads up to most zeros that a one ends, and tells how many.
func (r *bitReader) prefix(most uint) uint {
	if r.n < most {
		r.fill()
	}
	zeros := uint(bits.TrailingZeros64(r.acc | 1<<most))
	r.take(min(zeros+1, most))
	return zeros
}

func (r *bitReader) get64() uint64 {
	low := r.get(32)
	return low | r.get(32)<<32
}

func (r *bitReader) rice(k uint) uint64 {
	if r.n < riceQuotients+maxRiceShift {
		r.fill()
	}
	q := uint(bits.TrailingZeros64(^r.acc))
	if q < riceQuotients {
		v := uint64(q)<<k | r.acc>>(q+1)&(1<<k-1)
		r.take(q + 1 + k)
		return v
	}
	r.take(riceQuotients)
	size := uint(r.get(6)) + 1
	if size <= 32 {
		return r.get(size)
	}
	low := r.get(32)
	return low | r.get(size-32)<<32
}

func (r *bitReader) wide(k uint) uint64 {
	if r.n <= maxWideSize {
		r.fill()
	}
	more := uint(bits.TrailingZeros64(^r.acc))
	size := k + more
	if size > maxWideSize {
		r.bad = true
		return 0
	}
	r.take(more + 1)
	return r.get(size) | 1<<size - 1<<k
}

// zigzag maps small numbers of either sign to small ones: 0, -1, 1, -2, 2 ...
func zigzag(v int64) uint64   { return uint64(v)<<1 ^ uint64(v>>63) }
func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

// used is the number of bits taken of size bytes.
func (r *bitReader) used(size int) int { return (size-len(r.b))*8 - int(r.n) }
