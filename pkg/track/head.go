// Package track tells which positions of a device can be believed: no road
// vehicle gets from the last believed one to a jump.
package track

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/odograph/odograph/pkg/geo"
)

const (
	// jumpKMH is faster than any road vehicle, jumpM further than GPS noise.
	jumpKMH = 400
	jumpM   = 1000

	// nearDeg of latitude and longitude are nearer than jumpM anywhere.
	nearDeg = 0.006

	// confirmations make a suspect the trusted position: a device whose first
	// fix was wrong must not be flagged for ever.
	confirmations = 3
)

// A Point is a place at a second since 1970; second 0 is no point.
type Point struct {
	Second   int64
	Lat, Lng float64 // degrees, WGS-84
}

// A Head is the newest position of a device that is believed, and a position
// that contradicts it but may turn out to be the true one. The zero Head has
// seen none.
type Head struct {
	Trusted, Suspect Point
	Confirmed        uint8 // positions that agree with the suspect
}

// A Verdict says what a position is beside the ones before it.
type Verdict uint8

// The verdicts.
const (
	Believed Verdict = iota
	Stuck            // believed, but the same as before though the vehicle moves
	Jump             // not believed
	Past             // no newer than the trusted one: nothing is said of it
	Moved            // believed at last, since others agree with it, though no vehicle gets there from the ones before
)

// Judge compares a position with the head: what it is, and the head after it.
// Only one that is newer than the head is judged and moves it. moving says that
// the device reports a speed at which two fixes cannot share a position.
func (h Head) Judge(at Point, moving bool) (Verdict, Head) {
	if at.Second <= h.Trusted.Second {
		return Past, h
	}
	if !jump(h.Trusted, at) {
		if moving && samePlace(h.Trusted, at) {
			return Stuck, Head{Trusted: at}
		}
		return Believed, Head{Trusted: at}
	}
	next := Head{Trusted: h.Trusted, Suspect: at, Confirmed: 1}
	if h.Suspect.Second != 0 && at.Second > h.Suspect.Second && !jump(h.Suspect, at) {
		next.Confirmed = h.Confirmed
		if !moving || !samePlace(h.Suspect, at) { // the same wrong position again confirms nothing
			next.Confirmed++
		}
	}
	if next.Confirmed > confirmations {
		return Moved, Head{Trusted: at}
	}
	return Jump, next
}

func samePlace(a, b Point) bool { return a.Lat == b.Lat && a.Lng == b.Lng }

// jump tells that no road vehicle gets from a to b.
func jump(a, b Point) bool {
	if a.Second == 0 || math.Abs(a.Lat-b.Lat) < nearDeg && math.Abs(a.Lng-b.Lng) < nearDeg {
		return false
	}
	d := geo.DistanceM(a.Lat, a.Lng, b.Lat, b.Lng)
	return d > jumpM && d/float64(b.Second-a.Second)*3.6 > jumpKMH
}

const headVersion = 1

// ErrHead says that bytes are not a Head.
var ErrHead = errors.New("not the head of a device's track")

// Append adds the head to dst.
func (h *Head) Append(dst []byte) []byte {
	dst = append(dst, headVersion, h.Confirmed)
	for _, p := range [...]Point{h.Trusted, h.Suspect} {
		dst = binary.AppendVarint(dst, p.Second)
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(p.Lat))
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(p.Lng))
	}
	return dst
}

// Decode reads what Append wrote and gives what stands behind it.
func (h *Head) Decode(b []byte) (rest []byte, err error) {
	if len(b) < 2 || b[0] != headVersion {
		return nil, fmt.Errorf("%w: %d bytes", ErrHead, len(b))
	}
	h.Confirmed, b = b[1], b[2:]
	for _, p := range [...]*Point{&h.Trusted, &h.Suspect} {
		second, n := binary.Varint(b)
		if n <= 0 || len(b) < n+16 {
			return nil, fmt.Errorf("%w: cut off", ErrHead)
		}
		p.Second = second
		p.Lat = math.Float64frombits(binary.LittleEndian.Uint64(b[n:]))
		p.Lng = math.Float64frombits(binary.LittleEndian.Uint64(b[n+8:]))
		b = b[n+16:]
	}
	return b, nil
}
