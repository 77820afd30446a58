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

// A Head is written as: a version byte (2), a byte with the confirmations and
// suspectBit, and the points: the trusted one, then the suspect where there is
// one. A point is a form byte, its second as varint, and both coordinates: as
// varints in 1e-7 degree where that is exact, as it is for what trackers send,
// else in 8 bytes each. Version 1 had both points, of 8 bytes a coordinate.
const (
	headVersion = 2
	suspectBit  = 0x80

	formFloat = 0
	formE7    = 1
)

// ErrHead says that bytes are not a Head.
var ErrHead = errors.New("not the head of a device's track")

// Append adds the head to dst.
func (h *Head) Append(dst []byte) []byte {
	flags := h.Confirmed &^ suspectBit
	if h.Suspect == (Point{}) {
		return h.Trusted.append(append(dst, headVersion, flags))
	}
	return h.Suspect.append(h.Trusted.append(append(dst, headVersion, flags|suspectBit)))
}

func (p *Point) append(dst []byte) []byte {
	lat, lng := math.Round(p.Lat*1e7), math.Round(p.Lng*1e7)
	if lat/1e7 == p.Lat && lng/1e7 == p.Lng && math.Abs(lat) < 1<<53 && math.Abs(lng) < 1<<53 {
		dst = binary.AppendVarint(append(dst, formE7), p.Second)
		return binary.AppendVarint(binary.AppendVarint(dst, int64(lat)), int64(lng))
	}
	dst = binary.AppendVarint(append(dst, formFloat), p.Second)
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(p.Lat))
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(p.Lng))
}

// Decode reads what Append wrote and gives what stands behind it.
func (h *Head) Decode(b []byte) (rest []byte, err error) {
	if len(b) < 2 || b[0] < 1 || b[0] > headVersion {
		return nil, fmt.Errorf("%w: %d bytes", ErrHead, len(b))
	}
	version, flags := b[0], b[1]
	b = b[2:]
	n := Head{Confirmed: flags &^ suspectBit}
	points := []*Point{&n.Trusted, &n.Suspect}
	if version > 1 && flags&suspectBit == 0 {
		points = points[:1]
	}
	for _, p := range points {
		form := byte(formFloat)
		if version > 1 {
			if len(b) == 0 {
				return nil, fmt.Errorf("%w: cut off", ErrHead)
			}
			form, b = b[0], b[1:]
		}
		if b, err = p.decode(form, b); err != nil {
			return nil, err
		}
	}
	*h = n
	return b, nil
}

func (p *Point) decode(form byte, b []byte) (rest []byte, err error) {
	var numbers [3]int64
	count := 1
	if form == formE7 {
		count = 3
	}
	for i := range count {
		v, n := binary.Varint(b)
		if n <= 0 {
			return nil, fmt.Errorf("%w: cut off", ErrHead)
		}
		numbers[i], b = v, b[n:]
	}
	p.Second = numbers[0]
	switch {
	case form == formE7:
		p.Lat, p.Lng = float64(numbers[1])/1e7, float64(numbers[2])/1e7
		return b, nil
	case form != formFloat || len(b) < 16:
		return nil, fmt.Errorf("%w: form %d, %d bytes", ErrHead, form, len(b))
	}
	p.Lat = math.Float64frombits(binary.LittleEndian.Uint64(b))
	p.Lng = math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))
	return b[16:], nil
}
