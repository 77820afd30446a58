package trip

// settle draws the conclusions of how long the rest has lasted.
func (s *State) settle(r *Rules, out *Out) {
	q := &s.rest
	lasted := q.seen - q.since
	if s.trip.stage == candidate && lasted >= r.MinStopS {
		s.giveUp()
	}
	if s.trip.stage == certain {
		longest := r.SplitRestS
		if s.ignition.state == on && s.ignition.since <= q.since {
			longest = r.SplitIdlingS
		}
		switch {
		case s.switchedOff() && q.seen-max(s.ignition.since, q.since) >= r.SplitIgnitionOffS:
			s.end(EndIgnitionOff, out)
		case lasted >= longest && q.silent:
			s.end(EndSilence, out)
		case lasted >= longest:
			s.end(EndRest, out)
		}
	}
	if s.trip.stage != candidate {
		q.divide(r, &s.ignition, out)
	}
}

// switchedOff tells whether the ignition went off during the trip. One that was
// off all along, although the vehicle drove, says nothing of its rests.
func (s *State) switchedOff() bool {
	return s.ignition.state == off && s.ignition.since > s.trip.start.t
}

// divide finds where a rest turns from parking to idling and back, and tells of
// the part that goes on. A part that is too short to be told belongs to the one
// after it.
func (q *rest) divide(r *Rules, g *ignition, out *Out) {
	from := max(g.since, q.part)
	switch {
	case !q.idling && g.state == on && q.seen-from >= r.IdlingMinS:
		if from-q.part >= r.MinStopS {
			q.split(r, from, out)
		}
		q.idling, q.lastTold = true, 0
	case q.idling && g.state == off && q.seen-from >= r.SplitIgnitionOffS:
		q.split(r, from, out)
		q.idling = false
	}
	if q.seen-q.part >= r.MinStopS && (!q.told || q.seen-q.lastTold >= r.StopUpdateS) {
		q.told, q.lastTold = true, q.seen
		q.tell(q.seen, true, out)
	}
}

// split ends the part that goes on and begins another.
func (q *rest) split(r *Rules, t int64, out *Out) {
	q.close(r, t, out)
	q.part, q.told, q.lastTold = t, false, 0
}

// close tells of the end of the part that goes on, if it is or was a stop.
func (q *rest) close(r *Rules, t int64, out *Out) {
	if q.told || t-q.part >= r.MinStopS {
		q.told = true
		q.tell(t, false, out)
	}
}

func (q *rest) tell(t int64, ongoing bool, out *Out) {
	if out == nil || out.Stop == nil {
		return
	}
	kind := Parking
	if q.idling {
		kind = Idling
	}
	out.Stop(&Stop{Start: q.part, End: t, Ongoing: ongoing, Kind: kind, LatE6: q.at.lat, LngE6: q.at.lng})
}
