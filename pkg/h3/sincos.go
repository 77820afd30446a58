package h3

import "math"

// whole holds sine and cosine of the whole degrees from -360 to 360.
var whole = newWhole()

func newWhole() (all [721]struct{ sin, cos float64 }) {
	for i := range all {
		d := i - 360
		all[i].sin, all[i].cos = sinOfDegrees(d), sinOfDegrees(d+90)
	}
	return all
}

// sinOfDegrees brings the angle to within 45 degrees first, where the radians
// are exact enough for the last bit of the sine.
func sinOfDegrees(d int) float64 {
	d = ((d % 360) + 360) % 360
	switch {
	case d >= 180:
		return -sinOfDegrees(d - 180)
	case d > 90:
		return sinOfDegrees(180 - d)
	case d > 45:
		return math.Cos(float64(90-d) * degree)
	}
	return math.Sin(float64(d) * degree)
}

// sinCos gives sine and cosine of an angle in degrees and takes the nearest
// whole degree. The rest is at most half a degree, so that 3 and 4 terms of
// the series are good to 1e-18 and 1e-21.
func sinCos(nearest int, deg float64) (sin, cos float64) {
	w := &whole[nearest+360]
	d := (deg - float64(nearest)) * degree
	d2 := d * d
	s := d * (1 + d2*(-1./6+d2*(1./120)))
	c := d2 * (-1./2 + d2*(1./24+d2*(-1./720)))
	return w.sin + (w.sin*c + w.cos*s), w.cos + (w.cos*c - w.sin*s)
}
