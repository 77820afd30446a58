package timeline

import "math/bits"

// A codec is what the code of the next entry of a chunk depends on: the entries
// before it. Writer and reader go through the same states, so that nothing of
// it has to be stored.
type codec struct {
	last    Fix   // the last fix; its fields that were Unknown keep what was known before
	time    int64 // of the last entry
	shapes  []shape
	dLat    int32 // the last movement, where no speed and heading say better
	dLng    int32
	lastDt  int32 // between the last two fixes
	mode    mode
	hasFix  bool
	endMark bool // the last entry is a mark
	means   [contexts]uint32
}

// A mode is what seldom changes from one fix to the next.
type mode uint16

const (
	modeSpeed    mode = 1 << iota // the speed is known
	modeHeading                   // the heading is known
	modeSat                       // the satellites are known
	modeOdometer                  // the odometer is known
	modeACC                       // the ignition is known
	modeOn                        // and on
	modeOld                       // old coordinates
	modeTenths                    // speeds are in 0.1 km/h, not in km/h
	modeOdd                       // fields are outside what the other forms can say
	modeBits     = iota
)

// A context is a kind of number, of which the codec keeps the mean.
const (
	ctxDt = iota
	ctxSpeed
	ctxHeading
	ctxSat
	ctxOdometer
	ctxMark
	ctxRest // position, by how much the vehicle moved
	ctxMove
	ctxTurn
	ctxBlind
	contexts
)

// startMeans are 16 times the means with which a chunk starts: about those of
// cars in a city at a fix every 10 s.
var startMeans = [contexts]uint32{
	ctxDt:       16 * 8,
	ctxSpeed:    16 * 10,
	ctxHeading:  16 * 16,
	ctxSat:      16 * 1,
	ctxOdometer: 16 * 16,
	ctxMark:     16 * 30,
	ctxRest:     16 * 8,
	ctxMove:     16 * 40,
	ctxTurn:     16 * 80,
	ctxBlind:    16 * 300,
}

func newCodec(first int64) codec {
	return codec{time: first, last: Fix{Time: first}, means: startMeans}
}

// shift is the Golomb-Rice parameter that fits a context's mean.
func (c *codec) shift(ctx int) uint { return uint(bits.Len32(c.means[ctx] * 11 >> 8)) }

// learn moves the mean of a context towards u; a single outlier moves it little.
func (c *codec) learn(ctx int, u uint64) {
	m := int64(c.means[ctx])
	x := min(int64(min(u, 1<<16))<<4, 8*m+128)
	c.means[ctx] = uint32(m + (x-m+4)>>3)
}

func (c *codec) put(w *bitWriter, ctx int, u uint64) {
	w.putRice(u, c.shift(ctx))
	c.learn(ctx, u)
}

func (c *codec) get(r *bitReader, ctx int) uint64 {
	u := r.rice(c.shift(ctx))
	c.learn(ctx, u)
	return u
}

// An entry starts with 1: a fix as long after the last as that after the one
// before, in the same mode; 01: another time; 001: another mode; 000: a mark.
const (
	tagNext = 0b1
	tagTime = 0b10
	tagMode = 0b100
	tagMark = 0b000
)

// modeOf is the mode in which f can be written, nearest to the present one.
func (c *codec) modeOf(f *Fix) mode {
	if uint32(f.SpeedDKMH+1) > 1<<20 || uint32(f.HeadingDeg+1) > 360 || uint32(f.Satellites+1) > 256 ||
		uint32(f.ACC+1) > 2 || uint64(f.OdometerM+1) > 1<<50 {
		m := modeOdd
		if f.Old {
			m |= modeOld
		}
		return m
	}
	m := c.mode & modeTenths
	if f.SpeedDKMH >= 0 {
		m |= modeSpeed
		if f.SpeedDKMH%10 != 0 {
			m |= modeTenths
		}
	}
	if f.HeadingDeg >= 0 {
		m |= modeHeading
	}
	if f.Satellites >= 0 {
		m |= modeSat
	}
	if f.OdometerM >= 0 {
		m |= modeOdometer
	}
	if f.ACC >= 0 {
		m |= modeACC
		if f.ACC > 0 {
			m |= modeOn
		}
	}
	if f.Old {
		m |= modeOld
	}
	return m
}

