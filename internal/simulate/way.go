package simulate

import "math"

// A leg is a piece of a way: straight, or an arc. Legs join without a kink, so
// that a vehicle's heading turns as gradually as its speed lets it.
type leg struct {
	x, y    float64 // where it begins
	heading float64 // there, radians clockwise from north
	lengthM float64
	turn    float64 // of the heading over its length, radians, positive to the right
	mps     float64 // the most that drivers do on it: the limit, or what its bend allows
	light   bool    // there are lights at its end
	dared   bool    // a driver takes it faster than others do
}

const (
	lateralMPS2  = 1.5  // that drivers take bends with
	junctionM    = 15.0 // radius of a turn at a junction
	sharpTurn    = math.Pi / 5
	roundedShare = 0.45 // of a piece of street may be part of the bend at each of its ends
)

// wayThrough makes legs of places: at each the way is rounded off, at junctions
// as tightly as streets are, elsewhere as wide as the pieces let it.
func wayThrough(places []place) []leg {
	out := make([]leg, 0, 2*len(places))
	x, y := places[0].x, places[0].y // where the next straight leg begins
	for i := 1; i < len(places); i++ {
		p := places[i]
		inX, inY := p.x-places[i-1].x, p.y-places[i-1].y
		in := math.Atan2(inX, inY)
		var turn, tangent, after float64
		if i+1 < len(places) {
			outX, outY := places[i+1].x-p.x, places[i+1].y-p.y
			after = places[i+1].limit
			turn = math.Remainder(math.Atan2(outX, outY)-in, 2*math.Pi)
			tangent = roundedShare * min(math.Hypot(inX, inY), math.Hypot(outX, outY))
			if math.Abs(turn) > sharpTurn {
				tangent = min(tangent, junctionM*math.Tan(math.Abs(turn)/2))
			}
		}
		endX, endY := p.x-tangent*math.Sin(in), p.y-tangent*math.Cos(in)
		out = append(out, leg{x: x, y: y, heading: in, lengthM: math.Hypot(endX-x, endY-y), mps: p.limit / 3.6, light: p.light})
		x, y = endX, endY
		if math.Abs(turn) > 1e-4 {
			radius := tangent / math.Tan(math.Abs(turn)/2)
			out = append(out, leg{
				x: x, y: y, heading: in, lengthM: radius * math.Abs(turn), turn: turn,
				mps: min(p.limit/3.6, after/3.6, math.Sqrt(lateralMPS2*radius)),
			})
			x, y = p.x+tangent*math.Sin(in+turn), p.y+tangent*math.Cos(in+turn)
		}
	}
	return out
}

// at is where the way is after so many metres of the leg.
func (l *leg) at(m float64) (x, y, heading float64) {
	f := m / max(l.lengthM, 0.01)
	heading = l.heading + l.turn*f
	chord, mean := m, l.heading+l.turn*f/2
	if half := l.turn * f / 2; half != 0 {
		chord *= math.Sin(half) / half
	}
	return l.x + chord*math.Sin(mean), l.y + chord*math.Cos(mean), heading
}
