package timeline

import "math/bits"

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

	modeWay = modeSpeed | modeHeading
)

// modeOf is the mode in which f can be written, nearest to the present one.
func (c *codec) modeOf(f *Fix) mode {
	m := c.mode & modeTenths
	m.set(modeOld, f.Old)
	if uint32(f.SpeedDKMH+1) > 1<<20 || uint32(f.HeadingDeg+1) > 360 || uint32(f.Satellites+1) > 256 ||
		uint32(f.ACC+1) > 2 || uint64(f.OdometerM+1) > 1<<maxOdometerBits {
		return m | modeOdd
	}
	m.set(modeSpeed, f.SpeedDKMH >= 0)
	m.set(modeTenths, f.SpeedDKMH >= 0 && f.SpeedDKMH%10 != 0)
	m.set(modeHeading, f.HeadingDeg >= 0)
	m.set(modeSat, f.Satellites >= 0)
	m.set(modeOdometer, f.OdometerM >= 0)
	m.set(modeACC, f.ACC >= 0)
	m.set(modeOn, f.ACC > 0)
	return m
}

func (m *mode) set(bit mode, on bool) {
	if on {
		*m |= bit
	}
}

// An entry starts with a number of zeros, and a one after less than tagBits.
const (
	tagNext = iota // a fix as long after the last as that after the one before, in the same mode
	tagTime        // in the same mode
	tagMode        // any fix
	tagMark        // a mark
	tagBits = iota - 1
)

// putFix writes a fix that is not older than the last entry and newer than the
// last fix, if there is one.
func (c *codec) putFix(w *bitWriter, f *Fix) {
	m, dt := c.modeOf(f), int32(f.Time-c.last.Time)
	sameDt := dt == c.lastDt
	switch {
	case m != c.mode:
		w.put(1<<tagMode|uint64(m)<<(tagMode+1), tagMode+1+modeBits)
		w.putBit(sameDt)
		c.mode = m
	case sameDt:
		w.put(1<<tagNext, tagNext+1)
	default:
		w.put(1<<tagTime, tagTime+1)
	}
	if !sameDt {
		c.putWide(w, ctxDt, zigzag(int64(dt-c.lastDt)))
	}
	switch {
	case !c.hasFix:
		c.putFirst(w, f)
	case m&modeOdd != 0:
		putOdd(w, f)
		c.putPosition(w, f, c.here(ctxBlind))
	default:
		c.putNext(w, f, int64(dt))
	}
	c.keep(f, dt)
}

// getFix reads a fix after its tag.
func (c *codec) getFix(r *bitReader, tag uint, f *Fix) {
	sameDt := tag == tagNext
	if tag == tagMode {
		c.mode = mode(r.get(modeBits))
		sameDt = r.bit()
	}
	dt := c.lastDt
	if !sameDt {
		dt += int32(unzigzag(c.getWide(r, ctxDt)))
	}
	at := c.last.Time + int64(dt)
	if at < c.time || c.hasFix && dt <= 0 || uint32(dt) > maxSpanSeconds {
		r.bad = true
		return
	}
	*f = Fix{Time: at, SpeedDKMH: Unknown, HeadingDeg: Unknown, Satellites: Unknown, ACC: Unknown, OdometerM: Unknown,
		Old: c.mode&modeOld != 0}
	if c.mode&modeACC != 0 {
		f.ACC = int32(c.mode / modeOn & 1)
	}
	switch {
	case !c.hasFix:
		c.getFirst(r, f)
	case c.mode&modeOdd != 0:
		getOdd(r, f)
		c.getPosition(r, f, c.here(ctxBlind))
	default:
		c.getNext(r, f, int64(dt))
	}
	c.keep(f, dt)
}

// keep makes f the last fix.
func (c *codec) keep(f *Fix, dt int32) {
	l := &c.last
	if c.hasFix {
		c.dLat, c.dLng, c.lastDt = f.LatE6-l.LatE6, f.LngE6-l.LngE6, dt
	}
	l.Time, l.LatE6, l.LngE6 = f.Time, f.LatE6, f.LngE6
	if f.SpeedDKMH >= 0 {
		l.SpeedDKMH = f.SpeedDKMH
	}
	if f.HeadingDeg >= 0 {
		l.HeadingDeg = f.HeadingDeg
	}
	if f.Satellites >= 0 {
		l.Satellites = f.Satellites
	}
	if f.OdometerM >= 0 {
		l.OdometerM = f.OdometerM
	}
	c.time, c.hasFix, c.endMark = f.Time, true, false
}

const (
	latBits = 28 // of a latitude from -90 to 90 degrees, plus 90
	lngBits = 29

	sizeBits        = 6
	maxOdometerBits = 50
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
		w.putRice(uint64(f.Satellites), 3)
	}
	if c.mode&modeOdometer != 0 {
		c.putFirstOdometer(w, f.OdometerM)
	}
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
		f.HeadingDeg = wrap(int32(r.get(9)))
	}
	if c.mode&modeSat != 0 {
		f.Satellites = int32(r.rice(3))
	}
	if c.mode&modeOdometer != 0 {
		f.OdometerM = c.getFirstOdometer(r)
	}
}

// An odometer that nothing predicts is written with its length.
func (c *codec) putFirstOdometer(w *bitWriter, m int64) {
	if c.form == form1 {
		w.putRice(uint64(m), 0)
		return
	}
	size := uint(bits.Len64(uint64(m)))
	w.put(uint64(size), sizeBits)
	w.put(uint64(m), size)
}

func (c *codec) getFirstOdometer(r *bitReader) int64 {
	if c.form == form1 {
		return int64(r.rice(0))
	}
	size := uint(r.get(sizeBits))
	if size > maxOdometerBits {
		r.bad = true
		return 0
	}
	return int64(r.get(size))
}

func putOdd(w *bitWriter, f *Fix) {
	w.put64(uint64(uint32(f.SpeedDKMH)) | uint64(uint32(f.HeadingDeg))<<32)
	w.put64(uint64(uint32(f.Satellites)) | uint64(uint32(f.ACC))<<32)
	w.put64(uint64(f.OdometerM))
}

func getOdd(r *bitReader, f *Fix) {
	a, b := r.get64(), r.get64()
	f.SpeedDKMH, f.HeadingDeg = int32(uint32(a)), int32(uint32(a>>32))
	f.Satellites, f.ACC = int32(uint32(b)), int32(uint32(b>>32))
	f.OdometerM = int64(r.get64())
}

func (c *codec) speedUnit() int32 {
	if c.mode&modeTenths != 0 {
		return 1
	}
	return 10
}