// putFix writes a fix that is not older than the last entry and newer than the
// last fix, if there is one.
func (c *codec) putFix(w *bitWriter, f *Fix) {
	m, dt := c.modeOf(f), int32(f.Time-c.last.Time)
	sameDt := dt == c.lastDt
	switch {
	case m != c.mode:
		w.put(tagMode, 3)
		w.put(uint64(m), modeBits)
		w.putBit(sameDt)
		c.mode = m
	case sameDt:
		w.put(tagNext, 1)
	default:
		w.put(tagTime, 2)
	}
	if !sameDt {
		c.put(w, ctxDt, zigzag(int64(dt-c.lastDt)))
	}
	switch {
	case !c.hasFix:
		c.putFirst(w, f)
	case m&modeOdd != 0:
		putOdd(w, f)
		c.putPosition(w, f, ctxBlind, c.last.LatE6, c.last.LngE6)
	case !c.putRest(w, f):
		c.putMoved(w, f, int64(dt))
	}
	c.keep(f, dt)
}

// keep makes f the last fix.
func (c *codec) keep(f *Fix, dt int32) {
	last := c.last
	c.last = *f
	if f.SpeedDKMH < 0 {
		c.last.SpeedDKMH = last.SpeedDKMH
	}
	if f.HeadingDeg < 0 {
		c.last.HeadingDeg = last.HeadingDeg
	}
	if f.Satellites < 0 {
		c.last.Satellites = last.Satellites
	}
	if f.OdometerM < 0 {
		c.last.OdometerM = last.OdometerM
	}
	if c.hasFix {
		c.dLat, c.dLng = f.LatE6-last.LatE6, f.LngE6-last.LngE6
		c.lastDt = dt
	}
	c.time, c.hasFix, c.endMark = f.Time, true, false
}

const (
	latBits = 28 // of a latitude from -90 to 90 degrees, plus 90
	lngBits = 29
)

// putFirst writes the first fix of a chunk, of which nothing is predicted.
func (c *codec) putFirst(w *bitWriter, f *Fix) {
	lat, lng := uint64(int64(f.LatE6)+at90), uint64(int64(f.LngE6)+lngTurnE6/2)
	earthly := lat < 1<<latBits && lng < 1<<lngBits
	w.putBit(earthly)
	if earthly {
		w.put(lat, latBits)
		w.put(lng, lngBits)
	} else {
		w.put64(uint64(uint32(f.LatE6)) | uint64(uint32(f.LngE6))<<32)
	}
	if c.mode&modeOdd != 0 {
		putOdd(w, f)
		return
	}
	if c.mode&modeSpeed != 0 {
		w.putRice(uint64(f.SpeedDKMH/c.speedUnit()), 5)
	}
	if c.mode&modeHeading != 0 {
		w.put(uint64(f.HeadingDeg), 9)
	}
	if c.mode&modeSat != 0 {
		w.putRice(uint64(f.Satellites), 4)
	}
	if c.mode&modeOdometer != 0 {
		w.putRice(uint64(f.OdometerM), 0)
	}
}

func putOdd(w *bitWriter, f *Fix) {
	w.put64(uint64(uint32(f.SpeedDKMH)) | uint64(uint32(f.HeadingDeg))<<32)
	w.put64(uint64(uint32(f.Satellites)) | uint64(uint32(f.ACC))<<32)
	w.put64(uint64(f.OdometerM))
}

func (c *codec) speedUnit() int32 {
	if c.mode&modeTenths != 0 {
		return 1
	}
	return 10
}

// resting says that the next fix may well be the same as the last.
func (c *codec) resting() bool { return c.mode&modeSpeed == 0 || c.last.SpeedDKMH == 0 }

// putRest writes a bit where the vehicle may be at rest: whether all is the same.
func (c *codec) putRest(w *bitWriter, f *Fix) bool {
	if !c.resting() {
		return false
	}
	l, m := &c.last, c.mode
	same := f.LatE6 == l.LatE6 && f.LngE6 == l.LngE6 &&
		(m&modeSpeed == 0 || f.SpeedDKMH == l.SpeedDKMH) &&
		(m&modeHeading == 0 || f.HeadingDeg == l.HeadingDeg) &&
		(m&modeSat == 0 || f.Satellites == l.Satellites) &&
		(m&modeOdometer == 0 || f.OdometerM == l.OdometerM)
	w.putBit(same)
	return same
}

