package h3

import "math"

// double is an unevaluated sum of two numbers, hi the one nearest to it: 106
// bits. The functions here serve to round correctly what a good C library
// rounds correctly nearly always; they are exact rather than fast.
// (T. J. Dekker, A floating-point technique for extending the available
// precision, 1971.)
type double struct{ hi, lo float64 }

func sum(a, b float64) double {
	s := a + b
	t := s - a
	return double{s, (a - (s - t)) + (b - t)}
}

func product(a, b float64) double {
	p := a * b
	return double{p, math.FMA(a, b, -p)}
}

func (x double) add(y double) double {
	h, l := sum(x.hi, y.hi), sum(x.lo, y.lo)
	h = sum(h.hi, h.lo+l.hi)
	return sum(h.hi, h.lo+l.lo)
}

func (x double) neg() double { return double{-x.hi, -x.lo} }

func (x double) mul(y double) double {
	p := product(x.hi, y.hi)
	return sum(p.hi, p.lo+(float64(x.hi*y.lo)+float64(x.lo*y.hi)))
}

func (x double) div(y double) double {
	q := x.hi / y.hi
	rest := x.add(y.mul(double{hi: q}).neg())
	q2 := rest.hi / y.hi
	rest = rest.add(y.mul(double{hi: q2}).neg())
	return sum(q, q2).add(double{hi: rest.hi / y.hi})
}

// quarter is pi/2 in three parts.
var quarter = [3]float64{1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33}

// sinCosOf gives sine and cosine, good to 100 bits while |x| is below a
// million.
func sinCosOf(x float64) (sin, cos double) {
	n := math.Round(x / quarter[0])
	rest := double{hi: x}
	for _, part := range quarter {
		rest = rest.add(product(-n, part))
	}
	sin, cos = series(rest)
	switch int64(n) & 3 {
	case 1:
		return cos, sin.neg()
	case 2:
		return sin.neg(), cos.neg()
	case 3:
		return cos.neg(), sin
	}
	return sin, cos
}

// series sums both from the smallest term on; the first term left out is below
// 1e-35 within pi/4.
func series(x double) (sin, cos double) {
	one := double{hi: 1}
	x2 := x.mul(x).neg()
	sin, cos = one, one
	for n := len(ratios) - 2; n > 0; n -= 2 {
		cos = one.add(x2.mul(cos).mul(ratios[n]))
		sin = one.add(x2.mul(sin).mul(ratios[n+1]))
	}
	return x.mul(sin), cos
}

// ratios are 1/(n(n-1)) at n: what a term's factorial has over the one before.
var ratios = newRatios()

func newRatios() (all [32]double) {
	for n := 2; n < len(all); n++ {
		all[n] = double{hi: 1}.div(double{hi: float64(n * (n - 1))})
	}
	return all
}

func exactSinCos(x float64) (sin, cos float64) {
	if x == 0 || math.Abs(x) > 1e6 {
		return math.Sincos(x)
	}
	s, c := sinCosOf(x)
	return s.hi, c.hi
}

func exactTan(x float64) float64 {
	s, c := sinCosOf(x)
	return s.div(c).hi
}

// exactAcos is for numbers from 0 to 1. It is twice the angle whose sine is
// sqrt((1-x)/2), and one step of Newton from the usual function doubles the
// bits.
func exactAcos(x float64) float64 {
	half := double{hi: (1 - x) / 2}
	if half.hi <= 0 {
		return 0
	}
	root := math.Sqrt(half.hi)
	want := double{hi: root}.add(half.add(product(root, root).neg()).div(double{hi: 2 * root}))
	guess := math.Asin(root)
	sin, cos := sinCosOf(guess)
	return 2 * double{hi: guess}.add(want.add(sin.neg()).div(cos)).hi
}

// exactAtan2 turns back by the usual function's angle; the tangent of what is
// left is what that was off by.
func exactAtan2(y, x float64) float64 {
	guess := math.Atan2(y, x)
	if x == 0 && y == 0 {
		return guess
	}
	sin, cos := sinCosOf(guess)
	dx, dy := double{hi: x}, double{hi: y}
	across := dy.mul(cos).add(dx.mul(sin).neg())
	along := dx.mul(cos).add(dy.mul(sin))
	return double{hi: guess}.add(across.div(along)).hi
}
