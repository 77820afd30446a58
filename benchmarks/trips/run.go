package main

import (
	"cmp"
	"slices"

	"github.com/odograph/odograph/pkg/timeline"
	"github.com/odograph/odograph/pkg/trip"
)

// maxObservableGapS is the longest gap in which a harsh event is measured
// (driving.md).
const maxObservableGapS = 3

// found is what was found in a trace, the last that was told of each.
type found struct {
	trips []trip.Trip
	stops []trip.Stop
	told  int // how often
}

// longestS and fastestKMH (by the average) are for what cannot be.
func (f *found) longestS() (longest int64) {
	for i := range f.trips {
		longest = max(longest, f.trips[i].End-f.trips[i].Start)
	}
	return longest
}

func (f *found) fastestKMH() (fastest float64) {
	for i := range f.trips {
		t := &f.trips[i]
		fastest = max(fastest, t.DistanceM/float64(t.End-t.Start)*3.6)
	}
	return fastest
}

func (f *found) distanceM() (sum float64) {
	for i := range f.trips {
		sum += f.trips[i].DistanceM
	}
	return sum
}

// detect runs a trace through the detector.
func detect(r *trip.Rules, fixes []timeline.Fix) found {
	trips, stops := map[int64]trip.Trip{}, map[int64]trip.Stop{}
	var res found
	out := trip.Out{
		Trip: func(t *trip.Trip) { trips[t.Start] = *t; res.told++ },
		Stop: func(s *trip.Stop) { stops[s.Start] = *s; res.told++ },
	}
	var s trip.State
	for i := range fixes {
		s.Fix(r, &fixes[i], i > 0 && fixes[i].Time-fixes[i-1].Time <= maxObservableGapS, &out)
	}
	// A sign of life long after, so that what goes on at the end of a trace ends.
	if n := len(fixes); n > 0 {
		s.Mark(r, &timeline.Mark{Time: fixes[n-1].Time + r.BridgeGapS + 1, Kind: timeline.MarkContact}, &out)
	}
	for _, t := range trips {
		res.trips = append(res.trips, t)
	}
	for _, p := range stops {
		res.stops = append(res.stops, p)
	}
	slices.SortFunc(res.trips, func(a, b trip.Trip) int { return cmp.Compare(a.Start, b.Start) })
	slices.SortFunc(res.stops, func(a, b trip.Stop) int { return cmp.Compare(a.Start, b.Start) })
	return res
}
