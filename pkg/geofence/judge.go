package geofence

// judge takes a position through the machines of all fences. Of a vehicle that
// stands it is the mean of its fixes.
func (s *State) judge(c *call, p *point, stands bool) {
	o := c.out
	p.put(&o.cur)
	c.asked = false
	o.places = c.v.At(&o.cur, o.places[:0])
	s.passThrough(c, p)
	for i := 0; i < len(s.fences); {
		if s.follow(c, p, stands, i) {
			i++
		}
	}
	for i := range o.places {
		if q := &o.places[i]; s.find(q.Fence) < 0 {
			s.arrive(c, p, stands, q)
		}
	}
	s.prev = *p
}

// follow takes a position through the machine of a fence. It gives false if the
// fence is then followed no more.
func (s *State) follow(c *call, p *point, stands bool, i int) bool {
	f := s.fences[i]
	set := c.v.Settings(f.id, p.t)
	switch {
	case set == nil:
		s.drop(c, i)
		return false
	case set.Since > p.t: // what held then is not known any more
		return true
	}
	depth, in := c.depth(f.id)
	if !f.inside {
		if !in {
			s.drop(c, i)
			return false
		}
		f.n++
		s.enter(c, p, stands, &f, set, depth)
		s.set(c, i, &f)
		return true
	}
	switch {
	case in:
		f.cross, f.n, f.since, f.edge = crossing{}, 0, 0, false
		c.found(p, &f, set)
	case c.lingers(f.id, set):
		s.linger(c, p, &f)
		if f.cross.at == 0 {
			c.found(p, &f, set)
		}
	case s.leave(c, p, stands, &f, set):
		s.drop(c, i)
		return false
	}
	s.set(c, i, &f)
	return true
}

// lingers tells whether a position that is outside a fence is within its margin.
func (c *call) lingers(id string, set *Settings) bool {
	marginM := set.exit(c.r).marginM(set.RadiusM)
	return marginM > 0 && c.v.OutsideM(id, &c.out.cur) <= marginM
}

// depth is that of the position in a fence, if it is inside.
func (c *call) depth(id string) (depthM float64, inside bool) {
	for i := range c.out.places {
		if q := &c.out.places[i]; q.Fence == id {
			return q.DepthM, true
		}
	}
	return 0, false
}

// found sees the vehicle inside.
func (c *call) found(p *point, f *fence, set *Settings) {
	if f.unknown {
		f.unknown, f.known = false, p.t
		if f.told && set.Schedule.Open(p.t) {
			c.tell(f, set, KindInsideAgain, p.t, p, 0)
		}
	}
	c.tick(f, set, p.t, p)
}

// linger sees it between the edge and the margin.
func (s *State) linger(c *call, p *point, f *fence) {
	f.n, f.since = 0, 0
	switch {
	case !f.edge:
		f.edge, f.cross = true, s.crossing(c, p, f.id, false)
	case f.cross.at != 0 && p.t-f.cross.at > c.r.Jump.MaxGapS:
		f.cross = crossing{}
	}
}

// leave sees it beyond the margin. It tells whether that is confirmed.
func (s *State) leave(c *call, p *point, stands bool, f *fence, set *Settings) bool {
	switch {
	case !f.edge:
		f.edge, f.cross = true, s.crossing(c, p, f.id, false)
	case f.cross.at == 0: // it stayed between edge and margin
		f.cross = s.here(p)
		if s.conclusive(c, p) {
			f.cross.at, f.cross.lat, f.cross.lng = s.prev.t, s.prev.lat, s.prev.lng
		}
	default:
		if pass := s.through(c, p, f.id); pass != nil { // in and out again between two fixes
			f.n, f.cross = 0, s.crossing(c, p, f.id, false)
		}
	}
	if f.n++; f.n == 1 {
		f.since = p.t
	}
	exit := set.exit(c.r)
	needS := exit.MinOutsideS
	if stands && f.cross.at > s.rest.since {
		needS = max(needS, c.r.Rest.ConfirmS)
	}
	if f.n < exit.MinFixes || p.t-f.since < needS {
		return false
	}
	c.exit(f, set)
	return true
}

// arrive sees the vehicle inside a fence that it was outside of.
func (s *State) arrive(c *call, p *point, stands bool, q *Place) {
	set := c.v.Settings(q.Fence, p.t)
	if set == nil || set.Since > p.t {
		return
	}
	if len(s.fences) >= MaxFences {
		if c.out.Full != nil {
			c.out.Full(q.Fence, p.t)
		}
		return
	}
	f := fence{id: q.Fence, n: 1, since: p.t, cross: s.here(p)}
	if s.prev.t == 0 || set.Since > s.prev.t {
		f.start = true
	} else if pass := s.across(c, q.Fence); pass != nil && pass.EnterAt == 0 {
		f.start = true
	} else {
		f.cross = s.crossing(c, p, q.Fence, true)
	}
	s.enter(c, p, stands, &f, set, q.DepthM)
	s.add(c, &f)
}

// enter confirms that a fence was entered, if it can.
func (s *State) enter(c *call, p *point, stands bool, f *fence, set *Settings, depthM float64) {
	r := set.enter(c.r)
	needN, needS := r.MinFixes, r.MinInsideS
	if r.MarginM > 0 && depthM >= r.MarginM {
		needN, needS = 1, 0
	}
	if stands && !f.start && f.cross.at > s.rest.since {
		needN, needS = max(needN, 2), max(needS, c.r.Rest.ConfirmS)
	}
	if f.n < needN || p.t-f.since < needS {
		return
	}
	x := f.cross
	f.inside, f.begin, f.known = true, x.at, x.at
	if set.Schedule.Open(x.at) {
		kind := KindEnter
		if f.start {
			kind = KindInsideAtStart
		}
		f.told = true
		c.tellCrossing(f, set, kind, &x, false)
	}
	f.cross, f.n, f.since, f.start = crossing{}, 0, 0, false
	c.tick(f, set, p.t, p)
}
