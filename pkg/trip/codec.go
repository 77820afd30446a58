package trip

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// A State is written as: a version byte (1), a byte of flags, then varints:
// the newest fix, the odometer and the ignition; the rest; and, where the flags
// say so, the fix outside it, what is pending, the rest that is held, the trip
// and the next driver. Times are seconds before the newest fix. A device of
// which nothing was seen is version, flags, and what its marks said.
const stateVersion = 1

// The flags. The lowest two bits are the phase.
const (
	hasOut     = 1 << 2
	hasPending = 1 << 3
	hasHeld    = 1 << 4
	hasTrip    = 1 << 5
	hasNext    = 1 << 6
	isRolling  = 1 << 7
)

// ErrState says that bytes are not a State.
var ErrState = errors.New("not a state of trips")

// Append adds the binary form to dst.
func (s *State) Append(dst []byte) []byte {
	flags := byte(s.phase)
	set := func(yes bool, flag byte) {
		if yes {
			flags |= flag
		}
	}
	set(s.out.n > 0, hasOut)
	set(s.pend != tally{}, hasPending)
	set(s.held.n > 0, hasHeld)
	set(s.trip != journey{}, hasTrip)
	set(s.next != driver{}, hasNext)
	set(s.rolling, isRolling)
	c := codec{dst: append(dst, stateVersion, flags), writing: true}
	c.state(s, flags)
	return c.dst
}

// Decode reads what Append wrote and gives the bytes after it. On an error the
// State is as it was.
func (s *State) Decode(b []byte) (rest []byte, err error) {
	if len(b) < 2 || b[0] != stateVersion {
		return nil, fmt.Errorf("%w: want version %d", ErrState, stateVersion)
	}
	flags := b[1]
	n := State{phase: phase(flags & 3), rolling: flags&isRolling != 0}
	if n.phase > moving {
		return nil, fmt.Errorf("%w: phase %d", ErrState, n.phase)
	}
	c := codec{src: b[2:]}
	c.state(&n, flags)
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
	base     int64 // time of the newest fix
}

func (c *codec) state(s *State, flags byte) {
	c.int(&s.last.t)
	c.base = s.last.t
	c.place(&s.last.at)
	c.int32(&s.lastDKMH)
	c.int(&s.odoM)
	ignition := int64(s.ignition.state)
	c.between(&ignition, 0, int64(on))
	s.ignition.state = int8(ignition)
	c.time(&s.ignition.since)
	c.time(&s.ignition.before)
	c.rest(&s.rest)
	c.time(&s.inT)
	c.float32(&s.inM)
	if flags&hasOut != 0 {
		c.outside(&s.out)
	}
	if flags&hasPending != 0 {
		c.tally(&s.pend)
	}
	if flags&hasHeld != 0 {
		c.rest(&s.held)
	}
	if flags&hasTrip != 0 {
		c.journey(&s.trip)
	}
	if flags&hasNext != 0 {
		c.driver(&s.next)
	}
}

func (c *codec) rest(q *rest) {
	c.time(&q.since)
	c.place(&q.at)
	c.uint8(&q.n)
	c.flags(&q.followed, &q.silent, &q.idling, &q.told)
	if q.followed {
		c.place(&q.from)
	}
	c.time(&q.seen)
	c.time(&q.seenFix)
	c.int(&q.offS)
	c.time(&q.part)
	c.time(&q.lastTold)
}

func (c *codec) outside(o *outside) {
	c.uint8(&o.n)
	c.point(&o.first)
	c.time(&o.left)
}

func (c *codec) tally(t *tally) {
	for _, v := range []*int64{&t.mm, &t.observedS, &t.fixes, &t.gapS, &t.odoM} {
		c.int(v)
	}
	c.int32(&t.maxDKMH)
	c.flags(&t.odoBroken)
}

func (c *codec) journey(j *journey) {
	n := int64(j.stage)
	c.between(&n, 0, int64(certain))
	j.stage = stage(n)
	c.point(&j.start)
	c.point(&j.end)
	c.tally(&j.sum)
	c.int(&j.odoStartM)
	c.int(&j.restS)
	c.int(&j.idleS)
	c.time(&j.told)
	c.driver(&j.driver)
}

func (c *codec) driver(d *driver) {
	c.text(&d.name)
	c.text(&d.source)
}

func (c *codec) point(p *point) {
	c.time(&p.t)
	c.place(&p.at)
}

func (c *codec) place(p *place) {
	c.int32(&p.lat)
	c.int32(&p.lng)
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

func (c *codec) uint8(v *uint8) {
	n := int64(*v)
	c.between(&n, 0, math.MaxUint8)
	*v = uint8(n)
}

func (c *codec) float32(v *float32) {
	n := int64(math.Float32bits(*v))
	c.between(&n, 0, math.MaxUint32)
	*v = math.Float32frombits(uint32(n))
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
