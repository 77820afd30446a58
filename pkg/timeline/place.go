package timeline

// A place is where a fix should be. Of what it is off, that along the way is
// written first, then that across it less what the first explains: on a way
// that leads to the north-east, an error to the north makes one to the east.
type place struct {
	lat, lng   int32
	eastward   bool // the way is the longitude's, more than the latitude's
	slope      int64
	along      int // contexts
	across     int
	sizeAlong  uint64 // error to be expected, in 1/16 of 1e-6 degree
	sizeAcross uint64
}

const slopeShift = 15

// here is the place of the last fix.
func (c *codec) here(ctx int) place {
	return place{lat: c.last.LatE6, lng: c.last.LngE6, along: ctx, across: ctx, sizeAlong: unit, sizeAcross: unit}
}

// predict says where a fix should be by all of it but its position.
func (c *codec) predict(f *Fix, dt int64) place {
	l, m := &c.last, c.mode
	switch {
	case m&modeSpeed != 0 && max(f.SpeedDKMH, l.SpeedDKMH) <= 0:
		return c.here(ctxRest)
	case m&modeWay == modeWay:
		return c.onWay(f, dt)
	}
	p := c.here(ctxBlind)
	if c.lastDt > 0 {
		p.lat, p.lng = offset(p.lat, p.lng, int64(c.dLat)*dt/int64(c.lastDt), int64(c.dLng)*dt/int64(c.lastDt))
	}
	return p
}

// The sizes of errors were fitted to recorded and simulated drives with a fix
// every 1 and 10 s: along the way 0.4 of what the change of speed makes, 0.2 of
// the arc of the turn, and 2.4e-6 degree a second; across it 0.31 of the arc, and
// 1.6e-6 degree a second. Here they are in 2^-10/16 of 1e-6 degree for speeds in
// 0.1 km/h and turns in degrees.
const (
	sizeOfSpeed       = 1638
	sizeOfArcAlong    = 7
	sizeOfTimeAlong   = 39_936
	sizeOfArcAcross   = 11
	sizeOfTimeAcross  = 26_214
	sizeShift         = 10
	maxReckonedChange = maxReckonSpeed
)

func (c *codec) onWay(f *Fix, dt int64) place {
	l := &c.last
	v1, h1 := max(l.SpeedDKMH, 0), wrap(l.HeadingDeg)
	p := place{along: ctxAlong, across: ctxAcross}
	p.lat, p.lng = reckon(l.LatE6, l.LngE6, v1, h1, f.SpeedDKMH, f.HeadingDeg, dt)
	x, y := int64(p.lat-l.LatE6), int64(p.lng-l.LngE6)
	if p.eastward = abs(y) > abs(x); p.eastward {
		x, y = y, x
	}
	if x != 0 {
		p.slope = y << slopeShift / x
	}
	dv := min(abs(int64(f.SpeedDKMH)-int64(v1)), maxReckonedChange) * dt
	arc := abs(int64(turn(h1, f.HeadingDeg))) * min(int64(f.SpeedDKMH)+int64(v1), 2*maxReckonSpeed) * dt
	p.sizeAlong = uint64(dv*sizeOfSpeed+arc*sizeOfArcAlong+dt*sizeOfTimeAlong) >> sizeShift
	p.sizeAcross = uint64(arc*sizeOfArcAcross+dt*sizeOfTimeAcross) >> sizeShift
	return p
}

func abs(v int64) int64 { return max(v, -v) }

// explained is the error across the way that comes with one along it.
func (p *place) explained(along int32) int32 {
	return int32((int64(along)*p.slope + 1<<(slopeShift-1)) >> slopeShift)
}

func (c *codec) putPosition(w *bitWriter, f *Fix, p place) {
	a, b := f.LatE6-p.lat, f.LngE6-p.lng
	if p.eastward {
		a, b = b, a
	}
	c.putSized(w, p.along, zigzag(int64(a)), p.sizeAlong)
	c.putSized(w, p.across, zigzag(int64(b-p.explained(a))), p.sizeAcross)
}

func (c *codec) getPosition(r *bitReader, f *Fix, p place) {
	a := int32(unzigzag(c.getSized(r, p.along, p.sizeAlong)))
	b := int32(unzigzag(c.getSized(r, p.across, p.sizeAcross))) + p.explained(a)
	if p.eastward {
		a, b = b, a
	}
	f.LatE6, f.LngE6 = p.lat+a, p.lng+b
}

// moved is about how far f is from the last fix, in metres.
func (c *codec) moved(f *Fix) int64 {
	dLat := abs(int64(f.LatE6 - c.last.LatE6))
	dLng := abs(int64(f.LngE6-c.last.LngE6)) * cosineOfLat(f.LatE6) >> sineShift
	long, short := max(dLat, dLng), min(dLat, dLng)
	// By the longer side and a bit of the shorter, which is at most 4 % off.
	return (long*983 + short*407) * 111 / 1_024_000
}
