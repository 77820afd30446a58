package trip

import "github.com/odograph/odograph/pkg/timeline"

// meanOf is how many positions a place is the mean of at most, so that it stays
// where the vehicle stopped; meanSteps bounds how much one of them may count for.
const (
	meanOf    = 16
	meanSteps = 8
)

// inMotion takes a fix of a vehicle that was moving. Each fix is where a rest
// may have begun, until one is too far away from it.
func (s *State) inMotion(r *Rules, p *step, out *Out) {
	d := distanceM(s.last.at, p.at)
	if p.gapS > r.StartGapS && s.silence(r, p, d, out) {
		return
	}
	s.take(r, p)
	s.pend.mm += mm(d)
	s.moveTo(r, p, d)
	wait := r.RestConfirmS
	if s.rolling {
		wait = r.StaleSpeedS
	}
	if p.t-s.rest.since >= wait {
		s.arrive(r, p, out)
		return
	}
	s.confirm(r, p.t, out)
}

// moveTo commits the movement up to a fix, d metres from the one before, unless
// it is near where a rest may have begun.
func (s *State) moveTo(r *Rules, p *step, d float64) {
	away := d
	if s.rest.at != s.last.at {
		away = distanceM(s.rest.at, p.at)
	}
	rolls := p.rolls(r, d)
	switch {
	case rolls && away <= r.RestRadiusM:
		s.rolling = true // not yet committed: the speed may be wrong
	case rolls || away > r.RestRadiusM || s.rolling:
		s.commit(p.point)
		s.rolling = rolls
		s.rest = restAt(p)
	default:
		s.rest.settleAt(p.at)
	}
}

// leastDeriveS is the shortest gap over which positions tell a speed: over less,
// their noise of a few metres looks like a drive.
const leastDeriveS = 4

// rolls tells whether a fix that is d metres from the one before shows a vehicle
// that rolls: by the device's speed, or by positions where it sends none.
func (p *step) rolls(r *Rules, d float64) bool {
	if p.dkmh >= 0 {
		return p.atLeast(r.MovingSpeedKMH)
	}
	return p.gapS >= leastDeriveS && d*3.6 >= r.DriftSpeedKMH*float64(p.gapS)
}

func (q *rest) settleAt(at place) {
	if q.n < meanOf {
		q.n++
		q.at = q.at.mean(at, int64(min(q.n, meanSteps)))
	}
}

// silence decides what a vehicle that was moving did in a silence. false: it
// drove on.
func (s *State) silence(r *Rules, p *step, d float64, out *Out) bool {
	left := p.t - seconds(d, r.SilentSpeedKMH)
	from, least := s.last.t, r.SplitRestS
	if s.ignition.state == off && p.ignition == on {
		from, least = max(from, s.ignition.since), r.SplitIgnitionOffS
	}
	switch {
	case d > r.LeaveM && r.plausible(p.gapS, d) && left-from < least:
		return false
	case d <= r.LeaveM || r.plausible(p.gapS, d) || r.wakes(p, d):
		s.arriveInSilence()
		s.atRest(r, p, out)
	default:
		s.arriveInSilence()
		s.lose(r, p, out)
	}
	return true
}

// plausible tells whether a vehicle that came d metres in a silence is taken to
// have driven there on one trip.
func (r *Rules) plausible(gapS int64, d float64) bool {
	return gapS <= r.SplitGapS || gapS <= r.BridgeGapS && d*3.6 >= r.BridgeSpeedKMH*float64(gapS)
}

// wakes tells whether a fix after a long silence is that of a vehicle that has
// just left the place where it was silent.
func (r *Rules) wakes(p *step, d float64) bool {
	return p.atLeast(r.MovingSpeedKMH) && seconds(d, r.DepartSpeedKMH) <= r.StartBackS
}

// lose ends what was going on at the time it was last seen, and starts anew.
func (s *State) lose(r *Rules, p *step, out *Out) {
	s.close(r, out)
	s.begin(r, p)
}

// Break ends what goes on at the time at which it was last seen: the next fix is
// where no vehicle gets to from the last one, so that one of the two is wrong.
func (s *State) Break(r *Rules, out *Out) {
	switch s.phase {
	case unseen:
		return
	case moving:
		s.arriveInSilence()
	}
	s.close(r, out)
	*s = State{ignition: s.ignition, last: s.last, lastDKMH: timeline.Unknown, odoM: s.odoM, next: s.next}
}

// close ends a rest, and the trip that it ends.
func (s *State) close(r *Rules, out *Out) {
	s.settle(r, out)
	switch s.trip.stage {
	case candidate:
		s.giveUp()
	case certain:
		reason := EndSilence
		if s.switchedOff() {
			reason = EndIgnitionOff
		}
		s.end(reason, out)
	}
	s.rest.close(r, s.rest.seen, out)
}

// arrive turns the rest that may have begun into one.
func (s *State) arrive(r *Rules, p *step, out *Out) {
	s.phase, s.rolling, s.out, s.pend.mm = resting, false, outside{}, 0
	s.inT, s.inM = p.t, float32(min(distanceM(s.rest.at, p.at), r.RestRadiusM))
	s.rest.seen = s.rest.since
	s.stayFix(p)
	if s.trip.stage == certain && p.t-s.trip.told >= r.MinUpdateS {
		s.tell(p.t, "", out)
	}
	s.settle(r, out)
}

// arriveInSilence makes a rest of the newest fix, or of the rest that had begun
// with an earlier one.
func (s *State) arriveInSilence() {
	if s.rolling || s.rest.n < 2 {
		s.commit(s.last)
		s.rest = restAt(&step{point: s.last})
	}
	s.phase, s.rolling, s.out, s.pend.mm = resting, false, outside{}, 0
	s.inT, s.inM = s.last.t, 0
	s.rest.seen = s.rest.since
	s.stay(s.last.t)
	s.rest.seenFix = s.last.t
	s.rest.silent = true
	s.quiet()
}

// take counts a fix.
func (s *State) take(r *Rules, p *step) {
	s.pend.fixes++
	s.pend.gapS = max(s.pend.gapS, p.gapS)
	if p.observable {
		s.pend.observedS += p.gapS
	}
	s.speed(r, p)
	if p.odoM > 0 {
		s.pend.odoBroken = s.pend.odoBroken || p.odoM < s.odoM
		s.pend.odoM = p.odoM
	}
}

// speed counts the device's speed, unless no vehicle could have reached it from
// the speed before.
func (s *State) speed(r *Rules, p *step) {
	if p.dkmh == timeline.Unknown {
		return
	}
	gained := float64(p.dkmh-s.lastDKMH) / 36
	if s.lastDKMH == timeline.Unknown || p.gapS == 0 || gained <= r.MaxAccelerationMPS2*float64(p.gapS) {
		s.pend.maxDKMH = max(s.pend.maxDKMH, p.dkmh+1)
	}
}
