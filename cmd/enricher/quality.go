package main

import (
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/track"
)

const (
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

// judge compares a fix with the head of its device: the flag that follows and
// the head after it. Only a fix that is newer than the head is judged and moves
// it, so a late fix never does; a fix that is doubtful by itself never does
// either.
func judge(h track.Head, f *schema.Fix) (schema.Quality, track.Head) {
	if len(f.Quality) > 0 && !onlyHarmless(f.Quality) {
		return "", h
	}
	moving := f.SpeedKMH.Valid && f.SpeedKMH.Value >= movingKMH
	verdict, next := h.Judge(track.Point{Second: f.FixTime.Unix(), Lat: f.Lat, Lng: f.Lng}, moving)
	switch verdict {
	case track.Jump:
		return schema.QualityJump, next
	case track.Stuck:
		return schema.QualityRepeatedPosition, next
	}
	return "", next
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
