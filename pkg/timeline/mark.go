package timeline

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"
)

// MaxTextBytes is where Text, Channel and Unit of a Mark are cut, at the end of
// a character.
const MaxTextBytes = 240

// A shape is what marks of one sensor or one alarm have in common.
type shape struct {
	kind                MarkKind
	text, channel, unit string
}

func cutText(s string) string {
	if len(s) <= MaxTextBytes {
		return s
	}
	n := MaxTextBytes
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Normal is m in the one form in which it is remembered.
func (m Mark) Normal() Mark {
	m.Text, m.Channel, m.Unit = cutText(m.Text), cutText(m.Channel), cutText(m.Unit)
	if math.IsNaN(m.Value) {
		m.Value = math.NaN()
	}
	return m
}

// compareMarks is the order of marks of one second: by their content.
func compareMarks(a, b *Mark) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Text, b.Text),
		cmp.Compare(a.Unit, b.Unit), cmp.Compare(math.Float64bits(a.Value), math.Float64bits(b.Value)),
		cmp.Compare(a.LatE6, b.LatE6), cmp.Compare(a.LngE6, b.LngE6), cmp.Compare(a.Speed, b.Speed))
}

const (
	valueNone   = iota // NaN
	valueState         // 0 or 1
	valueCents         // a number of hundredths
	valueRaw           // any
	valueBits   = 2
	centsLimit  = 1 << 40
	placeNone   = 0
	placeOfFix  = 1 // that of the last fix
	placeNear   = 2 // so far from it
	placeBits   = 2
	shapeShift  = 1
	placeShift  = 10
	speedShift  = 4
	lengthBits  = 8
	kindBits    = 8
	centsFactor = 100
)

func (c *codec) putMark(w *bitWriter, m *Mark) {
	w.put(0, tagBits)
	c.put(w, ctxMark, uint64(m.Time-c.time))
	s := shape{m.Kind, m.Text, m.Channel, m.Unit}
	at := slices.Index(c.shapes, s)
	if at < 0 {
		at = len(c.shapes)
		c.shapes = append(slices.Clip(c.shapes), s)
		w.putRice(uint64(at), shapeShift)
		w.put(uint64(s.kind), kindBits)
		putText(w, s.text)
		putText(w, s.channel)
		putText(w, s.unit)
	} else {
		w.putRice(uint64(at), shapeShift)
	}
	c.putValue(w, m.Value)
	c.putPlace(w, m)
	w.putBit(m.Speed != Unknown)
	if m.Speed != Unknown {
		w.putRice(zigzag(int64(m.Speed)-int64(c.last.SpeedDKMH)), speedShift)
	}
	c.time, c.endMark = m.Time, true
}

func (c *codec) getMark(r *bitReader, m *Mark) {
	dt := c.get(r, ctxMark)
	if dt > maxSpanSeconds {
		r.bad, dt = true, 0
	}
	*m = Mark{Time: c.time + int64(dt), Speed: Unknown}
	at := r.rice(shapeShift)
	switch {
	case at == uint64(len(c.shapes)):
		s := shape{kind: MarkKind(r.get(kindBits)), text: getText(r), channel: getText(r), unit: getText(r)}
		c.shapes = append(slices.Clip(c.shapes), s)
	case at > uint64(len(c.shapes)):
		r.bad = true
		return
	}
	s := &c.shapes[at]
	m.Kind, m.Text, m.Channel, m.Unit = s.kind, s.text, s.channel, s.unit
	m.Value = c.getValue(r)
	c.getPlace(r, m)
	if r.bit() {
		m.Speed = int32(int64(c.last.SpeedDKMH) + unzigzag(r.rice(speedShift)))
	}
	c.time, c.endMark = m.Time, true
}

func putText(w *bitWriter, s string) {
	w.put(uint64(len(s)), lengthBits)
	for i := range len(s) {
		w.put(uint64(s[i]), 8)
	}
}

func getText(r *bitReader) string {
	n := int(r.get(lengthBits))
	if n > MaxTextBytes {
		r.bad = true
		return ""
	}
	var b [MaxTextBytes]byte
	for i := range n {
		b[i] = byte(r.get(8))
	}
	return string(b[:n])
}

func (c *codec) putValue(w *bitWriter, v float64) {
	cents := math.Round(v * centsFactor)
	switch {
	case math.IsNaN(v):
		w.put(valueNone, valueBits)
	case v == 1 || math.Float64bits(v) == 0:
		w.put(valueState, valueBits)
		w.putBit(v == 1)
	case math.Abs(cents) < centsLimit && math.Float64bits(float64(int64(cents))/centsFactor) == math.Float64bits(v):
		w.put(valueCents, valueBits)
		c.put(w, ctxValue, zigzag(int64(cents)-c.cents))
		c.cents = int64(cents)
	default:
		w.put(valueRaw, valueBits)
		w.put64(math.Float64bits(v))
	}
}

func (c *codec) getValue(r *bitReader) float64 {
	switch r.get(valueBits) {
	case valueNone:
		return math.NaN()
	case valueState:
		return float64(r.get(1))
	case valueCents:
		c.cents += unzigzag(c.get(r, ctxValue))
		return float64(c.cents) / centsFactor
	}
	return math.Float64frombits(r.get64())
}

func (c *codec) putPlace(w *bitWriter, m *Mark) {
	switch {
	case m.LatE6 == NoPosition && m.LngE6 == NoPosition:
		w.put(placeNone, placeBits)
	case m.LatE6 == c.last.LatE6 && m.LngE6 == c.last.LngE6:
		w.put(placeOfFix, placeBits)
	default:
		w.put(placeNear, placeBits)
		w.putRice(zigzag(int64(m.LatE6-c.last.LatE6)), placeShift)
		w.putRice(zigzag(int64(m.LngE6-c.last.LngE6)), placeShift)
	}
}

func (c *codec) getPlace(r *bitReader, m *Mark) {
	switch r.get(placeBits) {
	case placeNone:
		m.LatE6, m.LngE6 = NoPosition, NoPosition
	case placeOfFix:
		m.LatE6, m.LngE6 = c.last.LatE6, c.last.LngE6
	case placeNear:
		m.LatE6 = c.last.LatE6 + int32(unzigzag(r.rice(placeShift)))
		m.LngE6 = c.last.LngE6 + int32(unzigzag(r.rice(placeShift)))
	default:
		r.bad = true
	}
}
