package trip

import (
	"errors"
	"fmt"

	"github.com/odograph/odograph/pkg/compact"
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
	c := codec{compact.Writer(append(dst, stateVersion, flags))}
	c.state(s, flags)
	return c.Bytes()
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
	c := codec{compact.Reader(b[2:], ErrState)}
	c.state(&n, flags)
	if c.Err() != nil {
		return nil, c.Err()
	}
	*s = n
	return c.Bytes(), nil
}

// A codec goes over the fields of a State, to write or to read them.
type codec struct {
	compact.Fields
}

func (c *codec) state(s *State, flags byte) {
	c.Int(&s.last.t)
	c.Base = s.last.t
	c.place(&s.last.at)
	c.Int32(&s.lastDKMH)
	c.Int(&s.odoM)
	ignition := int64(s.ignition.state)
	c.Between(&ignition, 0, int64(on))
	s.ignition.state = int8(ignition)
	c.Time(&s.ignition.since)
	c.Time(&s.ignition.before)
	c.rest(&s.rest)
	c.Time(&s.inT)
	c.Float32(&s.inM)
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
	c.Time(&q.since)
	c.place(&q.at)
	c.Uint8(&q.n)
	c.Flags(&q.followed, &q.silent, &q.idling, &q.told)
	if q.followed {
		c.place(&q.from)
	}
	c.Time(&q.seen)
	c.Time(&q.seenFix)
	c.Int(&q.offS)
	c.Time(&q.part)
	c.Time(&q.lastTold)
}

func (c *codec) outside(o *outside) {
	c.Uint8(&o.n)
	c.point(&o.first)
	c.Time(&o.left)
}

func (c *codec) tally(t *tally) {
	for _, v := range []*int64{&t.mm, &t.observedS, &t.fixes, &t.gapS, &t.odoM} {
		c.Int(v)
	}
	c.Int32(&t.maxDKMH)
	c.Flags(&t.odoBroken)
}

func (c *codec) journey(j *journey) {
	n := int64(j.stage)
	c.Between(&n, 0, int64(certain))
	j.stage = stage(n)
	c.point(&j.start)
	c.point(&j.end)
	c.tally(&j.sum)
	c.Int(&j.odoStartM)
	c.Int(&j.restS)
	c.Int(&j.idleS)
	c.Time(&j.told)
	c.driver(&j.driver)
}

func (c *codec) driver(d *driver) {
	c.Text(&d.name)
	c.Text(&d.source)
}

func (c *codec) point(p *point) {
	c.Time(&p.t)
	c.place(&p.at)
}

func (c *codec) place(p *place) {
	c.Int32(&p.lat)
	c.Int32(&p.lng)
}
