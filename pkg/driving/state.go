package driving

import (
	"time"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/timeline"
)

// A State is what has to be remembered of a device. The zero State has seen
// nothing. A copy of a State is independent of it: what active points to is
// never written in place.
type State struct {
	prev      point // last fix that the next is compared with
	suspect   point // a fix that jumped away from prev; the next fix decides which of the two is right
	run       int32 // fixes in a row up to prev that are near enough, at most maxRun
	turnDeg   int32 // how far the turn that goes on has turned, positive to the right
	heldCM    int64 // driven by its speed since the position last changed
	heldUntil int64 // until when the device's speeds are not trusted
	over      stretch
	active    *tracks // nil: nothing happened lately
}

// A point is what is remembered of a fix.
type point struct {
	at       int64
	lat, lng int32
	speed    int32 // 0.1 km/h
	heading  int32 // or timeline.Unknown
	on       bool
	gate     Reason // Satellites or Ignition: no evidence of its own
}

func unix(second int64) time.Time { return time.Unix(second, 0).UTC() }

func pointOf(r *Rules, f *timeline.Fix) point {
	p := point{at: f.Time, lat: f.LatE6, lng: f.LngE6, speed: f.SpeedDKMH, heading: f.HeadingDeg, on: true}
	switch {
	case f.Satellites != timeline.Unknown && int(f.Satellites) < r.Harsh.MinSatellites:
		p.gate = Satellites
	case r.Harsh.RequireIgnition && f.ACC == 0:
		p.gate = Ignition
	}
	return p
}

// held says that the position is the very same though the vehicle moved by its
// speed: either repeats an old value. A moving receiver never finds the same
// millionth of a degree twice.
func held(p, c *point) bool {
	return p.lat == c.lat && p.lng == c.lng && int64(p.speed+c.speed)*(c.at-p.at) >= 2*heldDKMHs
}

// heldDKMHs is the least way that must show in the position: 1.4 m, as 5 km/h for
// a second, in 0.1 km/h * s.
const heldDKMHs = 50

func (p *point) distanceM(c *point) float64 {
	return geo.DistanceM(float64(p.lat)/1e6, float64(p.lng)/1e6, float64(c.lat)/1e6, float64(c.lng)/1e6)
}

// Break forgets where the vehicle was, and ends the stretch of speeding that goes
// on: the fix at the time now is where no vehicle gets to from the last one.
func (s *State) Break(r *Rules, in Input, now int64, out *Out) {
	if s.over.open {
		s.endSpeeding(r, in, now, out)
	}
	s.over.last = point{}
	s.prev, s.suspect, s.run, s.turnDeg, s.heldCM = point{}, point{}, 0, 0, 0
}

// Fix takes the next fix in the order of time. A fix without a speed, and old
// coordinates sent again, say nothing of driving.
func (s *State) Fix(r *Rules, in Input, f *timeline.Fix, out *Out) {
	s.forget(f.Time)
	if f.Old || f.SpeedDKMH < 0 {
		return
	}
	if float64(f.SpeedDKMH) > r.Harsh.Reject.ImpliedSpeedKMH*10 {
		out.reject(TooFast, f.Time)
		return
	}
	c := pointOf(r, f)
	s.speeding(r, in, f, &c, out)
	s.harsh(r, in, &c, out)
}
