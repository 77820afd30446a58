package driving

import (
	"slices"
	"strings"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// maxCode bounds the codes of the alarms of one second, so that the state stays
// small whatever comes.
const maxCode = 96

// kindOf is what a mark reports, false if it is no matter of driving.
func kindOf(m timeline.MarkKind) (kind, bool) {
	switch m {
	case timeline.MarkHarshAcceleration:
		return acceleration, true
	case timeline.MarkHarshBraking:
		return braking, true
	case timeline.MarkHarshCornering:
		return cornering, true
	case timeline.MarkCollision:
		return collision, true
	case timeline.MarkOverspeed:
		return speeding, true
	}
	return 0, false
}

// Mark takes the next mark in the order of time. Marks that do not report
// driving change nothing.
//
// Each alarm is one event, matched with what GPS saw within
// Harsh.MatchDeviceAlarmS of it: where GPS was first, that event gains the
// device's evidence; where the alarm was first, what GPS sees later is added to
// it. An event of GPS is matched with one alarm, the nearest. Alarms of one kind
// in the same second are one.
func (s *State) Mark(r *Rules, in Input, m *timeline.Mark, out *Out) {
	k, ok := kindOf(m.Kind)
	if !ok {
		return
	}
	s.forget(m.Time)
	a := alarm{on: true, at: m.Time, code: m.Text, lat: m.LatE6, lng: m.LngE6, speed: m.Speed}
	if len(a.code) > maxCode {
		a.code = a.code[:maxCode]
	}
	t := s.track(k)
	g := s.seen(k, &t)
	if g.match.alarm.on && g.match.alarm.at == a.at {
		if g.match.alarm.join(&a) {
			s.rematch(k, r, in, &t, g.match, out)
		}
		return
	}
	for i := range t.free {
		if f := &t.free[i]; f.on && f.at == a.at {
			if f.join(&a) {
				s.keep(k, &t, r, a.at)
				tellAlarm(k, r, in, f, out)
			}
			return
		}
	}
	s.place(k, r, in, &t, &g, &a, out)
}

// place matches a new alarm, or keeps it for what GPS may see.
func (s *State) place(k kind, r *Rules, in Input, t *track, g *seen, a *alarm, out *Out) {
	near := g.told && away(g.start, g.end, a.at) <= r.matchS(k)
	switch old := g.match.alarm; {
	case near && !old.on:
		s.rematch(k, r, in, t, match{alarm: *a}, out)
	case near && g.match.first && away(g.start, g.end, a.at) < away(g.start, g.end, old.at):
		// The alarm before is further away: it stands by itself again.
		tellAlarm(k, r, in, &old, out)
		s.rematch(k, r, in, t, match{alarm: *a, first: true}, out)
	default:
		if t.free[1].on {
			t.free[0] = t.free[1]
		}
		t.free[1] = *a
		s.keep(k, t, r, a.at)
		tellAlarm(k, r, in, a, out)
	}
}

// seen is what matching asks of an event that GPS saw.
type seen struct {
	told       bool
	start, end int64
	match      match
}

func (s *State) seen(k kind, t *track) seen {
	if k == speeding {
		return seen{s.over.told, s.over.start, s.over.end, s.over.match}
	}
	return seen{t.gps.told, t.gps.start, t.gps.end, t.gps.match}
}

// rematch gives the event that GPS saw an alarm, and passes it on.
func (s *State) rematch(k kind, r *Rules, in Input, t *track, m match, out *Out) {
	if k == speeding {
		s.over.match = m
		s.tellSpeeding(r, in, out)
		return
	}
	t.gps.match = m
	s.keep(k, t, r, m.alarm.at)
	tellHarsh(k, r, in, &t.gps, out)
}

// take finds the nearest alarm that is not matched yet and takes it out; of two
// equally near ones the earlier.
func (t *track) take(start, end, within int64) match {
	best := -1
	for i := range t.free {
		if f := &t.free[i]; f.on && away(start, end, f.at) <= within && (best < 0 || away(start, end, f.at) < away(start, end, t.free[best].at)) {
			best = i
		}
	}
	if best < 0 {
		return match{}
	}
	m := match{alarm: t.free[best], first: true}
	t.free[best] = alarm{}
	if best == 1 { // the newest stands last
		t.free[0], t.free[1] = alarm{}, t.free[0]
	}
	return m
}

// away is how far a time is from a stretch, in seconds; 0 within it.
func away(start, end, at int64) int64 { return max(start-at, at-end, 0) }

func (r *Rules) matchS(k kind) int64 {
	if k == speeding {
		return r.Speeding.MatchAlarmWithS
	}
	return r.Harsh.MatchDeviceAlarmS
}

// join adds an alarm of the same second; true: something changed. The outcome is
// the same in whatever order they come.
func (a *alarm) join(b *alarm) bool {
	old := *a
	codes := strings.Split(a.code, ",")
	slices.Sort(codes)
	if i, found := slices.BinarySearch(codes, b.code); !found && len(a.code)+1+len(b.code) <= maxCode {
		a.code = strings.Join(slices.Insert(codes, i, b.code), ",")
	}
	if a.lat == timeline.NoPosition || b.lat != timeline.NoPosition && (b.lat < a.lat || b.lat == a.lat && b.lng < a.lng) {
		a.lat, a.lng = b.lat, b.lng
	}
	a.speed = max(a.speed, b.speed)
	return *a != old
}

// tellAlarm passes on an alarm that GPS saw nothing of.
func tellAlarm(k kind, r *Rules, in Input, a *alarm, out *Out) {
	worst := severityOf(r.Harsh.DeviceSeverity)
	if k == collision {
		worst = severityHigh
	}
	e := Event{Kind: kindNames[k], Start: a.at, End: a.at, Severity: severityNames[worst], Sources: Device,
		Confidence: schema.ConfidenceHigh, Class: in.Class, LatE6: a.lat, LngE6: a.lng, AlarmCode: a.code, AlarmAt: a.at,
		PeakMPS2: timeline.Unknown, ThresholdMPS2: timeline.Unknown, GapS: timeline.Unknown,
		SpeedBeforeKMH: timeline.Unknown, SpeedAfterKMH: timeline.Unknown,
		MaxSpeedKMH: timeline.Unknown, LimitKMH: timeline.Unknown, DistanceM: timeline.Unknown}
	if a.speed >= 0 {
		e.MaxSpeedKMH = float64(a.speed) / 10
	}
	out.Event(&e)
}
