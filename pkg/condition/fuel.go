package condition

import (
	"math"
	"slices"
	"strings"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// How much of a change has to be seen before it counts.
const (
	enough    = ringSize - 1 // readings after a rest, or in it: one of the window may be an outlier
	patience  = 12           // readings after a rest that a stable level is waited for
	sureNoise = 5            // a change is at least this many mean deviations of the readings

	noiseGrowth = 4 // a reading counts as at most this many mean deviations, and as a quarter of the least change
)

// A fuelChannel is one sensor of fuel in one unit. Its level is the median of
// the last five readings. While the vehicle moves, the reference follows the
// level. While it stands, the reference is what was there before and moves no
// faster than fuel is burnt; a stable level far enough from it is a change.
type fuelChannel struct {
	channel, unit string
	ring          ring
	known         bool
	reference     float64
	near          int64   // time of the last reading that was near the reference
	noise         float64 // mean deviation of readings from the reference
	seen          int64   // readings that noise is the mean of
	moved         clock   // of the motion, when the reference moved last
	settled       int64   // when the reference followed the level last
	rest          int64   // the rest in which the reference was taken
	waited        int64   // readings after a rest without a stable level

	change change // the last one, which may go on
}

type change struct {
	kind       schema.ConditionKind // empty: none
	start, end int64
	told       int64 // when it was told last
	before     float64
	at         place
}

// A verdict is what the newest reading says of a change.
type verdict uint8

const (
	nothing verdict = iota
	began
	wentOn
)

// readFuel takes a reading.
func (s *State) readFuel(r *FuelRules, m *timeline.Mark, out *Out) {
	limits := r.of(m.Unit)
	if limits == nil || !(m.Value >= 0 && m.Value <= limits.GreatestRead) || m.Value == 0 && !r.ZeroIsReading {
		return
	}
	i := s.fuelChannel(r, m)
	if i < 0 || m.Time <= s.fuel[i].ring.last() {
		return
	}
	if s.motion.told == 0 {
		s.motion.told = m.Time
	}
	s.motion.pass(m.Time)
	s.fuel = slices.Clone(s.fuel)
	c := &s.fuel[i]
	if last := c.ring.last(); last != 0 && float64(m.Time-last) > r.MaxSilenceS {
		*c = fuelChannel{channel: c.channel, unit: c.unit}
	}
	c.ring.push(m.Time, m.Value)
	switch c.judge(r, limits, &s.motion, m.Time) {
	case began:
		c.change.at = s.place(m)
		c.emit(out)
	case wentOn:
		c.emit(out)
	}
}

// fuelChannel finds the sensor of m, or a place for it; -1 where there is none.
func (s *State) fuelChannel(r *FuelRules, m *timeline.Mark) int {
	oldest := 0
	for i := range s.fuel {
		if c := &s.fuel[i]; c.channel == m.Channel && c.unit == m.Unit {
			return i
		}
		if s.fuel[i].ring.last() < s.fuel[oldest].ring.last() {
			oldest = i
		}
	}
	if len(m.Channel) > maxText {
		return -1
	}
	fresh := fuelChannel{channel: strings.Clone(m.Channel), unit: strings.Clone(m.Unit)}
	if len(s.fuel) < MaxFuelChannels {
		s.fuel = append(slices.Clone(s.fuel), fresh)
		return len(s.fuel) - 1
	}
	if float64(m.Time-s.fuel[oldest].ring.last()) <= r.MaxSilenceS {
		return -1
	}
	s.fuel = slices.Clone(s.fuel)
	s.fuel[oldest] = fresh
	return oldest
}

// judge decides what the window with its newest reading says.
func (c *fuelChannel) judge(r *FuelRules, l *FuelLimits, m *motion, now int64) verdict {
	if !c.ring.full() {
		return nothing
	}
	if !c.known {
		c.known = true
		c.noise, c.seen = c.ring.deviation(), ringSize
		return c.follow(m, now)
	}
	c.listen(l, now)
	switch {
	case m.restSince != 0:
		return c.judgeAtRest(r, l, m, now)
	case m.restEnd > c.settled:
		return c.judgeAfterRest(r, l, m, now)
	}
	return c.follow(m, now)
}

// judgeAtRest holds the reference until the level is stable.
func (c *fuelChannel) judgeAtRest(r *FuelRules, l *FuelLimits, m *motion, now int64) verdict {
	if !c.ring.stable(c.nearness(l)) || c.ring.since(m.restSince) < enough {
		return nothing
	}
	kind := c.changed(l, m)
	switch {
	case c.goesOn(r, l, now):
		c.rest = m.restSince
		return c.take(l, m, now, wentOn)
	case kind != "" && !m.restedFor(now, r.MinRestS) && m.restEnd <= c.near:
		return nothing // not yet
	case kind != "":
		c.rest = m.restSince
		c.change = change{kind: kind, start: c.near, before: c.reference}
		return c.take(l, m, now, began)
	case c.rest != m.restSince: // a vehicle that stands askew shows another level
		c.rest = m.restSince
		return c.follow(m, now)
	}
	c.slew(l, m)
	return nothing
}

// judgeAfterRest looks at the first levels on the move: many sensors are silent
// while the ignition is off.
func (c *fuelChannel) judgeAfterRest(r *FuelRules, l *FuelLimits, m *motion, now int64) verdict {
	if c.ring.since(m.restEnd) < enough {
		return nothing
	}
	if c.ring.spread() > max(l.least()/2, 3*c.noise) {
		if c.waited++; c.waited >= patience {
			return c.follow(m, now)
		}
		return nothing
	}
	kind := c.changed(l, m)
	switch {
	case c.goesOn(r, l, now):
		return c.take(l, m, now, wentOn)
	case kind != "":
		c.change = change{kind: kind, start: c.near, before: c.reference}
		return c.take(l, m, now, began)
	}
	return c.follow(m, now)
}

// changed is the kind of change from the reference to the level, empty where
// it is none. A fall counts beyond what can have been burnt.
func (c *fuelChannel) changed(l *FuelLimits, m *motion) schema.ConditionKind {
	up := c.ring.median() - c.reference
	down := -up - m.clock.since(c.moved).burn(l)
	switch sure := sureNoise * c.noise; {
	case up >= max(l.MinRefuel, sure):
		return schema.ConditionRefuel
	case down >= max(l.MinTheft, sure):
		return schema.ConditionTheft
	}
	return ""
}

// goesOn tells whether the last change goes on: a pump that paused, a slow
// siphon.
func (c *fuelChannel) goesOn(r *FuelRules, l *FuelLimits, now int64) bool {
	if c.change.kind == "" || float64(now-c.change.told) > r.MergeS {
		return false
	}
	by := c.ring.median() - c.reference
	if c.change.kind == schema.ConditionTheft {
		by = -by
	}
	return by > c.nearness(l)
}

// take makes the level the reference and the end of the change.
func (c *fuelChannel) take(l *FuelLimits, m *motion, now int64, v verdict) verdict {
	c.change.end, c.change.told = c.ring.firstNear(c.ring.median(), c.nearness(l), c.change.start), now
	c.follow(m, now)
	return v
}

func (c *fuelChannel) follow(m *motion, now int64) verdict {
	c.reference, c.moved = c.ring.median(), m.clock
	c.near, c.settled, c.waited = now, now, 0
	return nothing
}

// slew moves the reference towards the level, no faster than fuel is burnt, so
// that neither noise nor consumption adds up to a change.
func (c *fuelChannel) slew(l *FuelLimits, m *motion) {
	most := m.clock.since(c.moved).burn(l)
	c.reference += max(-most, min(most, c.ring.median()-c.reference))
	c.moved = m.clock
}

// nearness is how far from the reference a reading may be that still shows it,
// and how far the readings of a stable level may be apart.
func (c *fuelChannel) nearness(l *FuelLimits) float64 { return max(l.least()/4, 2*c.noise) }

// listen takes the newest reading into the noise, unless it is part of a change
// or an outlier, and notes when the reference was seen. While few readings are
// known, the first ones of a change must not pass for noise: one reading raises it
// only by little more than what is known of it.
func (c *fuelChannel) listen(l *FuelLimits, now int64) {
	off := math.Abs(c.ring.newest() - c.reference)
	if off <= c.nearness(l) {
		c.near = now
	}
	if off < l.least() {
		c.seen = min(c.seen+1, 64)
		c.noise += (min(off, max(l.least()/4, noiseGrowth*c.noise)) - c.noise) / float64(c.seen)
	}
}

func (c *fuelChannel) emit(out *Out) {
	e := newEvent(c.change.kind, c.change.start, c.change.end, c.change.at)
	e.Channel, e.Unit = c.channel, c.unit
	e.ValueBefore, e.ValueAfter = hundredths(c.change.before), hundredths(c.reference)
	out.Event(&e)
}
