package timeline

import "math"

// A look is which of its forms each part of a mark has. Marks of one shape mostly
// look alike.
type look struct{ value, place, speed uint8 }

// knownLooks is of how many shapes the last look is remembered; the others share.
const knownLooks = 8

// firstShapes are those that are known before the first mark, in form 2: what
// heartbeats say. Never change them.
var (
	firstShapes = []shape{{kind: MarkIgnition}, {kind: MarkContact}}
	firstLooks  = [knownLooks]look{{value: valueState}}
)

func (c *codec) lookOf(m *Mark) look {
	k := look{value: valueLook(m.Value)}
	switch {
	case m.LatE6 == NoPosition && m.LngE6 == NoPosition:
	case m.LatE6 == c.last.LatE6 && m.LngE6 == c.last.LngE6:
		k.place = placeOfFix
	default:
		k.place = placeNear
	}
	switch {
	case m.Speed == Unknown:
	case m.Speed == c.last.SpeedDKMH && c.form != form1:
		k.speed = speedOfFix
	default:
		k.speed = speedOther
	}
	return k
}

func valueLook(v float64) uint8 {
	cents := math.Round(v * centsFactor)
	switch {
	case math.IsNaN(v):
		return valueNone
	case v == 1 || math.Float64bits(v) == 0:
		return valueState
	case math.Abs(cents) < centsLimit && math.Float64bits(float64(int64(cents))/centsFactor) == math.Float64bits(v):
		return valueCents
	}
	return valueRaw
}

// putLook writes the look of a mark of a shape; form 1 has each part of it before
// what it is of.
func (c *codec) putLook(w *bitWriter, at int, k look) {
	if c.form == form1 {
		return
	}
	last := &c.looks[at%knownLooks]
	w.putBit(k == *last)
	if k != *last {
		w.put(uint64(k.value)|uint64(k.place)<<valueBits|uint64(k.speed)<<(valueBits+placeBits), valueBits+placeBits+speedBits)
		*last = k
	}
}

func (c *codec) getLook(r *bitReader, at int) (k look) {
	switch {
	case c.form == form1:
	case r.bit():
		k = c.looks[at]
	default:
		k.value, k.place, k.speed = uint8(r.get(valueBits)), uint8(r.get(placeBits)), uint8(r.get(speedBits))
		c.looks[at] = k
	}
	return k
}

// putPart writes a part of a look before what it is of, in form 1.
func (c *codec) putPart(w *bitWriter, part uint8, n uint) {
	if c.form == form1 {
		w.put(uint64(part), n)
	}
}

func (c *codec) getPart(r *bitReader, part uint8, n uint) uint8 {
	if c.form == form1 {
		return uint8(r.get(n))
	}
	return part
}

func (c *codec) putValue(w *bitWriter, v float64, form uint8) {
	c.putPart(w, form, valueBits)
	switch form {
	case valueState:
		w.putBit(v == 1)
	case valueCents:
		cents := int64(math.Round(v * centsFactor))
		c.put(w, ctxValue, zigzag(cents-c.cents))
		c.cents = cents
	case valueRaw:
		w.put64(math.Float64bits(v))
	}
}

func (c *codec) getValue(r *bitReader, m *Mark, form uint8) {
	switch c.getPart(r, form, valueBits) {
	case valueNone:
		m.Value = math.NaN()
	case valueState:
		m.Value = float64(r.get(1))
	case valueCents:
		c.cents += unzigzag(c.get(r, ctxValue))
		m.Value = float64(c.cents) / centsFactor
	default:
		m.Value = math.Float64frombits(r.get64())
	}
}

func (c *codec) putPlace(w *bitWriter, m *Mark, form uint8) {
	c.putPart(w, form, placeBits)
	if form == placeNear {
		w.putRice(zigzag(int64(m.LatE6-c.last.LatE6)), placeShift)
		w.putRice(zigzag(int64(m.LngE6-c.last.LngE6)), placeShift)
	}
}

func (c *codec) getPlace(r *bitReader, m *Mark, form uint8) {
	switch c.getPart(r, form, placeBits) {
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

func (c *codec) putSpeed(w *bitWriter, m *Mark, form uint8) {
	c.putPart(w, form, 1)
	if form == speedOther {
		w.putRice(zigzag(int64(m.Speed)-int64(c.last.SpeedDKMH)), speedShift)
	}
}

func (c *codec) getSpeed(r *bitReader, m *Mark, form uint8) {
	switch c.getPart(r, form, 1) {
	case speedNone:
	case speedOther:
		m.Speed = int32(int64(c.last.SpeedDKMH) + unzigzag(r.rice(speedShift)))
	case speedOfFix:
		m.Speed = c.last.SpeedDKMH
	default:
		r.bad = true
	}
}
