package driving

import (
	"math"

	"github.com/odograph/odograph/pkg/timeline"
)

// A pair is two fixes that are compared.
type pair struct {
	p, c point
	gap  int64
	r    *Rules
	in   Input
	out  *Out
}

// accel is the mean acceleration from p to c in m/s².
func accel(r *Rules, p, c *point) float64 {
	return float64(c.speed-p.speed) / 36 / (float64(c.at-p.at) + r.Harsh.TimestampDamping)
}

// slower says, without a division, that accel from p to c is less than a limit in
// size; of a gap that is damped it may not say so though it is.
func slower(p, c *point, mps2 float64) bool {
	change := c.speed - p.speed
	return float64(max(change, -change)) < mps2*36*float64(c.at-p.at)
}

func (s *State) harsh(r *Rules, in Input, c *point, out *Out) {
	if !s.prev.on {
		s.restart(c)
		return
	}
	gap := c.at - s.prev.at
	if gap > r.Harsh.MaxGapS.Inferred || gap < 1 {
		if gap > 0 && math.Abs(accel(r, &s.prev, c)) >= r.Harsh.MinThresholdMPS2 {
			out.reject(Gap, c.at)
		}
		s.restart(c)
		return
	}
	settled, usable := s.settle(r, c, out)
	if !usable {
		return
	}
	p := pair{p: s.prev, c: *c, gap: c.at - s.prev.at, r: r, in: in, out: out}
	s.prev = *c
	s.run = min(s.run+1, maxRun)
	s.watchHeld(&p)
	s.longitudinal(&p, settled)
	s.lateral(&p, settled)
}

// maxRun is as far as a run is counted.
const maxRun = 100

// restart begins anew at c: what was before is too far away.
func (s *State) restart(c *point) {
	s.prev, s.suspect, s.run, s.turnDeg, s.heldCM = *c, point{}, 1, 0, 0
}

// settle decides which fixes can be compared after a jump of the speed that no
// tyre could make. The fix that jumped is set aside; if the one after it is
// nearer to it than to the one before the jump, the speed has moved for good and
// is compared from there on, else the fix set aside was wrong. Either way
// nothing is said about the jump itself.
func (s *State) settle(r *Rules, c *point, out *Out) (settled, usable bool) {
	limit := r.Harsh.Reject.MaxAbsMPS2
	if !s.suspect.on && slower(&s.prev, c, limit) {
		return true, true
	}
	fromPrev := math.Abs(accel(r, &s.prev, c))
	if s.suspect.on {
		fromSuspect := math.Abs(accel(r, &s.suspect, c))
		if fromSuspect < fromPrev && fromSuspect <= limit {
			s.prev, s.suspect, s.turnDeg = s.suspect, point{}, 0
			return true, true
		}
	}
	if fromPrev > limit {
		s.suspect = *c
		out.reject(MaxAbs, c.at)
		return false, false
	}
	settled = !s.suspect.on
	s.suspect = point{}
	return settled, true
}

// watchHeld adds up what the vehicle drove by its speed while its position
// stood still. Where that is more than rounding explains, the device repeats old
// values, and when a speed changed is not known to the second.
func (s *State) watchHeld(p *pair) {
	if p.p.lat != p.c.lat || p.p.lng != p.c.lng {
		s.heldCM = 0
		return
	}
	j := &p.r.Harsh.Reject
	if slower := min(p.p.speed, p.c.speed); float64(slower) >= j.MinHeldPairSpeed*10 {
		s.heldCM += int64(slower) * p.gap * 100 / 36
	}
	if float64(s.heldCM) >= j.HeldPositionM*100 {
		s.heldUntil = p.c.at + j.HeldQuarantineS
	}
}

func (s *State) longitudinal(p *pair, settled bool) {
	h := &p.r.Harsh
	if slower(&p.p, &p.c, h.MinThresholdMPS2) {
		return
	}
	a := accel(p.r, &p.p, &p.c)
	k, size := acceleration, a
	if a < 0 {
		k, size = braking, -a
	}
	if size < h.MinThresholdMPS2 {
		return
	}
	low, _, _, on := h.steps(k, p.in.Class, p.gap)
	if !on || size < low {
		return
	}
	if reason := s.fault(p, settled, h.MinSpeedKMH.Longitudinal); reason != 0 {
		p.out.reject(reason, p.c.at)
		return
	}
	s.trigger(k, p, evidence{start: p.p.at, end: p.c.at, gap: p.gap, before: p.p.speed, after: p.c.speed, lat: p.c.lat, lng: p.c.lng})
}

// headingChange is the turn from one heading to another, -180 to 179 degrees,
// positive to the right.
func headingChange(from, to int32) int32 { return (to-from+540)%360 - 180 }

// turnRateDegS is how fast a vehicle turns at least while a turn goes on.
const turnRateDegS = 3

func (s *State) lateral(p *pair, settled bool) {
	h := &p.r.Harsh
	if p.gap > h.MaxGapS.Corner || p.p.heading == timeline.Unknown || p.c.heading == timeline.Unknown {
		s.turnDeg = 0
		return
	}
	change := headingChange(p.p.heading, p.c.heading)
	if change == 0 {
		s.turnDeg = 0
		return
	}
	s.turn(change, p.gap)
	e := evidence{start: p.p.at, end: p.c.at, gap: p.gap, before: p.p.speed, after: p.c.speed, change: change, turn: s.turnDeg, lat: p.c.lat, lng: p.c.lng}
	size := e.size(cornering, p.r)
	low, on := 0.0, false
	if size >= h.MinThresholdMPS2 {
		low, _, _, on = h.steps(cornering, p.in.Class, p.gap)
	}
	if !on || size < low {
		s.turnGoesOn(p)
		return
	}
	reason := s.fault(p, settled, h.MinSpeedKMH.Corner)
	if reason == 0 && math.Abs(float64(change)) > h.MaxHeadingRateDegS*float64(p.gap) {
		reason = HeadingRate
	}
	if reason != 0 {
		s.turnDeg = 0
		p.out.reject(reason, p.c.at)
		return
	}
	s.trigger(cornering, p, e)
}

// turn adds a change of heading to the turn that goes on, or begins one.
func (s *State) turn(change int32, gap int64) {
	switch fast := int64(max(change, -change)) >= turnRateDegS*gap; {
	case !fast:
		s.turnDeg = 0
	case (change > 0) == (s.turnDeg > 0):
		s.turnDeg += change
	default:
		s.turnDeg = change
	}
}

// fault says why a pair that passed a threshold is no driving, or 0.
func (s *State) fault(p *pair, settled bool, minSpeedKMH float64) Reason {
	j := &p.r.Harsh.Reject
	switch {
	case !settled:
		return Unsettled
	case float64(max(p.p.speed, p.c.speed)) < minSpeedKMH*10:
		return BelowSpeed
	case int(s.run) < p.r.Harsh.MinRunFixes:
		return Alone
	case p.p.gate != 0:
		return p.p.gate
	case p.c.gate != 0:
		return p.c.gate
	case held(&p.p, &p.c):
		return HeldPosition
	case p.c.at < s.heldUntil:
		return HeldDevice
	}
	distance := p.p.distanceM(&p.c)
	driven := float64(p.p.speed+p.c.speed) / 72 * float64(p.gap)
	switch off := math.Abs(distance - driven); {
	case distance > j.ImpliedSpeedKMH/3.6*float64(p.gap):
		return ImpliedSpeed
	case off > j.DistanceSlackM && off > j.SpeedVsDistance*driven:
		return SpeedVsDistance
	}
	return 0
}
