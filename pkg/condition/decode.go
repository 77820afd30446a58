package condition

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Decode reads what Append wrote and gives back what follows it. The error is
// an ErrState, and then s is left alone.
func (s *State) Decode(b []byte) (rest []byte, err error) {
	if len(b) == 0 || b[0] != stateVersion {
		return nil, fmt.Errorf("%w: want version %d", ErrState, stateVersion)
	}
	d := reader{b: b[1:]}
	var n State
	d.motion(&n.motion)
	n.deadline, n.reportTime = d.time(), d.time()
	n.fuel = list(&d, MaxFuelChannels, d.fuel)
	n.temperatures = list(&d, MaxTemperatureChannels, d.temperature)
	n.faults = list(&d, MaxFaults, d.fault)
	for i := 1; i < len(n.faults); i++ {
		if n.faults[i-1].code >= n.faults[i].code {
			d.fail("faults out of order")
		}
	}
	if d.err != nil {
		return nil, d.err
	}
	*s = n
	return d.b, nil
}

// A reader reads on after its first error, to no effect.
type reader struct {
	b    []byte
	base int64
	err  error
}

func (d *reader) fail(what string) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", ErrState, what)
	}
	d.b = nil
}

func (d *reader) int() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail("cut off")
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *reader) int32() int32 {
	v := d.int()
	if v != int64(int32(v)) {
		d.fail("number too large")
	}
	return int32(v)
}

func (d *reader) count(most int) int {
	v, n := binary.Uvarint(d.b)
	if n <= 0 || v > uint64(most) {
		d.fail("cut off, or too many")
		return 0
	}
	d.b = d.b[n:]
	return int(v)
}

func (d *reader) byte(most byte) byte {
	if len(d.b) == 0 || d.b[0] > most {
		d.fail("cut off, or a bad byte")
		return 0
	}
	v := d.b[0]
	d.b = d.b[1:]
	return v
}

func (d *reader) float() float64 {
	if len(d.b) < 8 {
		d.fail("cut off")
		return 0
	}
	v := math.Float64frombits(binary.LittleEndian.Uint64(d.b))
	d.b = d.b[8:]
	if math.IsNaN(v) {
		d.fail("not a number")
	}
	return v
}

func (d *reader) time() int64 {
	v := d.int()
	if v > 0 {
		v--
	} else if v == 0 {
		return 0
	}
	t := v + d.base
	if t == 0 {
		d.fail("a time of 0 that is none")
	}
	return t
}

func (d *reader) text() string {
	n := d.count(maxText)
	if n > len(d.b) {
		d.fail("cut off")
		return ""
	}
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

func (d *reader) place() place { return place{d.int32(), d.int32()} }
func (d *reader) clock() clock { return clock{d.int(), d.int(), d.int()} }

// list reads a list of at most so many; nil where it is empty.
func list[T any](d *reader, most int, read func(*T)) []T {
	n := d.count(most)
	if n == 0 {
		return nil
	}
	out := make([]T, n)
	for i := range out {
		read(&out[i])
	}
	return out
}

func (d *reader) motion(m *motion) {
	m.fixTime = d.int()
	m.ignition = d.byte(ignitionOn)
	at := d.place()
	m.lat, m.lng = at.lat, at.lng
	m.told = d.int()
	if d.base = m.fixTime; m.told == 0 {
		return
	}
	d.base = m.told
	at = d.place()
	m.anchorLat, m.anchorLng = at.lat, at.lng
	m.restSince, m.restEnd, m.clock = d.time(), d.time(), d.clock()
}

func (d *reader) fuel(c *fuelChannel) {
	c.channel, c.unit = d.text(), d.text()
	c.ring.n = d.count(ringSize)
	for i := range c.ring.n {
		c.ring.times[i], c.ring.values[i] = d.time(), d.int32()
	}
	if c.known = d.byte(1) == 1; !c.known {
		return
	}
	if !c.ring.full() {
		d.fail("a level of too few readings")
	}
	c.reference, c.noise = d.float(), d.float()
	c.near, c.seen, c.moved = d.time(), d.int(), d.clock()
	c.settled, c.rest, c.waited = d.time(), d.time(), d.int()
	if c.change.kind = changeKinds[d.count(len(changeKinds)-1)]; c.change.kind != "" {
		c.change.start, c.change.end, c.change.told = d.time(), d.time(), d.time()
		c.change.before, c.change.at = d.float(), d.place()
	}
}

func (d *reader) temperature(c *temperatureChannel) {
	c.channel, c.last, c.since = d.text(), d.time(), d.time()
	if c.since == 0 {
		return
	}
	c.told = d.time()
	c.least, c.greatest, c.toldLeast, c.toldGreat = d.int32(), d.int32(), d.int32(), d.int32()
	c.low, c.high, c.at = d.float(), d.float(), d.place()
}

func (d *reader) fault(f *openFault) {
	f.code, f.since, f.seen, f.told = d.text(), d.time(), d.time(), d.time()
	f.missing, f.gone, f.at = int(d.int()), d.time(), d.place()
}
