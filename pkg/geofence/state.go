package geofence

import (
	"math"
	"slices"

	"github.com/odograph/odograph/pkg/timeline"
)

// MaxFences is how many fences a device can be in at once.
const MaxFences = 128

// A State is what is remembered of a device. The zero value is a device of which
// nothing was seen. It is a value: a copy is independent.
type State struct {
	alive    int64 // newest sign of life
	ignition int8  // 0: not known
	prev     point // the position that was judged last; of one at rest, its mean
	last     point // the newest fix that was trusted
	doubt    point // a fix that contradicts it, but may turn out to be the true one
	held     point // a fix away from the rest, while one is too little to say that it has ended
	rest     rest
	stride   stride
	fences   []fence // in the order of ids; written by the step alone that made them, see own
}

const (
	off int8 = 1
	on  int8 = 2
)

// Inside tells whether the device is in a fence, entering or leaving it.
func (s *State) Inside() bool { return len(s.fences) > 0 }

// A point is a position at a time; time 0 is no point.
type point struct {
	t        int64
	lat, lng int32 // 1e-6 degree
	dkmh     int32 // 0.1 km/h, or timeline.Unknown
}

// A fence is one that the device is not simply outside of.
type fence struct {
	id      string
	inside  bool // else it may be entering
	start   bool // entering, and the crossing was not seen
	told    bool // that it is inside
	unknown bool // whether it still is
	edge    bool // the last position was outside the edge
	n       int64
	since   int64    // first of the n fixes in a row, inside of one that is entering, else beyond the margin
	cross   crossing // that is not confirmed; at 0: none
	begin   int64    // when what was told began; of one that was not told, since when it was not
	known   int64    // since when it is known to be inside
	dwelt   int64    // longest dwell time that was told
}

// A crossing is where a way meets an edge.
type crossing struct {
	at       int64
	gapS     int64
	lat, lng int32
	dkmh     int32
}

// own makes the fences those of this step alone, so that it may write to them.
func (s *State) own(c *call) {
	if c.owns {
		return
	}
	own := make([]fence, len(s.fences), len(s.fences)+1)
	copy(own, s.fences)
	s.fences, c.owns = own, true
}

// set replaces a fence if it has changed.
func (s *State) set(c *call, i int, f *fence) {
	if s.fences[i] == *f {
		return
	}
	s.own(c)
	s.fences[i] = *f
}

func (s *State) drop(c *call, i int) {
	if len(s.fences) == 1 {
		s.fences = nil
		return
	}
	s.own(c)
	s.fences = slices.Delete(s.fences, i, i+1)
}

func (s *State) add(c *call, f *fence) {
	s.own(c)
	i := 0
	for i < len(s.fences) && s.fences[i].id < f.id {
		i++
	}
	s.fences = slices.Insert(s.fences, i, *f)
}

func (s *State) find(id string) int {
	for i := range s.fences {
		if s.fences[i].id == id {
			return i
		}
	}
	return -1
}

// metresE6 is 1e-6 degree of a great circle, in metres.
const metresE6 = math.Pi / 180 * 6_371_008.8 / 1e6

const halfTurnE6, turnE6 = 180_000_000, 360_000_000

// eastward is the shorter way from one longitude to another.
func eastward(from, to float64) float64 {
	d := to - from
	switch {
	case d > halfTurnE6:
		return d - turnE6
	case d < -halfTurnE6:
		return d + turnE6
	}
	return d
}

// cosine of a latitude, by its series: off by at most 3e-5.
func cosine(latE6 float64) float64 {
	x := latE6 * (math.Pi / 180 / 1e6)
	x *= x
	return 1 - x*(1./2)*(1-x*(1./12)*(1-x*(1./30)*(1-x*(1./56))))
}

// within tells whether two positions are no further apart than this, on the
// plane: right for all that is near, and for what is far it is far. Most are so
// near that the cosine is not needed.
func within(lat1, lng1, lat2, lng2, metres float64) bool {
	m, y, x := metres*(1/metresE6), lat2-lat1, lng2-lng1
	m *= m
	y *= y
	if x*x+y <= m {
		return true
	}
	if y > m {
		return false
	}
	x = eastward(lng1, lng2) * cosine((lat1+lat2)*0.5)
	return x*x+y <= m
}

func (p *point) within(q *point, metres float64) bool {
	return within(float64(p.lat), float64(p.lng), float64(q.lat), float64(q.lng), metres)
}

// toward is the position on the straight way from p to q after a share of it.
func (p *point) toward(q *point, share float64) (lat, lng int32) {
	x := float64(p.lng) + share*eastward(float64(p.lng), float64(q.lng))
	switch {
	case x >= halfTurnE6:
		x -= turnE6
	case x < -halfTurnE6:
		x += turnE6
	}
	return int32(math.Round(float64(p.lat) + share*float64(q.lat-p.lat))), int32(math.Round(x))
}

// put makes f a fix that a View may be asked about.
func (p *point) put(f *timeline.Fix) {
	f.Time, f.LatE6, f.LngE6, f.SpeedDKMH = p.t, p.lat, p.lng, p.dkmh
}