func (c *codec) putMoved(w *bitWriter, f *Fix, dt int64) {
	l, m := &c.last, c.mode
	if m&modeSat != 0 {
		w.putBit(f.Satellites == l.Satellites)
		if f.Satellites != l.Satellites {
			c.put(w, ctxSat, zigzag(int64(f.Satellites)-int64(l.Satellites)))
		}
	}
	if m&modeSpeed != 0 {
		unit := int64(c.speedUnit())
		c.put(w, ctxSpeed, zigzag(int64(f.SpeedDKMH)/unit-int64(l.SpeedDKMH)/unit))
	}
	if m&modeHeading != 0 {
		d := zigzag(int64(turn(wrap(l.HeadingDeg), f.HeadingDeg)))
		if m&modeSpeed != 0 && f.SpeedDKMH == 0 {
			w.putBit(d == 0)
		}
		if m&modeSpeed == 0 || f.SpeedDKMH != 0 || d != 0 {
			c.put(w, ctxHeading, d)
		}
	}
	ctx, lat, lng := c.predict(f, dt)
	c.putPosition(w, f, ctx, lat, lng)
	if m&modeOdometer != 0 {
		c.put(w, ctxOdometer, zigzag(f.OdometerM-l.OdometerM-c.moved(f)))
	}
}

func (c *codec) putPosition(w *bitWriter, f *Fix, ctx int, lat, lng int32) {
	c.put(w, ctx, zigzag(int64(f.LatE6-lat)))
	c.put(w, ctx, zigzag(int64(f.LngE6-lng)))
}

// predict says where a fix should be by all of it but its position, and how
// good that is.
func (c *codec) predict(f *Fix, dt int64) (ctx int, lat, lng int32) {
	l := &c.last
	if c.mode&(modeSpeed|modeHeading) == modeSpeed|modeHeading {
		lat, lng = reckon(l.LatE6, l.LngE6, max(l.SpeedDKMH, 0), wrap(l.HeadingDeg), f.SpeedDKMH, f.HeadingDeg, dt)
		switch {
		case f.SpeedDKMH+l.SpeedDKMH == 0:
			return ctxRest, lat, lng
		case max(turn(l.HeadingDeg, f.HeadingDeg), turn(f.HeadingDeg, l.HeadingDeg)) > 15:
			return ctxTurn, lat, lng
		}
		return ctxMove, lat, lng
	}
	if c.mode&modeSpeed != 0 && f.SpeedDKMH == 0 {
		return ctxRest, l.LatE6, l.LngE6
	}
	if c.lastDt <= 0 {
		return ctxBlind, l.LatE6, l.LngE6
	}
	lat, lng = offset(l.LatE6, l.LngE6, int64(c.dLat)*dt/int64(c.lastDt), int64(c.dLng)*dt/int64(c.lastDt))
	return ctxBlind, lat, lng
}

// moved is about how far f is from the last fix, in metres.
func (c *codec) moved(f *Fix) int64 {
	dLat := int64(f.LatE6 - c.last.LatE6)
	dLng := int64(f.LngE6-c.last.LngE6) * cosineOfLat(f.LatE6) >> sineShift
	x, y := max(dLat, -dLat), max(dLng, -dLng)
	if x < y {
		x, y = y, x
	}
	// The longer side and a bit of the shorter: at most 4 % too much.
	return (x*983 + y*407) * 111 / 1_024_000
}

