package geofence

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// A State is written as: a version byte (2), the newest sign of life, the
// ignition, the points, the rest, the stride, the number of fences, and the
// fences. Times are seconds before the newest sign of life. Numbers are varints,
// but for the mean of a rest, which is in two floats. Version 1 had no stride.
const (
	stateVersion       = 2
	stateWithoutStride = 1
)

// ErrState says that bytes are not a State.
var ErrState = errors.New("not a state of geofences")

// Append adds the binary form to dst.
func (s *State) Append(dst []byte) []byte {
	c := codec{dst: append(dst, stateVersion), writing: true}
	c.state(s)
	return c.dst
}

// Decode reads what Append wrote and gives the bytes after it. On an error the
// State is as it was.
func (s *State) Decode(b []byte) (rest []byte, err error) {
	if len(b) < 1 || b[0] != stateVersion && b[0] != stateWithoutStride {
		return nil, fmt.Errorf("%w: want version %d", ErrState, stateVersion)
	}
	var n State
	c := codec{src: b[1:], noStride: b[0] == stateWithoutStride}
	c.state(&n)
	if c.err != nil {
		return nil, c.err
	}
	*s = n
	return c.src, nil
}

// A codec goes over the fields of a State once, to write or to read them, so
// that the two cannot differ.
type codec struct {
	dst, src []byte
	writing  bool
	err      error
	base     int64
	noStride bool
}

func (c *codec) state(s *State) {
	c.int(&s.alive)
	c.base = s.alive
	ignition := int64(s.ignition)
	c.between(&ignition, 0, int64(on))
	s.ignition = int8(ignition)
	for _, p := range [...]*point{&s.prev, &s.last, &s.doubt, &s.held} {
		c.point(p)
	}
	c.rest(&s.rest)
	c.stride(&s.stride)
	n := int64(len(s.fences))
	c.between(&n, 0, MaxFences)
	if c.writing {
		for i := range s.fences {
			f := s.fences[i]
			c.fence(&f)
		}
		return
	}
	for i := int64(0); i < n && c.err == nil; i++ {
		var f fence
		c.fence(&f)
		if i > 0 && s.fences[i-1].id >= f.id {
			c.fail("fences out of order")
		}
		s.fences = append(s.fences, f)
	}
}

func (c *codec) rest(q *rest) {
	c.between(&q.n, 0, math.MaxInt64)
	if q.n == 0 {
		return
	}
	c.float(&q.lat)
	c.float(&q.lng)
	c.time(&q.since)
	c.time(&q.last)
}

func (c *codec) stride(q *stride) {
	if c.noStride {
		return
	}
	c.between(&q.n, 0, strides)
	if q.n > 0 {
		c.int32(&q.north)
		c.int32(&q.east)
	}
}

func (c *codec) fence(f *fence) {
	c.text(&f.id)
	c.flags(&f.inside, &f.start, &f.told, &f.unknown, &f.edge)
	c.int(&f.n)
	c.time(&f.since)
	c.time(&f.cross.at)
	if f.cross.at != 0 {
		c.int(&f.cross.gapS)
		c.int32(&f.cross.lat)
		c.int32(&f.cross.lng)
		c.int32(&f.cross.dkmh)
	}
	c.time(&f.begin)
	c.time(&f.known)
	c.int(&f.dwelt)
}

func (c *codec) point(p *point) {
	c.time(&p.t)
	if p.t != 0 {
		c.int32(&p.lat)
		c.int32(&p.lng)
		c.int32(&p.dkmh)
	}
}

func (c *codec) int32(v *int32) {
	n := int64(*v)
	c.between(&n, math.MinInt32, math.MaxInt32)
	*v = int32(n)
}

// time is a time; 0 stands for none, as it does in the State.
func (c *codec) time(t *int64) {
	var n int64
	if *t != 0 {
		n = c.base - *t + 1
		if n <= 0 {
			n--
		}
	}
	c.int(&n)
	if c.writing || n == 0 {
		return
	}
	if n < 0 {
		n++
	}
	*t = c.base - n + 1
}

func (c *codec) flags(all ...*bool) {
	var n int64
	for i, f := range all {
		if *f {
			n |= 1 << i
		}
	}
	c.between(&n, 0, 1<<len(all)-1)
	for i, f := range all {
		*f = n&(1<<i) != 0
	}
}

func (c *codec) between(n *int64, low, high int64) {
	if c.int(n); *n < low || *n > high {
		c.fail("a number out of range")
		*n = low
	}
}

func (c *codec) float(v *float64) {
	if c.writing {
		c.dst = binary.LittleEndian.AppendUint64(c.dst, math.Float64bits(*v))
		return
	}
	if len(c.src) < 8 {
		c.fail("cut off")
		return
	}
	*v, c.src = math.Float64frombits(binary.LittleEndian.Uint64(c.src)), c.src[8:]
	if math.IsNaN(*v) || math.Abs(*v) > turnE6 {
		c.fail("no position")
	}
}

func (c *codec) int(n *int64) {
	if c.writing {
		c.dst = binary.AppendVarint(c.dst, *n)
		return
	}
	v, size := binary.Varint(c.src)
	if size <= 0 {
		c.fail("cut off")
		return
	}
	*n, c.src = v, c.src[size:]
}

func (c *codec) text(s *string) {
	n := int64(len(*s))
	c.int(&n)
	if c.writing {
		c.dst = append(c.dst, *s...)
		return
	}
	if n < 0 || n > int64(len(c.src)) {
		c.fail("cut off")
		return
	}
	*s, c.src = string(c.src[:n]), c.src[n:]
}

func (c *codec) fail(why string) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %s", ErrState, why)
	}
	c.src = nil
}
