package trip

// atRest takes a fix of a vehicle that was at rest.
func (s *State) atRest(r *Rules, p *step, out *Out) {
	d := distanceM(s.rest.at, p.at)
	s.take(r, p)
	switch {
	case d <= r.LeaveM:
		s.out = outside{}
		if d <= r.RestRadiusM {
			s.inT, s.inM = p.t, float32(d)
		}
		s.isThere(r, p, d, out)
	case !s.leaves(r, p, d):
		s.follow(p.at, d)
		s.inT, s.inM, s.out = p.t, 0, outside{}
		s.stayFix(p)
		s.settle(r, out)
	case p.t-s.rest.seen > r.StartGapS && !s.outSince(r, p.t) && !r.plausible(p.t-s.rest.seen, d) && !r.wakes(p, d):
		s.lose(r, p, out)
	default:
		s.goOut(r, p, d, out)
	}
}

// isThere takes a fix at the place of a rest. One that says a speed may be the
// first of a departure; where many do, the speed is wrong.
func (s *State) isThere(r *Rules, p *step, d float64, out *Out) {
	switch {
	case s.stands(r, p) || p.gapS <= r.StartGapS && p.t-s.rest.seenFix >= r.StaleSpeedS:
		if d <= r.RestRadiusM {
			s.rest.settleAt(p.at)
		}
		s.stayFix(p)
	case p.gapS > r.StartGapS:
		left := s.departure(r, p.t, d)
		s.stay(left)
		s.rest.seenFix = max(s.rest.seenFix, left)
		s.quiet()
	default:
		return
	}
	s.settle(r, out)
}

// stands tells whether a fix near the place of a rest shows the vehicle at
// rest: by its speed, or by that of its position.
func (s *State) stands(r *Rules, p *step) bool {
	if p.dkmh >= 0 {
		return !p.atLeast(r.MovingSpeedKMH)
	}
	return distanceM(s.last.at, p.at)*3.6 <= r.DriftSpeedKMH*float64(p.gapS)
}

// leaves tells whether a fix away from the place of a rest was driven to. What
// is slow is drift, or somebody's walk: the place of the rest goes with it, up to
// min_trip_distance_m where the device says that it moves.
func (s *State) leaves(r *Rules, p *step, d float64) bool {
	ignition := s.ignition.state
	if p.ignition != 0 {
		ignition = p.ignition
	}
	return p.atLeast(r.DriftSpeedKMH) || ignition == on && (p.dkmh < 0 || p.atLeast(r.MovingSpeedKMH)) ||
		(d-float64(s.inM))*3.6 >= r.DriftSpeedKMH*float64(p.t-s.inT) || d >= r.MinTripDistanceM ||
		s.rest.followed && p.atLeast(r.MovingSpeedKMH) && distanceM(s.rest.from, p.at) >= r.MinTripDistanceM
}

// follow takes the place of a rest to a position that was reached slowly. On a
// trip that goes on this counts as distance.
func (s *State) follow(at place, d float64) {
	if !s.rest.followed {
		s.pend.mm = mm(distanceM(s.trip.end.at, s.rest.at))
		s.rest.from = s.rest.at
	}
	s.pend.mm += mm(d)
	s.rest.at, s.rest.n, s.rest.followed = at, 1, true
}

// outSince tells whether the fix before, of shortly ago, was away from the
// rest too.
func (s *State) outSince(r *Rules, t int64) bool {
	return s.out.n > 0 && t-s.out.first.t <= r.StartGapS
}

// goOut ends a rest with the first fix away from it that says its speed or is
// far away, else with the second.
func (s *State) goOut(r *Rules, p *step, d float64, out *Out) {
	if !s.outSince(r, p.t) {
		s.out = outside{first: p.point}
		s.out.left = s.departure(r, p.t, d)
		s.stay(s.out.left)
		s.settle(r, out)
	}
	s.out.n++
	far := d >= r.MinTripDistanceM && s.ignition.state != off
	if s.out.n < 2 && !far && !p.atLeast(r.DriftSpeedKMH) {
		return
	}
	s.leave(r, p, out)
}

// leave ends the rest: the vehicle is at p, and has passed the first fix outside.
func (s *State) leave(r *Rules, p *step, out *Out) {
	left := max(s.out.left, s.rest.since)
	if s.trip.stage == none {
		s.held = s.rest
		s.pend.mm, s.pend.gapS = 0, min(s.pend.gapS, p.t-left)
		s.depart(point{left, s.rest.at})
	} else {
		s.goOn(r, left, out)
	}
	if !s.rest.followed {
		s.pend.mm += mm(distanceM(s.trip.end.at, s.rest.at))
	}
	s.pend.mm += mm(distanceM(s.rest.at, s.out.first.at)) + mm(distanceM(s.out.first.at, p.at))
	s.commit(p.point)
	s.rest, s.out = restAt(p), outside{}
	s.phase, s.rolling = moving, p.atLeast(r.MovingSpeedKMH)
	s.confirm(r, p.t, out)
}

// goOn counts a rest within a trip, until left.
func (s *State) goOn(r *Rules, left int64, out *Out) {
	lasted := left - s.rest.since
	s.trip.restS += lasted
	s.trip.idleS += max(0, lasted-s.rest.offS)
	if s.trip.stage == certain {
		s.rest.close(r, left, out)
	}
	if s.next.name != "" {
		s.trip.driver, s.next = s.next, driver{}
	}
}

// departure is when a vehicle left that is seen d metres away at t. A mark may
// have been taken for rest although the vehicle was on its way.
func (s *State) departure(r *Rules, t int64, d float64) int64 {
	q := &s.rest
	left := q.seen
	switch {
	case t-q.seen > r.StartGapS:
		left = max(q.seen, t-seconds(d, r.DepartSpeedKMH))
	case q.seen > q.seenFix && t-seconds(d, r.MaxSpeedKMH/2) < q.seen:
		left = max(q.seenFix, t-seconds(d, r.DepartSpeedKMH))
	}
	if q.told {
		left = max(left, q.part+r.MinStopS)
	}
	return max(left, q.part, q.since)
}

// stay says that the rest went on until t.
func (s *State) stay(t int64) {
	q := &s.rest
	if t <= q.seen {
		return
	}
	if s.ignition.state == off {
		q.offS += t - min(t, max(q.seen, s.ignition.since))
	}
	q.seen = t
}

func (s *State) stayFix(p *step) {
	s.stay(p.t)
	s.rest.seenFix = p.t
	s.rest.silent = false
	s.quiet()
}

// quiet forgets what counts for motion alone; without a trip, all but the fix
// from which one may start.
func (s *State) quiet() {
	s.pend.observedS, s.pend.maxDKMH = 0, 0
	if s.trip.stage == none {
		s.pend = tally{fixes: 1}
	}
}
