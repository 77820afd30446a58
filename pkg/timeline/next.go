package timeline

// What follows of a fix that is not the first: where the vehicle may be at rest,
// 1: all is as in the last fix, or 01: speed and heading are; then what changed.

// resting says that the next fix may well be as the last.
func (c *codec) resting() bool { return c.mode&modeSpeed == 0 || c.last.SpeedDKMH == 0 }

func (c *codec) putNext(w *bitWriter, f *Fix, dt int64) {
	l, m := &c.last, c.mode
	if !c.resting() {
		c.putMoved(w, f, dt)
		return
	}
	still := (m&modeSpeed == 0 || f.SpeedDKMH == l.SpeedDKMH) && (m&modeHeading == 0 || f.HeadingDeg == l.HeadingDeg)
	here := f.LatE6 == l.LatE6 && f.LngE6 == l.LngE6
	switch {
	case still && here && (m&modeSat == 0 || f.Satellites == l.Satellites) && (m&modeOdometer == 0 || f.OdometerM == l.OdometerM):
		w.put(0b1, 1)
	case still:
		w.put(0b10, 2)
		c.putSatellites(w, f)
		w.putBit(here)
		if !here {
			c.putPosition(w, f, c.here(ctxRest))
		}
		c.putOdometer(w, f)
	default:
		w.put(0b00, 2)
		c.putMoved(w, f, dt)
	}
}

func (c *codec) getNext(r *bitReader, f *Fix, dt int64) {
	if !c.resting() {
		c.getMoved(r, f, dt)
		return
	}
	changed := r.prefix(2)
	if changed == 2 {
		c.getMoved(r, f, dt)
		return
	}
	l, m := &c.last, c.mode
	f.LatE6, f.LngE6 = l.LatE6, l.LngE6
	if m&modeSpeed != 0 {
		f.SpeedDKMH = l.SpeedDKMH
	}
	if m&modeHeading != 0 {
		f.HeadingDeg = l.HeadingDeg
	}
	if changed > 0 {
		c.getSatellites(r, f)
		if !r.bit() {
			c.getPosition(r, f, c.here(ctxRest))
		}
		c.getOdometer(r, f)
		return
	}
	if m&modeSat != 0 {
		f.Satellites = l.Satellites
	}
	if m&modeOdometer != 0 {
		f.OdometerM = l.OdometerM
	}
}

func (c *codec) putMoved(w *bitWriter, f *Fix, dt int64) {
	l, m := &c.last, c.mode
	c.putSatellites(w, f)
	if m&modeSpeed != 0 {
		unit := c.speedUnit()
		d := zigzag(int64(f.SpeedDKMH/unit) - int64(l.SpeedDKMH/unit))
		if l.SpeedDKMH == 0 {
			c.putWide(w, ctxStart, d)
		} else {
			c.put(w, ctxSpeed, d)
		}
	}
	if m&modeHeading != 0 {
		d := zigzag(int64(turn(wrap(l.HeadingDeg), f.HeadingDeg)))
		stands := m&modeSpeed != 0 && f.SpeedDKMH == 0
		if stands {
			w.putBit(d == 0)
		}
		if !stands || d != 0 {
			c.putWide(w, c.ctxOfTurn(f), d)
		}
	}
	c.putPosition(w, f, c.predict(f, dt))
	c.putOdometer(w, f)
}

func (c *codec) getMoved(r *bitReader, f *Fix, dt int64) {
	l, m := &c.last, c.mode
	c.getSatellites(r, f)
	if m&modeSpeed != 0 {
		unit := c.speedUnit()
		var d uint64
		if l.SpeedDKMH == 0 {
			d = c.getWide(r, ctxStart)
		} else {
			d = c.get(r, ctxSpeed)
		}
		if f.SpeedDKMH = (l.SpeedDKMH/unit + int32(unzigzag(d))) * unit; f.SpeedDKMH < 0 {
			f.SpeedDKMH, r.bad = 0, true
		}
	}
	if m&modeHeading != 0 {
		f.HeadingDeg = wrap(l.HeadingDeg)
		if m&modeSpeed == 0 || f.SpeedDKMH != 0 || !r.bit() {
			f.HeadingDeg = wrap(f.HeadingDeg + int32(unzigzag(c.getWide(r, c.ctxOfTurn(f)))%360))
		}
	}
	c.getPosition(r, f, c.predict(f, dt))
	c.getOdometer(r, f)
}

// ctxOfTurn is the context of a change of heading: who is fast turns little.
func (c *codec) ctxOfTurn(f *Fix) int {
	switch v := min(f.SpeedDKMH, c.last.SpeedDKMH); {
	case v < 150:
		return ctxSlow
	case v < 400:
		return ctxMiddle
	}
	return ctxFast
}

func (c *codec) putSatellites(w *bitWriter, f *Fix) {
	if c.mode&modeSat == 0 {
		return
	}
	d := zigzag(int64(f.Satellites) - int64(c.last.Satellites))
	w.putBit(d == 0)
	if d != 0 {
		c.put(w, ctxSat, d-1)
	}
}

func (c *codec) getSatellites(r *bitReader, f *Fix) {
	if c.mode&modeSat == 0 {
		return
	}
	f.Satellites = c.last.Satellites
	if !r.bit() {
		f.Satellites += int32(unzigzag(c.get(r, ctxSat) + 1))
	}
}

func (c *codec) putOdometer(w *bitWriter, f *Fix) {
	if c.mode&modeOdometer != 0 {
		way, ctx := c.way(f)
		c.put(w, ctx, zigzag(f.OdometerM-c.last.OdometerM-way))
	}
}

func (c *codec) getOdometer(r *bitReader, f *Fix) {
	if c.mode&modeOdometer != 0 {
		way, ctx := c.way(f)
		f.OdometerM = c.last.OdometerM + way + unzigzag(c.get(r, ctx))
	}
}

// way is what the odometer should have counted, and the context of its error. At
// rest it counts nothing, however the position drifts.
func (c *codec) way(f *Fix) (m int64, ctx int) {
	if c.form != form1 && c.mode&modeSpeed != 0 && max(f.SpeedDKMH, c.last.SpeedDKMH) <= 0 {
		return 0, ctxStanding
	}
	return c.moved(f), ctxOdometer
}
