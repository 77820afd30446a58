package geofence

import "math"

// passThrough finds the fences that the way to a position passed through.
func (s *State) passThrough(c *call, p *point) {
	if !s.mayPass(c, p) {
		return
	}
	s.ask(c)
	for i := range c.out.passes {
		x := &c.out.passes[i]
		if !c.passes(x) || s.find(x.Fence) >= 0 {
			continue
		}
		set := c.v.Settings(x.Fence, p.t)
		if set == nil || set.Since > s.prev.t {
			continue
		}
		in, out := s.cut(p, x.EnterAt), s.cut(p, x.ExitAt)
		if r := set.enter(c.r); r.MinFixes > 1 || out.at-in.at < r.MinInsideS || !set.Schedule.Open(in.at) || !set.Schedule.Open(out.at) {
			continue
		}
		f := fence{id: x.Fence, inside: true, told: true, begin: in.at, known: in.at}
		c.tellCrossing(&f, set, KindEnter, &in, true)
		c.tellCrossing(&f, set, KindExit, &out, true)
	}
}

// passes tells whether a line goes through a fence, from outside to outside.
func (c *call) passes(x *Pass) bool {
	return x.EnterAt > 0 && x.ExitAt < 1 && x.ChordM >= c.r.Jump.MinChordM
}

// mayPass tells whether the way to a position is one that may pass through.
func (s *State) mayPass(c *call, p *point) bool {
	chord := c.r.Jump.MinChordM
	return chord > 0 && s.conclusive(c, p) && !s.prev.within(p, chord)
}

// through gives how the way to a position passes through a fence, if it does.
func (s *State) through(c *call, p *point, id string) *Pass {
	if !s.mayPass(c, p) {
		return nil
	}
	if x := s.across(c, id); x != nil && c.passes(x) {
		return x
	}
	return nil
}

// conclusive tells whether the way to a position can be taken for straight.
func (s *State) conclusive(c *call, p *point) bool {
	return s.prev.t != 0 && !c.broken && p.t-s.prev.t <= c.r.Jump.MaxGapS
}

func (s *State) ask(c *call) {
	if o := c.out; !c.asked {
		s.prev.put(&o.prev)
		o.passes, c.asked = c.v.Across(&o.prev, &o.cur, o.passes[:0]), true
	}
}

// across gives what the way to a position has of a fence, if anything.
func (s *State) across(c *call, id string) *Pass {
	s.ask(c)
	for i := range c.out.passes {
		if x := &c.out.passes[i]; x.Fence == id {
			return x
		}
	}
	return nil
}

// here is a crossing of which only the position after it is known.
func (s *State) here(p *point) crossing {
	x := crossing{at: p.t, lat: p.lat, lng: p.lng, dkmh: p.dkmh}
	if s.prev.t != 0 {
		x.gapS = p.t - s.prev.t
	}
	return x
}

// crossing is where the way to a position enters a fence, or leaves it.
func (s *State) crossing(c *call, p *point, id string, in bool) crossing {
	if !s.conclusive(c, p) {
		return s.here(p)
	}
	x := s.across(c, id)
	switch {
	case x == nil:
		return s.here(p)
	case in:
		return s.cut(p, x.EnterAt)
	}
	return s.cut(p, x.ExitAt)
}

// cut is a crossing after a share of the way to a position.
func (s *State) cut(p *point, share float64) crossing {
	x := s.here(p)
	share = min(max(share, 0), 1)
	x.at = s.prev.t + int64(math.Round(share*float64(x.gapS)))
	x.lat, x.lng = s.prev.toward(p, share)
	return x
}
