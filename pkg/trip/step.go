package trip

import "github.com/odograph/odograph/pkg/timeline"

// Fix takes the next fix of a device. observable says that harsh events can be
// seen in the gap before it. Fixes come in order of time, no two of one second.
func (s *State) Fix(r *Rules, f *timeline.Fix, observable bool, out *Out) {
	p := s.stepOf(r, f, observable)
	switch s.phase {
	case unseen:
		s.begin(r, &p)
	case resting:
		s.atRest(r, &p, out)
	case moving:
		s.inMotion(r, &p, out)
	}
	s.ignition.set(p.ignition, p.t, r.SplitIgnitionOffS)
	s.last, s.lastDKMH = p.point, p.dkmh
	if p.odoM > 0 {
		s.odoM = p.odoM
	}
	s.update(r, out)
}

// Mark takes the next mark of a device: what it says of the ignition or the
// driver, or only that time has passed and no movement was seen. Other kinds say
// nothing here.
func (s *State) Mark(r *Rules, m *timeline.Mark, out *Out) {
	switch m.Kind {
	case timeline.MarkDriver:
		s.drivenBy(driver{m.Text, m.Channel})
	case timeline.MarkContact:
		s.pass(r, m.Time, out)
	case timeline.MarkIgnition:
		s.pass(r, m.Time, out)
		state := int8(0)
		switch m.Value {
		case 0:
			state = off
		case 1:
			state = on
		}
		s.ignition.set(state, m.Time, r.SplitIgnitionOffS)
	}
}

// pass lets time pass without a fix. A vehicle at rest stays there. One that
// moved is taken to have arrived where it was last seen once its ignition has
// been off for long enough to end a trip, or after the longest silence that
// could still be bridged.
func (s *State) pass(r *Rules, t int64, out *Out) {
	switch s.phase {
	case resting:
		if s.out.n > 0 {
			return
		}
	case moving:
		parked := s.switchedOff() && t-max(s.ignition.since, s.last.t) >= r.SplitIgnitionOffS
		if !parked && t-s.last.t <= r.BridgeGapS {
			return
		}
		s.arriveInSilence()
	default:
		return
	}
	s.stay(t)
	s.settle(r, out)
}

// drivenBy takes a sign-in for the trip that goes on, or, at rest, for the one
// that the vehicle leaves for. A sign-out (no name) only takes back the latter.
func (s *State) drivenBy(d driver) {
	switch {
	case s.phase == moving && d.name != "":
		s.trip.driver = d
	case s.phase != moving && d.name == "":
		s.next = driver{}
	case s.phase != moving:
		s.next = d
	}
}

// begin starts anew with a fix before which nothing is known.
func (s *State) begin(r *Rules, p *step) {
	s.rest, s.held = restAt(p), rest{}
	s.out, s.trip = outside{}, journey{}
	s.pend = tally{fixes: 1, odoM: p.odoM}
	s.inT, s.inM = p.t, 0
	s.phase, s.rolling = resting, p.atLeast(r.MovingSpeedKMH)
	if s.rolling {
		s.phase = moving
		s.odoM = p.odoM
		s.depart(p.point)
		s.speed(r, p)
		s.commit(p.point)
	}
}

func restAt(p *step) rest {
	return rest{since: p.t, at: p.at, n: 1, seen: p.t, seenFix: p.t, part: p.t}
}
