package driving

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// stateVersion is the first byte of a State's binary form. After it, numbers are
// varints in the order of State.walk, times as distances from the newest fix,
// and what is not there is one byte.
const stateVersion = 1

// ErrState says that bytes are not the binary form of a State.
var ErrState = errors.New("not a state of the driving detector")

// A coder goes through a State and either writes or reads what it meets, so that
// both directions are the same by construction.
type coder struct {
	b       []byte // written to, or what is left to read
	reading bool
	base    int64 // times are written as distances from it
	err     error
}

// Append adds the binary form of s to dst.
func (s *State) Append(dst []byte) []byte {
	c := coder{b: append(dst, stateVersion)}
	s.walk(&c)
	return c.b
}

// Decode reads what Append wrote and gives what follows it. s is only changed if
// there is no error.
func (s *State) Decode(b []byte) (rest []byte, err error) {
	if len(b) == 0 || b[0] != stateVersion {
		return nil, fmt.Errorf("%w: want version %d", ErrState, stateVersion)
	}
	var n State
	c := coder{b: b[1:], reading: true}
	n.walk(&c)
	if c.err != nil {
		return nil, c.err
	}
	*s = n
	return c.b, nil
}

func (s *State) walk(c *coder) {
	s.prev.walk(c, true)
	s.suspect.walk(c, false)
	c.int32(&s.run)
	c.int32(&s.turnDeg)
	c.int(&s.heldCM)
	c.optTime(&s.heldUntil)
	s.over.walk(c)
	if !c.present(s.active != nil) {
		return
	}
	if c.reading {
		s.active = &tracks{}
	}
	c.time(&s.active.until)
	for k := range s.active.of {
		t := &s.active.of[k]
		if c.present(*t != track{}) {
			t.gps.walk(c)
			t.free[0].walk(c)
			t.free[1].walk(c)
		}
	}
}

func (p *point) walk(c *coder, base bool) {
	if !c.bool(&p.on) {
		return
	}
	c.time(&p.at)
	if base {
		c.base = p.at
	}
	c.int32(&p.lat)
	c.int32(&p.lng)
	c.int32(&p.speed)
	c.int32(&p.heading)
	gate := int64(p.gate)
	c.int(&gate)
	if gate != 0 && Reason(gate) != Satellites && Reason(gate) != Ignition || gate < 0 || gate > math.MaxUint8 {
		c.fail("gate")
		return
	}
	if c.reading {
		p.gate = Reason(gate)
	}
}

func (o *stretch) walk(c *coder) {
	o.last.walk(c, false)
	if !c.bool(&o.on) {
		return
	}
	c.bool(&o.open)
	c.bool(&o.told)
	c.time(&o.start)
	c.time(&o.end)
	c.int(&o.fixes)
	c.int32(&o.max)
	c.float(&o.limit)
	c.text(&o.source, maxSource)
	c.int32(&o.lat)
	c.int32(&o.lng)
	c.int(&o.wayCM)
	c.int(&o.restCM)
	c.optTime(&o.toldEnd)
	c.int32(&o.toldMax)
	o.match.walk(c)
}

func (e *evidence) walk(c *coder) {
	if !c.bool(&e.on) {
		return
	}
	c.bool(&e.told)
	c.time(&e.start)
	c.time(&e.end)
	c.int(&e.gap)
	for _, v := range [...]*int32{&e.before, &e.after, &e.change, &e.lat, &e.lng, &e.turn} {
		c.int32(v)
	}
	e.match.walk(c)
}

func (m *match) walk(c *coder) {
	m.alarm.walk(c)
	if m.alarm.on {
		c.bool(&m.first)
	}
}

func (a *alarm) walk(c *coder) {
	if !c.bool(&a.on) {
		return
	}
	c.time(&a.at)
	c.text(&a.code, maxCode)
	c.int32(&a.lat)
	c.int32(&a.lng)
	c.int32(&a.speed)
}

func (c *coder) fail(what string) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: cut off or foreign at %s", ErrState, what)
	}
	c.b = nil
}

func (c *coder) int(v *int64) {
	if !c.reading {
		c.b = binary.AppendVarint(c.b, *v)
		return
	}
	x, n := binary.Varint(c.b)
	if n <= 0 {
		c.fail("a number")
		return
	}
	*v, c.b = x, c.b[n:]
}

func (c *coder) int32(v *int32) {
	x := int64(*v)
	c.int(&x)
	if x < math.MinInt32 || x > math.MaxInt32 {
		c.fail("a number of 32 bits")
		return
	}
	if c.reading { // what is written may be shared with another State
		*v = int32(x)
	}
}

func (c *coder) time(v *int64) {
	x := *v - c.base
	c.int(&x)
	if c.reading {
		*v = x + c.base
	}
}

// optTime is a time that is 0 where there is none.
func (c *coder) optTime(v *int64) {
	if c.present(*v != 0) {
		c.time(v)
	}
}

func (c *coder) float(v *float64) {
	x := math.Float64bits(*v)
	if !c.reading {
		c.b = binary.LittleEndian.AppendUint64(c.b, x)
		return
	}
	if len(c.b) < 8 {
		c.fail("a fraction")
		return
	}
	*v, c.b = math.Float64frombits(binary.LittleEndian.Uint64(c.b)), c.b[8:]
}

func (c *coder) bool(v *bool) bool {
	b := c.present(*v)
	if c.reading {
		*v = b
	}
	return b
}

func (c *coder) present(v bool) bool {
	if !c.reading {
		b := byte(0)
		if v {
			b = 1
		}
		c.b = append(c.b, b)
		return v
	}
	if len(c.b) == 0 || c.b[0] > 1 {
		c.fail("a flag")
		return false
	}
	v, c.b = c.b[0] == 1, c.b[1:]
	return v
}

func (c *coder) text(v *string, most int) {
	n := int64(len(*v))
	c.int(&n)
	if n < 0 || n > int64(most) || c.reading && n > int64(len(c.b)) {
		c.fail("a text")
		return
	}
	if !c.reading {
		c.b = append(c.b, *v...)
		return
	}
	*v, c.b = string(c.b[:n]), c.b[n:]
}
