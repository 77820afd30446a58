package geofence

// tell gives out an event at a position.
func (c *call) tell(f *fence, set *Settings, kind string, at int64, p *point, dwellS int64) {
	c.send(set, &Event{
		Fence: f.id, Version: set.Version, Kind: kind, At: at, ConfirmedAt: c.t,
		DwellS: dwellS, SpeedDKMH: p.dkmh, LatE6: p.lat, LngE6: p.lng,
	})
}

func (c *call) send(set *Settings, e *Event) {
	if !set.Silent.about(e.Kind) {
		c.out.Event(e)
	}
}

// tellCrossing gives out an enter or an exit.
func (c *call) tellCrossing(f *fence, set *Settings, kind string, x *crossing, inferred bool) {
	e := &Event{
		Fence: f.id, Version: set.Version, Kind: kind, At: x.at, ConfirmedAt: c.t,
		Inferred: inferred, GapS: x.gapS, SpeedDKMH: x.dkmh, LatE6: x.lat, LngE6: x.lng,
	}
	if kind == KindExit {
		e.DwellS = x.at - f.begin
	}
	c.send(set, e)
}

// tick tells of a vehicle that is inside, last seen at p, what came due until a
// time.
func (c *call) tick(f *fence, set *Settings, until int64, p *point) {
	if !f.inside || f.unknown || f.cross.at != 0 || until < f.begin {
		return
	}
	switch open := set.Schedule.Open(until); {
	case f.told && !open:
		c.shut(f, set, until, p)
	case !f.told && open:
		at := max(set.Schedule.Since(until), set.Since, f.begin)
		f.told, f.begin, f.known, f.dwelt = true, at, at, 0
		c.tell(f, set, KindInsideAtOpen, at, p, 0)
	}
	if f.told {
		c.dwell(f, set, until, p)
	}
}

// shut tells that a fence was closed at a time, with the vehicle inside when that
// happened.
func (c *call) shut(f *fence, set *Settings, at int64, p *point) {
	at = max(set.Schedule.Since(at), f.begin)
	c.dwell(f, set, at, p)
	c.tell(f, set, KindInsideAtClose, at, p, at-f.begin)
	f.told, f.begin = false, at
}

// dwell tells the dwell times that were passed until a time. What passed while
// it was not known whether the vehicle was inside, is told of when it was found.
func (c *call) dwell(f *fence, set *Settings, until int64, p *point) {
	if f.unknown {
		return
	}
	for _, s := range set.dwells(c.r) {
		if s <= f.dwelt {
			continue
		}
		at := max(f.begin+s, f.known)
		if at > until {
			return
		}
		f.dwelt = s
		c.tell(f, set, KindDwell, at, p, s)
	}
}

// exit tells that a fence was left at the crossing that is now confirmed.
func (c *call) exit(f *fence, set *Settings) {
	if !f.told {
		return
	}
	x := &f.cross
	p := point{x.at, x.lat, x.lng, x.dkmh}
	if !set.Schedule.Open(x.at) {
		c.shut(f, set, x.at, &p)
		return
	}
	seen := x.at
	if x.gapS > c.r.Jump.MaxGapS { // it may have left right after it was seen
		seen -= x.gapS
	}
	c.dwell(f, set, seen, &p)
	c.tellCrossing(f, set, KindExit, x, false)
}
