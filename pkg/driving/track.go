package driving

import (
	"math"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// tracks is what happened lately, by kind. It is replaced, never written to.
type tracks struct {
	until int64 // when nothing of it matters any more
	of    [kinds]track
}

// A track is the latest of one kind: what GPS saw, and the device's alarms that
// nothing was matched with yet.
type track struct {
	gps  evidence // of speeding: unused, see State.over
	free [2]alarm // the older one first
}

// evidence is a harsh event as GPS saw it.
type evidence struct {
	on, told      bool // told: passed on; before that, a corner waits for its turn
	start, end    int64
	gap           int64 // of the peak, as all below
	before, after int32 // 0.1 km/h
	change        int32 // degrees, of a corner
	lat, lng      int32
	turn          int32 // degrees, of the whole turn; the largest of the event
	match         match
}

// A match is the device's alarm of an event that GPS saw.
type match struct {
	alarm alarm
	first bool // the alarm was told before GPS saw anything: the event starts with it
}

// An alarm is a device's own report of an event.
type alarm struct {
	on       bool
	at       int64
	code     string
	lat, lng int32 // or timeline.NoPosition
	speed    int32 // 0.1 km/h, or timeline.Unknown
}

// size is the acceleration in m/s² along the way, or across it in a corner.
func (e *evidence) size(k kind, r *Rules) float64 {
	gap := float64(e.gap) + r.Harsh.TimestampDamping
	if k == cornering {
		return float64(e.before+e.after) / 72 * math.Abs(float64(e.change)) * math.Pi / 180 / gap
	}
	return math.Abs(float64(e.after-e.before)) / 36 / gap
}

// forget drops what happened too long ago to matter.
func (s *State) forget(now int64) {
	if s.active != nil && now > s.active.until {
		s.active = nil
	}
}

// track reads the track of a kind.
func (s *State) track(k kind) track {
	if s.active == nil {
		return track{}
	}
	return s.active.of[k]
}

// keep replaces the track of a kind.
func (s *State) keep(k kind, t *track, r *Rules, now int64) {
	n := &tracks{}
	if s.active != nil {
		*n = *s.active
	}
	n.of[k] = *t
	h, v := &r.Harsh, &r.Speeding
	n.until = max(n.until, now+max(h.MergeS, h.CooldownS, h.MatchDeviceAlarmS)+h.MaxGapS.Inferred)
	if k == speeding { // a stretch may become an event only at its next fix
		n.until = max(n.until, now+v.MinDurationS+v.MaxGapS+v.MatchAlarmWithS)
	}
	s.active = n
}

// trigger takes a pair that passed a threshold: it goes on with the event, or
// begins one.
func (s *State) trigger(k kind, p *pair, e evidence) {
	t, h := s.track(k), &p.r.Harsh
	since := p.p.at - t.gps.end
	switch {
	case t.gps.on && since <= h.MergeS:
		t.gps.extend(k, p, &e)
	case t.gps.told && since < h.CooldownS:
		p.out.reject(Cooldown, p.c.at)
		return
	default:
		t.gps = e
		t.gps.on = true
	}
	s.decide(k, p, &t)
}

// decide passes the event on once it is one, and remembers it.
func (s *State) decide(k kind, p *pair, t *track) {
	least := p.r.Harsh.MinHeadingChangeDeg
	if !t.gps.told && (k != cornering || math.Abs(float64(t.gps.turn)) >= least) {
		t.gps.told = true
		t.gps.match = t.take(t.gps.start, t.gps.end, p.r.Harsh.MatchDeviceAlarmS)
	}
	s.keep(k, t, p.r, p.c.at)
	if t.gps.told {
		tellHarsh(k, p.r, p.in, &t.gps, p.out)
	}
}

// extend makes the event reach to the pair's end, and keeps the larger peak: of
// a measured pair before that of an inferred one, then the one further above its
// own threshold.
func (e *evidence) extend(k kind, p *pair, by *evidence) {
	n := *e
	if outranks(k, p, by, e) {
		n = *by
		n.on, n.told, n.match, n.start, n.turn = true, e.told, e.match, e.start, e.turn
	}
	n.end = by.end
	if max(by.turn, -by.turn) > max(e.turn, -e.turn) {
		n.turn = by.turn
	}
	*e = n
}

func outranks(k kind, p *pair, e, g *evidence) bool {
	if em, gm := e.gap <= p.r.Harsh.MaxGapS.Measured, g.gap <= p.r.Harsh.MaxGapS.Measured; em != gm {
		return em
	}
	elow, _, _, _ := p.r.Harsh.steps(k, p.in.Class, e.gap)
	glow, _, _, _ := p.r.Harsh.steps(k, p.in.Class, g.gap)
	return e.size(k, p.r)*glow > g.size(k, p.r)*elow
}

// turnGoesOn looks at a corner after its peak: the turn may reach what makes it
// one, and the whole turn is told of.
func (s *State) turnGoesOn(p *pair) {
	if s.active == nil {
		return
	}
	t := s.active.of[cornering]
	g := &t.gps
	turn := s.turnDeg
	if !g.on || p.p.at-g.end > p.r.Harsh.MergeS || max(turn, -turn) <= max(g.turn, -g.turn) || (turn > 0) != (g.turn > 0) {
		return
	}
	g.turn = turn
	s.decide(cornering, p, &t)
}

// tellHarsh passes a harsh event on.
func tellHarsh(k kind, r *Rules, in Input, g *evidence, out *Out) {
	e := Event{Kind: kindNames[k], Start: g.start, End: g.end, Sources: GPS, Class: in.Class, LatE6: g.lat, LngE6: g.lng,
		GapS: g.gap, SpeedBeforeKMH: float64(g.before) / 10, SpeedAfterKMH: float64(g.after) / 10,
		PeakMPS2: g.size(k, r), MaxSpeedKMH: timeline.Unknown, LimitKMH: timeline.Unknown, DistanceM: timeline.Unknown}
	if k == cornering {
		e.PeakHeadingDeg, e.HeadingChangeDeg = float64(g.change), float64(g.turn)
	}
	low, medium, high, _ := r.Harsh.steps(k, in.Class, g.gap)
	e.ThresholdMPS2 = low
	worst := severityLow
	switch {
	case e.PeakMPS2 >= high:
		worst = severityHigh
	case e.PeakMPS2 >= medium:
		worst = severityMedium
	}
	e.Confidence = schema.ConfidenceMeasured
	if g.gap > r.Harsh.MaxGapS.Measured {
		e.Confidence = schema.ConfidenceInferred
	}
	e.add(&g.match, &worst, r)
	e.Severity = severityNames[worst]
	out.Event(&e)
}

// add adds the alarm of the device to what GPS saw.
func (e *Event) add(m *match, worst *severity, r *Rules) {
	if !m.alarm.on {
		return
	}
	e.Sources |= Device
	e.Confidence = schema.ConfidenceHigh
	e.AlarmCode, e.AlarmAt = m.alarm.code, m.alarm.at
	*worst = max(*worst, severityOf(r.Harsh.DeviceSeverity))
	if m.first {
		e.Start, e.End = m.alarm.at, max(m.alarm.at, e.End)
	}
}
