package condition

import (
	"math"
	"slices"
	"strings"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A temperatureChannel is one sensor. since is when the temperature left its
// range; the event is told once that has lasted.
type temperatureChannel struct {
	channel   string
	last      int64 // of its newest reading
	since     int64 // 0: in range
	told      int64 // when the event was told last; 0: not yet
	least     int32 // since then, 0.01 °C
	greatest  int32
	toldLeast int32
	toldGreat int32
	low, high float64 // the range that was left, infinite where there is no limit
	at        place   // where it was left
}

func (c *temperatureChannel) open() bool { return c.since != 0 }

// readTemperature takes a reading.
func (s *State) readTemperature(r *TemperatureRules, in Input, m *timeline.Mark, out *Out) {
	if !(m.Value >= r.LeastReadC && m.Value <= r.GreatReadC) {
		return
	}
	i := s.temperatureChannel(r, m)
	if i < 0 || m.Time <= s.temperatures[i].last {
		return
	}
	s.temperatures = slices.Clone(s.temperatures)
	c := &s.temperatures[i]
	low, high := r.bounds(in)
	switch inside := min(r.HysteresisC, (high-low)/4); {
	case !c.open() && (m.Value < low || m.Value > high):
		c.since, c.told, c.low, c.high, c.at = m.Time, 0, low, high, s.place(m)
		c.least, c.greatest = hundredth(m.Value), hundredth(m.Value)
	case c.open() && m.Value >= low+inside && m.Value <= high-inside:
		c.end(m.Time, out)
	case c.open():
		c.least, c.greatest = min(c.least, hundredth(m.Value)), max(c.greatest, hundredth(m.Value))
	}
	c.last = m.Time
	if c.open() && c.worthTelling(r) {
		c.told, c.toldLeast, c.toldGreat = c.last, c.least, c.greatest
		c.emit(c.last, true, out)
	}
}

// worthTelling tells whether there is something new to say at c.last.
func (c *temperatureChannel) worthTelling(r *TemperatureRules) bool {
	if c.told == 0 {
		return float64(c.last-c.since) >= r.MinDurationS
	}
	step := hundredth(r.ReportStepC)
	return c.toldLeast-c.least >= step || c.greatest-c.toldGreat >= step || float64(c.last-c.told) >= r.ReportS
}

// end closes what is open. What was too short to be told is forgotten.
func (c *temperatureChannel) end(at int64, out *Out) {
	if c.told != 0 {
		c.emit(at, false, out)
	}
	*c = temperatureChannel{channel: c.channel, last: c.last}
}

func (c *temperatureChannel) emit(end int64, ongoing bool, out *Out) {
	e := newEvent(schema.ConditionTemperature, c.since, end, c.at)
	e.Channel, e.Unit, e.Ongoing = c.channel, "C", ongoing
	e.ValueMin, e.ValueMax = float64(c.least)/100, float64(c.greatest)/100
	if !math.IsInf(c.low, 0) {
		e.LimitMin = c.low
	}
	if !math.IsInf(c.high, 0) {
		e.LimitMax = c.high
	}
	out.Event(&e)
}

// temperatureChannel finds the sensor of m, or a place for it; -1 where there
// is none.
func (s *State) temperatureChannel(r *TemperatureRules, m *timeline.Mark) int {
	oldest := 0
	for i := range s.temperatures {
		if s.temperatures[i].channel == m.Channel {
			return i
		}
		if s.temperatures[i].last < s.temperatures[oldest].last {
			oldest = i
		}
	}
	if len(m.Channel) > maxText {
		return -1
	}
	fresh := temperatureChannel{channel: strings.Clone(m.Channel)}
	if len(s.temperatures) < MaxTemperatureChannels {
		s.temperatures = append(slices.Clone(s.temperatures), fresh)
		return len(s.temperatures) - 1
	}
	if float64(m.Time-s.temperatures[oldest].last) <= r.MaxGapS {
		return -1
	}
	s.temperatures = slices.Clone(s.temperatures)
	s.temperatures[oldest] = fresh
	return oldest
}

func hundredth(v float64) int32 { return int32(math.Round(v * 100)) }

// maxText bounds the names of channels and codes that are kept; a longer one is
// none that a sensor has.
const maxText = 64
