package driving

import (
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A stretch is a time above the limit. It begins with a fix above the limit and
// its tolerance, goes on while the fixes are above the limit and one within
// max_gap_s is above the tolerance too, and ends with the last of those.
type stretch struct {
	on, open, told bool
	start, end     int64
	fixes          int64   // above the tolerance
	max            int32   // 0.1 km/h, of the fix furthest above its limit, as all below
	limit          float64 // km/h
	source         string
	lat, lng       int32
	wayCM, restCM  int64 // driven from start to end, and since end
	toldEnd        int64
	toldMax        int32
	match          match

	last point // the last fix, above a limit or not
}

// maxSource bounds the name of a limit's source in the state.
const maxSource = 32

func (s *State) speeding(r *Rules, in Input, f *timeline.Fix, c *point, out *Out) {
	if c.gate != 0 {
		return
	}
	limit, source := r.Speeding.Own(in.Class), LimitOwn
	if in.LimitAt != nil {
		limit, source = in.LimitAt(f)
	}
	o := &s.over
	if limit <= 0 && !o.open { // the usual way of a vehicle without any limit
		o.last = *c
		return
	}
	speed, gap := float64(c.speed)/10, c.at-o.last.at
	first := !o.last.on || gap > r.Speeding.MaxGapS
	if o.open {
		if first || limit <= 0 || speed <= limit || c.at-o.end > r.Speeding.MaxGapS {
			s.endSpeeding(r, in, c.at, out)
		} else {
			o.restCM += int64(o.last.distanceM(c) * 100)
		}
	}
	o.last = *c
	if limit <= 0 || speed <= limit+r.Speeding.ToleranceKMH {
		return
	}
	if len(source) > maxSource {
		source = source[:maxSource]
	}
	o.extend(c, limit, source)
	s.judge(r, in, speed >= limit*(1+r.Speeding.TolerancePct/100) && !first && gap >= r.Speeding.MinDurationS, out)
}

// extend adds a fix that is above the limit's tolerance, or begins a stretch.
func (o *stretch) extend(c *point, limit float64, source string) {
	if !o.open {
		*o = stretch{on: true, open: true, start: c.at, end: c.at, last: o.last}
	}
	o.fixes++
	o.end = c.at
	o.wayCM, o.restCM = o.wayCM+o.restCM, 0
	if o.fixes == 1 || float64(c.speed)/10-limit > float64(o.max)/10-o.limit {
		o.max, o.limit, o.source, o.lat, o.lng = c.speed, limit, source, c.lat, c.lng
	}
}

// judge passes a stretch on once it is long enough, and again when it became
// worse or went on for a while.
func (s *State) judge(r *Rules, in Input, single bool, out *Out) {
	o := &s.over
	switch {
	case o.told:
		if o.end-o.toldEnd < r.Speeding.RepeatS && r.Speeding.severity(o.max, o.limit) == r.Speeding.severity(o.toldMax, o.limit) {
			return
		}
	case o.fixes >= 2 && o.end-o.start >= r.Speeding.MinDurationS, single:
		o.told = true
		if t := s.track(speeding); t.free != ([2]alarm{}) {
			if o.match = t.take(o.start, o.end, r.Speeding.MatchAlarmWithS); o.match.alarm.on {
				s.keep(speeding, &t, r, o.end)
			}
		}
	default:
		return
	}
	s.tellSpeeding(r, in, out)
}

// endSpeeding ends a stretch. If much time has passed since, what was told last
// stands: its end is then up to Speeding.RepeatS too early.
func (s *State) endSpeeding(r *Rules, in Input, now int64, out *Out) {
	o := &s.over
	o.open = false
	if o.told && now-o.end <= maxSeconds && (o.toldEnd != o.end || o.toldMax != o.max) {
		s.tellSpeeding(r, in, out)
	}
}

func (s *Speeding) severity(max int32, limit float64) severity {
	over := float64(max)/10 - limit
	percent := 100 * over / limit
	switch {
	case over >= s.HighOverKMH && percent >= s.HighOverPct:
		return severityHigh
	case over >= s.MediumOverKMH && percent >= s.MediumOverPct:
		return severityMedium
	}
	return severityLow
}

func (s *State) tellSpeeding(r *Rules, in Input, out *Out) {
	o := &s.over
	o.toldEnd, o.toldMax = o.end, o.max
	e := Event{Kind: kindNames[speeding], Start: o.start, End: o.end, Sources: GPS, Confidence: schema.ConfidenceMeasured, Class: in.Class,
		LatE6: o.lat, LngE6: o.lng, PeakMPS2: timeline.Unknown, ThresholdMPS2: timeline.Unknown, GapS: timeline.Unknown,
		SpeedBeforeKMH: timeline.Unknown, SpeedAfterKMH: timeline.Unknown,
		MaxSpeedKMH: float64(o.max) / 10, LimitKMH: o.limit, LimitSource: o.source, DistanceM: float64(o.wayCM) / 100}
	worst := r.Speeding.severity(o.max, o.limit)
	e.add(&o.match, &worst, r)
	e.Severity = severityNames[worst]
	out.Event(&e)
}
