package trip

// depart begins a trip that is not certain yet. Who signed in during the rest
// before it drives it.
func (s *State) depart(from point) {
	s.trip = journey{stage: candidate, start: from, end: from, odoStartM: s.odoM, driver: s.next}
	s.next = driver{}
}

// commit adds what has been gathered to the trip: the vehicle moved until here.
func (s *State) commit(here point) {
	s.trip.sum.add(&s.pend)
	s.trip.end = here
	s.pend = tally{}
}

// confirm makes a trip certain once it is long enough and got away from its
// start. Only now is it certain that the rest before it has ended.
func (s *State) confirm(r *Rules, now int64, out *Out) {
	j := &s.trip
	if j.stage != candidate {
		return
	}
	least := r.MinTripDistanceM
	if s.ignition.state == off {
		least = r.MinTripDistanceOffM
	}
	if j.end.t-j.start.t < r.MinTripS || j.sum.mm < mm(least) || distanceM(j.start.at, j.end.at) < least/2 {
		return
	}
	j.stage = certain
	if s.held.n > 0 {
		s.held.close(r, j.start.t, out)
		s.held = rest{}
	}
	s.tell(now, "", out)
}

// giveUp drops a trip that was none: the rest before it goes on, where the
// vehicle now is.
func (s *State) giveUp() {
	if s.held.n > 0 {
		h, q := s.held, s.rest
		h.at, h.n, h.seen, h.seenFix, h.silent = q.at, q.n, max(h.seen, q.seen), q.seenFix, q.silent
		s.rest, s.held = h, rest{}
	}
	if s.next.name == "" {
		s.next = s.trip.driver
	}
	s.trip = journey{}
	s.pend = tally{fixes: 1}
}

// end ends the trip with the arrival at the rest.
func (s *State) end(reason string, out *Out) {
	s.trip.sum.mm += mm(distanceM(s.trip.end.at, s.rest.at))
	s.trip.end = point{s.rest.since, s.rest.at}
	s.tell(s.rest.since, reason, out)
	s.trip = journey{}
	s.pend = tally{fixes: 1}
}

// update tells of a trip that goes on.
func (s *State) update(r *Rules, out *Out) {
	if s.phase == moving && s.trip.stage == certain && s.last.t-s.trip.told >= r.TripUpdateS {
		s.tell(s.last.t, "", out)
	}
}

// tell tells of the trip at t. Without a reason to end, it goes on.
func (s *State) tell(t int64, reason string, out *Out) {
	j := &s.trip
	j.told = t
	if out == nil || out.Trip == nil {
		return
	}
	driving := j.end.t - j.start.t - j.restS
	e := &Trip{
		Start: j.start.t, End: j.end.t, Ongoing: reason == "", EndReason: reason,
		DistanceM: float64(j.sum.mm) / 1000, MaxSpeedKMH: optional(int64(j.sum.maxDKMH), 0.1),
		IdleS: float64(j.idleS), DrivingS: float64(driving), ObservableS: float64(min(j.sum.observedS, driving)),
		Fixes: j.sum.fixes, LongestGapS: j.sum.gapS,
		StartLatE6: j.start.at.lat, StartLngE6: j.start.at.lng, EndLatE6: j.end.at.lat, EndLngE6: j.end.at.lng,
		Driver: j.driver.name, DriverSource: j.driver.source,
	}
	if j.odoStartM > 0 && j.sum.odoM >= j.odoStartM && !j.sum.odoBroken {
		e.OdometerM = optional(j.sum.odoM-j.odoStartM+1, 1)
	}
	out.Trip(e)
}
