package jimitest

import "math"

// A loop is a closed way: a regular polygon with round corners, which is driven
// to the left.
type loop struct {
	corners   int
	straightM float64 // from one corner to the next
	radiusM   float64 // of a corner
	turn      float64 // of a corner, radians
	starts    []spot  // of the straights
}

// A spot is a place on the loop, in metres from its centre.
type spot struct{ north, east, heading float64 }

func newLoop(corners int, lengthM, radiusM float64) loop {
	l := loop{corners: corners, radiusM: radiusM, turn: 2 * math.Pi / float64(corners)}
	l.straightM = lengthM/float64(corners) - radiusM*l.turn
	at := spot{}
	var north, east float64
	for range corners {
		l.starts = append(l.starts, at)
		north, east = north+at.north, east+at.east
		at = l.bend(at.ahead(l.straightM), l.turn)
	}
	for i := range l.starts { // around the centre
		l.starts[i].north -= north / float64(corners)
		l.starts[i].east -= east / float64(corners)
	}
	return l
}

func (s spot) ahead(m float64) spot {
	return spot{s.north + m*math.Cos(s.heading), s.east + m*math.Sin(s.heading), s.heading}
}

// bend goes on around a corner, by an angle to the left.
func (l *loop) bend(s spot, angle float64) spot {
	chord := 2 * l.radiusM * math.Sin(angle/2)
	s.heading -= angle / 2
	s = s.ahead(chord)
	s.heading -= angle / 2
	return s
}

func (l *loop) cornerM() float64 { return l.radiusM * l.turn }
func (l *loop) sideM() float64   { return l.straightM + l.cornerM() }
func (l *loop) lengthM() float64 { return float64(l.corners) * l.sideM() }

// on is how far into its side a way has come: beyond straightM it is in the
// corner.
func (l *loop) on(wayM float64) (side int, m float64) {
	n := math.Floor(wayM / l.sideM())
	return int(math.Mod(n, float64(l.corners))), wayM - n*l.sideM()
}

// at is the place after so many metres. The heading is in radians clockwise from
// north, from 0 to 2 pi.
func (l *loop) at(wayM float64) (north, east, heading float64) {
	side, m := l.on(wayM)
	s := l.starts[side].ahead(min(m, l.straightM))
	if m > l.straightM {
		s = l.bend(s, (m-l.straightM)/l.radiusM)
	}
	return s.north, s.east, math.Mod(math.Mod(s.heading, 2*math.Pi)+2*math.Pi, 2*math.Pi)
}
