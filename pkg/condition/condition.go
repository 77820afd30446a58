// Package condition tells from a vehicle's sensors what happened to it: fuel
// that was filled in or taken out, temperatures that left their range, trouble
// codes from their first to their last report.
//
// It is pure: a State and one entry in order of event time go in, events come
// out. An event is identified by its kind, channel, unit, code and start; the
// same one emitted again replaces what was said before.
package condition

import (
	"math"
	"slices"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// Of how many things a State keeps account. A fuel or temperature channel
// beyond them takes the place of one that is silent for longer than the rules
// bear with, else its readings are left alone; a code beyond them is left alone
// until another is cleared.
const (
	MaxFuelChannels        = 4
	MaxTemperatureChannels = 8
	MaxFaults              = 32
)

// A State is what is remembered of one device. The zero value is ready. A copy
// is independent: its slices are replaced, never written into. Most vehicles
// have none of these sensors, and then it is small.
type State struct {
	motion       motion
	deadline     int64 // at an entry later than this something ends by itself; 0: nothing does
	reportTime   int64 // of the report of codes that is not settled yet; 0: none
	fuel         []fuelChannel
	temperatures []temperatureChannel
	faults       []openFault // by code
}

// Input is what is known of the device: the range that its temperatures should
// stay in, °C, NaN where there is no limit.
type Input struct {
	TemperatureMinC float64
	TemperatureMaxC float64
}

// NoInput is the Input of a device without settings.
func NoInput() Input { return Input{TemperatureMinC: math.NaN(), TemperatureMaxC: math.NaN()} }

// An Out takes what was found. The event is its own to keep.
type Out struct {
	Event func(*Event)
}

// An Event is one change. Times are seconds since 1970, numbers that do not
// apply are NaN, and a position that is not known is timeline.NoPosition.
type Event struct {
	Kind    schema.ConditionKind
	Channel string // the sensor's; empty for faults
	Code    string // of a fault
	Unit    string // of the values: L, percent, cm, V or C
	Start   int64  // fuel: the last reading before the change; else the first reading or report that was out of order
	End     int64  // of one that goes on: when it was seen last
	Ongoing bool

	ValueBefore float64 // smoothed level of fuel
	ValueAfter  float64
	ValueMin    float64 // of the temperatures during the event
	ValueMax    float64
	LimitMin    float64 // of the range that was left
	LimitMax    float64
	LatE6       int32 // 1e-6 degree, where it was noticed first
	LngE6       int32
}

// newEvent is one without values.
func newEvent(kind schema.ConditionKind, start, end int64, at place) Event {
	nan := math.NaN()
	return Event{
		Kind: kind, Start: start, End: end,
		ValueBefore: nan, ValueAfter: nan, ValueMin: nan, ValueMax: nan, LimitMin: nan, LimitMax: nan,
		LatE6: at.lat, LngE6: at.lng,
	}
}

// A place is a position, 1e-6 degree, or timeline.NoPosition.
type place struct{ lat, lng int32 }

// place is that of the mark, or else of the last fix.
func (s *State) place(m *timeline.Mark) place {
	switch {
	case m.LatE6 != timeline.NoPosition:
		return place{m.LatE6, m.LngE6}
	case s.motion.fixTime != 0:
		return place{s.motion.lat, s.motion.lng}
	}
	return place{timeline.NoPosition, timeline.NoPosition}
}

// Fix takes a position: whether the vehicle is at rest, and where.
func (s *State) Fix(r *Rules, _ Input, f *timeline.Fix, out *Out) {
	if s.deadline != 0 && f.Time > s.deadline {
		s.expire(r, f.Time, out)
	}
	if f.ACC >= 0 {
		s.motion.ignition = ignitionOf(f.ACC == 1)
	}
	if len(s.fuel) == 0 {
		s.motion.place(f)
		return
	}
	s.motion.fix(&r.Fuel, f)
}

// Mark takes a reading of a sensor, a report of trouble codes, or the ignition.
// Marks of other kinds only tell that time has passed.
func (s *State) Mark(r *Rules, in Input, m *timeline.Mark, out *Out) {
	if s.deadline != 0 && m.Time > s.deadline {
		s.expire(r, m.Time, out)
	}
	switch m.Kind {
	case timeline.MarkIgnition:
		s.motion.switched(m.Time, m.Value >= 0.5)
	case timeline.MarkFuel:
		s.readFuel(&r.Fuel, m, out)
	case timeline.MarkTemperature:
		s.readTemperature(&r.Temperature, in, m, out)
		s.schedule(r)
	case timeline.MarkFaults:
		s.reportFaults(&r.Faults, m, out)
		s.schedule(r)
	}
}

// expire ends what ends by itself before now.
func (s *State) expire(r *Rules, now int64, out *Out) {
	if s.reportTime != 0 && now > s.reportTime {
		s.settleFaults(&r.Faults, out)
	}
	for i := range s.temperatures {
		if c := &s.temperatures[i]; c.open() && now > c.last+int64(r.Temperature.MaxGapS) {
			s.temperatures = slices.Clone(s.temperatures)
			s.temperatures[i].end(c.last, out)
		}
	}
	s.schedule(r)
}

// schedule finds the next deadline.
func (s *State) schedule(r *Rules) {
	s.deadline = s.reportTime
	for i := range s.temperatures {
		if c := &s.temperatures[i]; c.open() {
			if at := c.last + int64(r.Temperature.MaxGapS); s.deadline == 0 || at < s.deadline {
				s.deadline = at
			}
		}
	}
}
