package condition

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/odograph/odograph/pkg/schema"
)

// stateVersion is the first byte of a State. It is followed by the motion, the
// time of the report that is not settled, and the channels and faults, each
// list with its length in front. Numbers are varints, times are differences
// to how far the motion is told, text has its length in front.
const stateVersion = 1

// changeKinds are numbered by their place.
var changeKinds = []schema.ConditionKind{"", schema.ConditionRefuel, schema.ConditionTheft}

// ErrState says that bytes are not a State.
var ErrState = errors.New("not a state of the condition detectors")

// Append adds the state to dst.
func (s *State) Append(dst []byte) []byte {
	w := writer{b: append(dst, stateVersion)}
	w.motion(&s.motion)
	w.time(s.deadline)
	w.time(s.reportTime)
	w.count(len(s.fuel))
	for i := range s.fuel {
		w.fuel(&s.fuel[i])
	}
	w.count(len(s.temperatures))
	for i := range s.temperatures {
		w.temperature(&s.temperatures[i])
	}
	w.count(len(s.faults))
	for i := range s.faults {
		w.fault(&s.faults[i])
	}
	return w.b
}

type writer struct {
	b    []byte
	base int64
}

func (w *writer) int(v int64)     { w.b = binary.AppendVarint(w.b, v) }
func (w *writer) count(n int)     { w.b = binary.AppendUvarint(w.b, uint64(n)) }
func (w *writer) float(v float64) { w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(v)) }

// time writes 0 for none, else the difference to the base; a difference of 0
// and more is one up.
func (w *writer) time(t int64) {
	d := t - w.base
	switch {
	case t == 0:
		d = 0
	case d >= 0:
		d++
	}
	w.int(d)
}

func (w *writer) text(s string) {
	w.count(len(s))
	w.b = append(w.b, s...)
}

func (w *writer) place(p place) {
	w.int(int64(p.lat))
	w.int(int64(p.lng))
}

func (w *writer) clock(c clock) {
	w.int(c.parked)
	w.int(c.idling)
	w.int(c.driving)
}

func (w *writer) motion(m *motion) {
	w.int(m.fixTime)
	w.b = append(w.b, m.ignition)
	w.place(place{m.lat, m.lng})
	w.int(m.told)
	if w.base = m.fixTime; m.told == 0 {
		return
	}
	w.base = m.told
	w.place(place{m.anchorLat, m.anchorLng})
	w.time(m.restSince)
	w.time(m.restEnd)
	w.clock(m.clock)
}

func (w *writer) fuel(c *fuelChannel) {
	w.text(c.channel)
	w.text(c.unit)
	w.count(c.ring.n)
	for i, t := range c.ring.times[:c.ring.n] {
		w.time(t)
		w.int(int64(c.ring.values[i]))
	}
	if !c.known {
		w.b = append(w.b, 0)
		return
	}
	w.b = append(w.b, 1)
	w.float(c.reference)
	w.float(c.noise)
	w.time(c.near)
	w.int(c.seen)
	w.clock(c.moved)
	w.time(c.settled)
	w.time(c.rest)
	w.int(c.waited)
	w.count(slices.Index(changeKinds, c.change.kind))
	if c.change.kind != "" {
		w.time(c.change.start)
		w.time(c.change.end)
		w.time(c.change.told)
		w.float(c.change.before)
		w.place(c.change.at)
	}
}

func (w *writer) temperature(c *temperatureChannel) {
	w.text(c.channel)
	w.time(c.last)
	w.time(c.since)
	if c.since == 0 {
		return
	}
	w.time(c.told)
	for _, v := range []int32{c.least, c.greatest, c.toldLeast, c.toldGreat} {
		w.int(int64(v))
	}
	w.float(c.low)
	w.float(c.high)
	w.place(c.at)
}

func (w *writer) fault(f *openFault) {
	w.text(f.code)
	w.time(f.since)
	w.time(f.seen)
	w.time(f.told)
	w.int(int64(f.missing))
	w.time(f.gone)
	w.place(f.at)
}
