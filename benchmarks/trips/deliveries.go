package main

import (
	"github.com/odograph/odograph/pkg/trip"
)

// deliveryRules suit a van that stops every few minutes for less than one: what
// differs from the default rules.
func deliveryRules() trip.Rules {
	r := trip.DefaultRules()
	r.RestRadiusM, r.LeaveM, r.RestConfirmS = 25, 40, 15
	r.MinStopS = 20
	r.MinTripDistanceM, r.MinTripS = 60, 10
	return r
}

// lengths are the upper ends of the classes of true stops by length, seconds.
var lengths = []int64{30, 60, 120, 300, 1 << 40}

// A score says how what was found stands to the labels of goal_activity_a.
type score struct {
	rows, right       int // fixes, and those that lie on the right side: in a trip and no stop, or not
	driving, asDriven int // fixes that are Driving, and those of them that are taken so
	stops             [5]int
	found             [5]int // true stops of which at least half lies in stops found
	changes, near     int    // changes from Driving to OnFoot, and those with a stop that begins within nearS
	told, true        int    // stops found, and those that are at least half OnFoot
}

// nearS is three fixes.
const nearS = 15

// span is a stretch of time.
type span struct{ from, to int64 }

func (a span) overlap(b span) int64 { return max(0, min(a.to, b.to)-max(a.from, b.from)) }

// truth gives the stretches that are OnFoot; first is set where one is the first
// of its trace, so that no change begins it.
func truth(t *trace) (onFoot []span, first []bool) {
	for i := 0; i < len(t.fixes); {
		j := i
		for j+1 < len(t.fixes) && t.driving[j+1] == t.driving[i] {
			j++
		}
		if !t.driving[i] {
			to := t.fixes[min(j+1, len(t.fixes)-1)].Time
			onFoot = append(onFoot, span{t.fixes[i].Time, to})
			first = append(first, i == 0)
		}
		i = j + 1
	}
	return onFoot, first
}

func class(s span) int {
	for i, most := range lengths {
		if s.to-s.from <= most {
			return i
		}
	}
	return len(lengths) - 1
}

func (c *score) add(t *trace, f *found) {
	end := t.fixes[len(t.fixes)-1].Time
	stops := make([]span, 0, len(f.stops))
	for _, s := range f.stops {
		if s.Start < end {
			stops = append(stops, span{s.Start, min(s.End, end)})
		}
	}
	onFoot, first := truth(t)
	c.addRows(t, f, stops)
	for i, s := range onFoot {
		var covered int64
		near := false
		for _, p := range stops {
			covered += s.overlap(p)
			near = near || max(p.from-s.from, s.from-p.from) <= nearS
		}
		c.stops[class(s)]++
		if s.to > s.from && 2*covered >= s.to-s.from {
			c.found[class(s)]++
		}
		if !first[i] {
			c.changes++
			if near {
				c.near++
			}
		}
	}
	for _, p := range stops {
		var covered int64
		for _, s := range onFoot {
			covered += s.overlap(p)
		}
		c.told++
		if 2*covered >= p.to-p.from {
			c.true++
		}
	}
}

// addRows counts fixes: one is taken for Driving where it lies in a trip and in
// no stop.
func (c *score) addRows(t *trace, f *found, stops []span) {
	for i := range t.fixes {
		at := t.fixes[i].Time
		driven := false
		for _, j := range f.trips {
			driven = driven || j.Start <= at && at < j.End
		}
		for _, p := range stops {
			driven = driven && (at < p.from || at >= p.to)
		}
		c.rows++
		if driven == t.driving[i] {
			c.right++
		}
		if t.driving[i] {
			c.driving++
			if driven {
				c.asDriven++
			}
		}
	}
}
