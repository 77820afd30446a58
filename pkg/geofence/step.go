package geofence

import "github.com/odograph/odograph/pkg/timeline"

// A call is one entry on its way through a State.
type call struct {
	r   *Rules
	v   View
	out *Out
	t   int64 // of the entry

	owns   bool // the fences of the State, which no copy of it shares
	broken bool // nothing can be concluded from the way to it
	asked  bool // out.passes are those of the way to it
}

// Fix takes the next fix of a device. Fixes come in order of time, no two of one
// second.
func (s *State) Fix(r *Rules, v View, f *timeline.Fix, out *Out) {
	c := call{r: r, v: v, out: out, t: f.Time}
	s.wake(&c)
	s.alive = f.Time
	if f.ACC >= 0 {
		s.ignition = off
		if f.ACC > 0 {
			s.ignition = on
		}
	}
	p := point{f.Time, f.LatE6, f.LngE6, f.SpeedDKMH}
	if f.Old || f.Satellites >= 0 && f.Satellites < r.Trust.MinSatellites || !s.believe(&c, &p) {
		s.pass(&c)
		return
	}
	s.locate(&c, &p)
}

// Mark takes the next mark of a device: time has passed, and it was alive. A
// vehicle whose ignition is on may drive without a position, so that a mark of it
// says nothing of where it is.
func (s *State) Mark(r *Rules, v View, m *timeline.Mark, out *Out) {
	c := call{r: r, v: v, out: out, t: m.Time}
	s.wake(&c)
	if s.ignition != on {
		s.alive = m.Time
	}
	if m.Kind == timeline.MarkIgnition {
		switch m.Value {
		case 0:
			s.ignition = off
		case 1:
			s.ignition = on
		}
	}
	s.pass(&c)
}

// wake looks at the silence before an entry. Whether a vehicle that was just
// entering or leaving did so is said by the next position.
func (s *State) wake(c *call) {
	if len(s.fences) == 0 || s.held.t != 0 || c.t-s.alive <= c.r.UnknownAfterS {
		return
	}
	for i := range s.fences {
		f := s.fences[i]
		set := c.v.Settings(f.id, s.alive)
		if !f.inside || f.unknown || f.n > 0 || set == nil || set.Since > s.alive {
			continue
		}
		f.cross = crossing{}
		c.tick(&f, set, s.alive, &s.prev)
		f.unknown = true
		if f.told {
			c.tell(&f, set, KindUnknown, s.alive, &s.prev, 0)
		}
		s.set(c, i, &f)
	}
}

// pass lets time pass without a position. As long as the next fix may say that
// something happened before now, nothing is told of that time.
func (s *State) pass(c *call) {
	if len(s.fences) == 0 || s.held.t != 0 {
		return
	}
	until := s.prev.t
	if c.t-s.prev.t > c.r.Jump.MaxGapS && s.alive == c.t {
		until = c.t
	}
	for i := range s.fences {
		f := s.fences[i]
		if set := c.v.Settings(f.id, until); set != nil && set.Since <= until {
			c.tick(&f, set, until, &s.prev)
			s.set(c, i, &f)
		}
	}
}

// believe tells whether a vehicle can have come to a fix. Of two fixes in a row
// that cannot be reached and agree with each other, it is the past that was
// wrong.
func (s *State) believe(c *call, p *point) bool {
	reach := func(from *point) bool {
		// A receiver's noise is no speed.
		return from.within(p, c.r.Jump.MaxImpliedKMH*(1/3.6)*float64(p.t-from.t)+max(c.r.Rest.RadiusM, 50))
	}
	switch {
	case s.last.t == 0 || reach(&s.last):
	case s.doubt.t != 0 && reach(&s.doubt):
		c.broken = true
	default:
		s.doubt = *p
		return false
	}
	s.stride.add(c.r, &s.last, p)
	s.doubt, s.last = point{}, *p
	return true
}
