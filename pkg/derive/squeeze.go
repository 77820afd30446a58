package derive

import (
	"encoding/binary"
	"fmt"
)

// The detectors' states name the same places and times over and over. squeeze
// writes what was there before as a reference to it. Its form is a row of
//
//	1        upper 4 bits: number of literals; lower: length of the match less 3
//	uvarint  where one of them is 15: what is to be added, literals first
//	         the literals
//	uvarint  how far back the match starts
//
// of which the last ends after its literals.
const (
	minMatch    = 3
	maxNibble   = 15
	maxSqueezed = 1 << 20 // bytes that are taken back at most
	matchBits   = 10
)

// squeeze adds b to dst.
func squeeze(dst, b []byte) []byte {
	var last [1 << matchBits]uint16 // where three bytes of a hash were last, plus 1
	literals := 0                   // where those start that are not written yet
	for at := 0; at+minMatch <= len(b) && at < 1<<16-1; {
		h := hash3(b[at:])
		from := int(last[h]) - 1
		last[h] = uint16(at + 1)
		n := 0
		if from >= 0 {
			n = matching(b[from:], b[at:])
		}
		if n < minMatch {
			at++
			continue
		}
		dst = appendRun(dst, b[literals:at], n-minMatch)
		dst = binary.AppendUvarint(dst, uint64(at-from))
		for i := at + 1; i < at+n && i+minMatch <= len(b) && i < 1<<16-1; i++ {
			last[hash3(b[i:])] = uint16(i + 1)
		}
		at += n
		literals = at
	}
	return appendRun(dst, b[literals:], 0)
}

func hash3(b []byte) uint32 {
	return (uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16) * 0x9e3779b1 >> (32 - matchBits)
}

func matching(a, b []byte) (n int) {
	for n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func appendRun(dst, literals []byte, match int) []byte {
	dst = append(dst, byte(min(len(literals), maxNibble)<<4|min(match, maxNibble)))
	for _, n := range [...]int{len(literals), match} {
		if n >= maxNibble {
			dst = binary.AppendUvarint(dst, uint64(n-maxNibble))
		}
	}
	return append(dst, literals...)
}

// unsqueeze gives what squeeze was given.
func unsqueeze(b []byte) ([]byte, error) {
	u := unpacker{b: b}
	out := make([]byte, 0, len(b)+len(b)/2)
	for {
		run := u.byte()
		literals, match := u.nibble(run>>4), u.nibble(run&maxNibble)+minMatch
		out = append(out, u.bytes(literals)...)
		if u.err != nil || len(u.b) == 0 {
			return out, u.err
		}
		back := u.uvarint()
		if back == 0 || back > uint64(len(out)) || match > maxSqueezed || len(out) > maxSqueezed {
			return nil, fmt.Errorf("%w: a match of %d bytes %d back at %d", errPacked, match, back, len(out))
		}
		for n := int(match); n > 0; { // what a match is of may begin within it
			from := len(out) - int(back)
			part := out[from : from+min(n, int(back))]
			out = append(out, part...)
			n -= len(part)
		}
	}
}

// nibble is a number of which four bits were read.
func (u *unpacker) nibble(n byte) uint64 {
	if n < maxNibble {
		return uint64(n)
	}
	more := u.uvarint()
	if more > maxSqueezed {
		u.fail()
		return 0
	}
	return more + maxNibble
}
