package main

import (
	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// A point is a place at a second since 1970; second 0 is no point.
type point struct {
	second   int64
	lat, lng float64
}

// A head is the newest position of a device that is believed, and a position
// that contradicts it but may turn out to be the true one.
type head struct {
	trusted, suspect point
	confirmed        uint8 // fixes that agree with the suspect
}

const (
	// jumpKMH is faster than any road vehicle, jumpM further than GPS noise.
	jumpKMH = 400
	jumpM   = 1000

	// confirmations make a suspect the trusted position: a device whose first
	// fix was wrong must not be flagged for ever.
	confirmations = 3

	// movingKMH is a speed at which two fixes cannot share a position.
	movingKMH = 10
)

// Bits of a position's status, platform-facts 2.1.
const (
	statusPositioned = 1 << 1
	statusSouth      = 1 << 2
	statusWest       = 1 << 3
)

// flags are the quality flags that a fix shows by itself.
func flags(f *schema.Fix) []schema.Quality {
	q := f.Quality
	if f.Lat == 0 && f.Lng == 0 {
		q = append(q, schema.QualityZeroPosition)
	}
	switch f.PosType {
	case schema.PosLBS:
		q = append(q, schema.QualityLBS)
	case schema.PosWiFi:
		q = append(q, schema.QualityWiFi)
	}
	if noFix(f) {
		q = append(q, schema.QualityNoFix)
	}
	if f.FixTime.After(f.ReceivedTime) {
		q = append(q, schema.QualityFuture)
	}
	if s := f.Status; s.Valid && (f.Lat > 0 && s.Value&statusSouth != 0 || f.Lng > 0 && s.Value&statusWest != 0) {
		q = append(q, schema.QualityHemisphere)
	}
	if repeatsOldPosition(f) {
		q = append(q, schema.QualityRepeatedPosition)
	}
	return q
}

func noFix(f *schema.Fix) bool {
	if f.Status.Valid && f.Status.Value != 0 && f.Status.Value&statusPositioned == 0 {
		return true
	}
	return f.PosType == schema.PosGPS && f.Satellites.Valid && f.Satellites.Value == 0
}

// repeatsOldPosition tells by the upload's reason that the coordinates may be
// old ones sent again, platform-facts 2.1.
func repeatsOldPosition(f *schema.Fix) bool {
	if !f.PostMethod.Valid {
		return false
	}
	switch f.PostMethod.Value {
	case 4, 5, 10, 13, 14:
		return true
	}
	return false
}

// judge compares a fix with the head of its device: the flags that follow and
// the head after it. Only a fix that is newer than the head is judged and moves
// it, so a late fix never does; a fix that is doubtful by itself never does
// either.
func (h head) judge(f *schema.Fix) (schema.Quality, head) {
	at := point{f.FixTime.Unix(), f.Lat, f.Lng}
	doubtful := len(f.Quality) > 0 && !onlyHarmless(f.Quality)
	if doubtful || at.second <= h.trusted.second {
		return "", h
	}
	if !jump(h.trusted, at) {
		var q schema.Quality
		if stuck(h.trusted, f) {
			q = schema.QualityRepeatedPosition
		}
		return q, head{trusted: at}
	}
	next := head{trusted: h.trusted, suspect: at, confirmed: 1}
	if h.suspect.second != 0 && at.second > h.suspect.second && !jump(h.suspect, at) {
		next.confirmed = h.confirmed
		if !stuck(h.suspect, f) { // the same wrong position again confirms nothing
			next.confirmed++
		}
	}
	if next.confirmed > confirmations {
		return "", head{trusted: at}
	}
	return schema.QualityJump, next
}

// stuck tells that a fix repeats a position though the vehicle moves.
func stuck(before point, f *schema.Fix) bool {
	return f.Lat == before.lat && f.Lng == before.lng && f.SpeedKMH.Valid && f.SpeedKMH.Value >= movingKMH
}

// onlyHarmless: these flags do not cast doubt on the position.
func onlyHarmless(q []schema.Quality) bool {
	for _, f := range q {
		if f != schema.QualityFuture && f != schema.QualityFieldInvalid && f != schema.QualityUnverified {
			return false
		}
	}
	return true
}

// jump tells that no road vehicle gets from a to b.
func jump(a, b point) bool {
	if a.second == 0 {
		return false
	}
	d := geo.DistanceM(a.lat, a.lng, b.lat, b.lng)
	return d > jumpM && d/float64(b.second-a.second)*3.6 > jumpKMH
}
