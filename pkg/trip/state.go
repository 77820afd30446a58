package trip

import (
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A State is what is remembered of a device. The zero value is a device of which
// nothing was seen. It is a value: a copy is independent.
type State struct {
	phase    phase
	ignition ignition
	last     point // the newest fix
	lastDKMH int32 // its speed, 0.1 km/h, or timeline.Unknown
	odoM     int64 // the newest odometer + 1; 0: not known
	next     driver

	rest    rest // while resting; while moving, the rest that may just be beginning
	rolling bool // moving, and the newest fix said so by its speed: no rest has begun
	inT     int64
	inM     float32 // distance from the rest's place at inT, when it was last within rest_radius_m
	out     outside
	pend    tally // since the last commit to the trip

	held rest // the rest before a trip that is not certain yet
	trip journey
}

type phase uint8

const (
	unseen phase = iota
	resting
	moving
)

// A place is a position in 1e-6 degree.
type place struct{ lat, lng int32 }

// A point is a place at a time.
type point struct {
	t  int64
	at place
}

// A rest is a time at one place.
type rest struct {
	since    int64
	at       place // mean of the first positions
	from     place // where it was before it moved with slow fixes
	n        uint8 // positions in the mean; 0: no rest
	followed bool  // the place has moved with slow fixes
	silent   bool  // found in a silence: no fix of it but the first
	idling   bool  // kind of the part that goes on
	told     bool  // the part that goes on was told
	seen     int64 // last time at which it went on, by a fix or a mark
	seenFix  int64 // by a fix
	offS     int64 // with the ignition off
	part     int64 // start of the part that goes on: parking or idling
	lastTold int64
}

// outside is the first fix away from a rest, while one fix is too little to say
// that the rest has ended.
type outside struct {
	n     uint8
	first point
	left  int64 // when the vehicle left
}

// A tally is what a stretch of a trip adds up to.
type tally struct {
	mm        int64 // distance, 0.001 m
	observedS int64
	fixes     int64
	gapS      int64
	maxDKMH   int32 // + 1; 0: no speed
	odoM      int64 // newest odometer + 1; 0: none
	odoBroken bool  // it ran backwards
}

func (t *tally) add(o *tally) {
	t.mm += o.mm
	t.observedS += o.observedS
	t.fixes += o.fixes
	t.gapS = max(t.gapS, o.gapS)
	t.maxDKMH = max(t.maxDKMH, o.maxDKMH)
	if o.odoM > 0 {
		t.odoM = o.odoM
	}
	t.odoBroken = t.odoBroken || o.odoBroken
}

// A journey is a trip that goes on, certain or not.
type journey struct {
	stage     stage
	start     point
	end       point
	sum       tally
	odoStartM int64 // + 1; 0: not known
	restS     int64
	idleS     int64
	told      int64
	driver    driver
}

type stage uint8

const (
	none stage = iota
	candidate
	certain
)

type driver struct{ name, source string }

// ignition is what is known of the ignition.
type ignition struct {
	state  int8  // 0: not known
	since  int64 // it is so
	before int64 // since when it was as before
}

const (
	off int8 = 1
	on  int8 = 2
)

// set takes over what a fix or a mark says. An ignition that is off for less
// than flickerS was on all the while.
func (g *ignition) set(state int8, t, flickerS int64) {
	switch {
	case state == 0 || state == g.state:
	case g.state == off && g.before > 0 && t-g.since < flickerS:
		g.state, g.since, g.before = on, g.before, 0
	case g.state == on:
		g.state, g.since, g.before = state, t, g.since
	default:
		g.state, g.since, g.before = state, t, 0
	}
}

// A step is a fix as the State looks at it.
type step struct {
	point
	gapS       int64
	dkmh       int32 // 0.1 km/h, or timeline.Unknown
	ignition   int8
	odoM       int64 // + 1; 0: none
	observable bool
}

func (p *step) atLeast(kmh float64) bool { return p.dkmh >= 0 && float64(p.dkmh) >= kmh*10 }

func (s *State) stepOf(r *Rules, f *timeline.Fix, observable bool) step {
	p := step{point: point{f.Time, place{f.LatE6, f.LngE6}}, dkmh: f.SpeedDKMH, ignition: ignitionOf(f.ACC), odoM: f.OdometerM + 1, observable: observable}
	if f.Old && s.phase != unseen {
		p.at, p.dkmh = s.last.at, timeline.Unknown
	}
	if float64(p.dkmh) > r.MaxSpeedKMH*10 {
		p.dkmh = timeline.Unknown
	}
	if s.phase != unseen {
		p.gapS = f.Time - s.last.t
	}
	return p
}

func ignitionOf(acc int32) int8 {
	switch acc {
	case 0:
		return off
	case 1:
		return on
	}
	return 0
}

func optional(v int64, scale float64) schema.Opt[float64] {
	if v <= 0 {
		return schema.Opt[float64]{}
	}
	return schema.Some(float64(v-1) * scale)
}
