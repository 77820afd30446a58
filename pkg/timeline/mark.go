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
	speedNone   = 0
	speedOther  = 1 // so far from that of the last fix; in form 1 of any that is known
	speedOfFix  = 2
	speedBits   = 2
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
	at := c.putShape(w, m)
	k := c.lookOf(m)
	c.putLook(w, at, k)
	c.putValue(w, m.Value, k.value)
	c.putPlace(w, m, k.place)
	c.putSpeed(w, m, k.speed)
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
		s := shape{kind: MarkKind(r.get(kindBits)), text: c.getText(r), channel: c.getText(r), unit: c.getText(r)}
		c.shapes = append(slices.Clip(c.shapes), s)
	case at > uint64(len(c.shapes)):
		r.bad = true
		return
	}
	s := &c.shapes[at]
	m.Kind, m.Text, m.Channel, m.Unit = s.kind, s.text, s.channel, s.unit
	k := c.getLook(r, int(at%knownLooks))
	c.getValue(r, m, k.value)
	c.getPlace(r, m, k.place)
	c.getSpeed(r, m, k.speed)
	c.time, c.endMark = m.Time, true
}

// putShape writes the shape of a mark and gives its number.
func (c *codec) putShape(w *bitWriter, m *Mark) (at int) {
	s := shape{m.Kind, m.Text, m.Channel, m.Unit}
	at = slices.Index(c.shapes, s)
	if at >= 0 {
		w.putRice(uint64(at), shapeShift)
		return at
	}
	at = len(c.shapes)
	c.shapes = append(slices.Clip(c.shapes), s)
	w.putRice(uint64(at), shapeShift)
	w.put(uint64(s.kind), kindBits)
	for _, text := range [...]string{s.text, s.channel, s.unit} {
		c.putText(w, text)
	}
	return at
}

func (c *codec) putText(w *bitWriter, s string) {
	if c.form != form1 {
		if w.putBit(s != ""); s == "" {
			return
		}
	}
	w.put(uint64(len(s)), lengthBits)
	for i := range len(s) {
		w.put(uint64(s[i]), 8)
	}
}

func (c *codec) getText(r *bitReader) string {
	if c.form != form1 && !r.bit() {
		return ""
	}
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
