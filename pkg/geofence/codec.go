package geofence

import (
	"errors"
	"fmt"
	"math"

	"github.com/odograph/odograph/pkg/compact"
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
	c := codec{Fields: compact.Writer(append(dst, stateVersion))}
	c.state(s)
	return c.Bytes()
}

// Decode reads what Append wrote and gives the bytes after it. On an error the
// State is as it was.
func (s *State) Decode(b []byte) (rest []byte, err error) {
	if len(b) < 1 || b[0] != stateVersion && b[0] != stateWithoutStride {
		return nil, fmt.Errorf("%w: want version %d", ErrState, stateVersion)
	}
	var n State
	c := codec{Fields: compact.Reader(b[1:], ErrState), noStride: b[0] == stateWithoutStride}
	c.state(&n)
	if c.Err() != nil {
		return nil, c.Err()
	}
	*s = n
	return c.Bytes(), nil
}

// A codec goes over the fields of a State, to write or to read them.
type codec struct {
	compact.Fields
	noStride bool
}

func (c *codec) state(s *State) {
	c.Int(&s.alive)
	c.Base = s.alive
	ignition := int64(s.ignition)
	c.Between(&ignition, 0, int64(on))
	s.ignition = int8(ignition)
	for _, p := range [...]*point{&s.prev, &s.last, &s.doubt, &s.held} {
		c.point(p)
	}
	c.rest(&s.rest)
	c.stride(&s.stride)
	n := int64(len(s.fences))
	c.Between(&n, 0, MaxFences)
	if c.Writing() {
		for i := range s.fences {
			f := s.fences[i]
			c.fence(&f)
		}
		return
	}
	for i := int64(0); i < n && c.Err() == nil; i++ {
		var f fence
		c.fence(&f)
		if i > 0 && s.fences[i-1].id >= f.id {
			c.Fail("fences out of order")
		}
		s.fences = append(s.fences, f)
	}
}

func (c *codec) rest(q *rest) {
	c.Between(&q.n, 0, math.MaxInt64)
	if q.n == 0 {
		return
	}
	c.mean(&q.lat)
	c.mean(&q.lng)
	c.Time(&q.since)
	c.Time(&q.last)
}

func (c *codec) stride(q *stride) {
	if c.noStride {
		return
	}
	c.Between(&q.n, 0, strides)
	if q.n > 0 {
		c.Int32(&q.north)
		c.Int32(&q.east)
	}
}

func (c *codec) fence(f *fence) {
	c.Text(&f.id)
	c.Flags(&f.inside, &f.start, &f.told, &f.unknown, &f.edge)
	c.Int(&f.n)
	c.Time(&f.since)
	c.Time(&f.cross.at)
	if f.cross.at != 0 {
		c.Int(&f.cross.gapS)
		c.Int32(&f.cross.lat)
		c.Int32(&f.cross.lng)
		c.Int32(&f.cross.dkmh)
	}
	c.Time(&f.begin)
	c.Time(&f.known)
	c.Int(&f.dwelt)
}

func (c *codec) point(p *point) {
	c.Time(&p.t)
	if p.t != 0 {
		c.Int32(&p.lat)
		c.Int32(&p.lng)
		c.Int32(&p.dkmh)
	}
}

// mean is a part of the mean of a rest, 1e-6 degree.
func (c *codec) mean(v *float64) {
	if c.Float64(v); !c.Writing() && (math.IsNaN(*v) || math.Abs(*v) > turnE6) {
		c.Fail("no position")
	}
}