// getFix reads a fix after its tag.
func (c *codec) getFix(r *bitReader, tag int, f *Fix) {
	sameDt := tag == tagNext
	if tag == tagMode {
		c.mode = mode(r.get(modeBits))
		sameDt = r.bit()
	}
	dt := c.lastDt
	if !sameDt {
		dt += int32(unzigzag(c.get(r, ctxDt)))
	}
	*f = Fix{SpeedDKMH: Unknown, HeadingDeg: Unknown, Satellites: Unknown, ACC: Unknown, OdometerM: Unknown}
	f.Time = c.last.Time + int64(dt)
	if f.Time < c.time || c.hasFix && dt <= 0 || dt > maxSpanSeconds {
		r.bad = true
	}
	f.Old = c.mode&modeOld != 0
	if c.mode&modeACC != 0 {
		f.ACC = 0
		if c.mode&modeOn != 0 {
			f.ACC = 1
		}
	}
	switch {
	case !c.hasFix:
		c.getFirst(r, f)
	case c.mode&modeOdd != 0:
		getOdd(r, f)
		c.getPosition(r, f, ctxBlind, c.last.LatE6, c.last.LngE6)
	case c.resting() && r.bit():
		c.getRest(f)
	default:
		c.getMoved(r, f, int64(dt))
	}
	c.keep(f, dt)
}

func (c *codec) getFirst(r *bitReader, f *Fix) {
	if r.bit() {
		f.LatE6 = int32(int64(r.get(latBits)) - at90)
		f.LngE6 = int32(int64(r.get(lngBits)) - lngTurnE6/2)
	} else {
		p := r.get64()
		f.LatE6, f.LngE6 = int32(uint32(p)), int32(uint32(p>>32))
	}
	if c.mode&modeOdd != 0 {
		getOdd(r, f)
		return
	}
	if c.mode&modeSpeed != 0 {
		f.SpeedDKMH = int32(r.rice(5)) * c.speedUnit()
	}
	if c.mode&modeHeading != 0 {
		f.HeadingDeg = int32(r.get(9))
	}
	if c.mode&modeSat != 0 {
		f.Satellites = int32(r.rice(4))
	}
	if c.mode&modeOdometer != 0 {
		f.OdometerM = int64(r.rice(0))
	}
}

func getOdd(r *bitReader, f *Fix) {
	a, b := r.get64(), r.get64()
	f.SpeedDKMH, f.HeadingDeg = int32(uint32(a)), int32(uint32(a>>32))
	f.Satellites, f.ACC = int32(uint32(b)), int32(uint32(b>>32))
	f.OdometerM = int64(r.get64())
}

func (c *codec) getRest(f *Fix) {
	l, m := &c.last, c.mode
	f.LatE6, f.LngE6 = l.LatE6, l.LngE6
	if m&modeSpeed != 0 {
		f.SpeedDKMH = l.SpeedDKMH
	}
	if m&modeHeading != 0 {
		f.HeadingDeg = l.HeadingDeg
	}
	if m&modeSat != 0 {
		f.Satellites = l.Satellites
	}
	if m&modeOdometer != 0 {
		f.OdometerM = l.OdometerM
	}
}

func (c *codec) getMoved(r *bitReader, f *Fix, dt int64) {
	l, m := &c.last, c.mode
	if m&modeSat != 0 {
		f.Satellites = l.Satellites
		if !r.bit() {
			f.Satellites += int32(unzigzag(c.get(r, ctxSat)))
		}
	}
	if m&modeSpeed != 0 {
		unit := c.speedUnit()
		f.SpeedDKMH = (l.SpeedDKMH/unit + int32(unzigzag(c.get(r, ctxSpeed)))) * unit
	}
	if m&modeHeading != 0 {
		f.HeadingDeg = wrap(l.HeadingDeg)
		if m&modeSpeed == 0 || f.SpeedDKMH != 0 || !r.bit() {
			f.HeadingDeg = wrap(f.HeadingDeg + int32(unzigzag(c.get(r, ctxHeading))%360))
		}
	}
	if f.SpeedDKMH < Unknown {
		r.bad, f.SpeedDKMH = true, 0
	}
	ctx, lat, lng := c.predict(f, dt)
	c.getPosition(r, f, ctx, lat, lng)
	if m&modeOdometer != 0 {
		f.OdometerM = l.OdometerM + c.moved(f) + unzigzag(c.get(r, ctxOdometer))
	}
}

func (c *codec) getPosition(r *bitReader, f *Fix, ctx int, lat, lng int32) {
	f.LatE6 = lat + int32(unzigzag(c.get(r, ctx)))
	f.LngE6 = lng + int32(unzigzag(c.get(r, ctx)))
}
