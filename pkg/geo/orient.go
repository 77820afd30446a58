package geo

import "math"

// An edge runs straight from a to b in the plane of longitude (x) and latitude (y).
type edge struct{ ax, ay, bx, by float64 }

// side is positive when p lies left of the edge, negative when right and 0 when
// exactly on its line: the sign of the determinant, never rounded.
// Filter and bound: Shewchuk, "Adaptive Precision Floating-Point Arithmetic and
// Fast Robust Geometric Predicates" (1997), section 4.
func (e *edge) side(px, py float64) float64 {
	l := (e.ax - px) * (e.by - py)
	r := (e.ay - py) * (e.bx - px)
	det := l - r
	if bound := 4e-16 * (math.Abs(l) + math.Abs(r)); det > bound || det < -bound {
		return det
	}
	return exactSide(e, px, py)
}

// exactSide adds the six products of the determinant without rounding: each is a
// sum of two floats, and the twelve are added as an expansion.
func exactSide(e *edge, px, py float64) float64 {
	var x expansion
	x.addProduct(e.ax, e.by)
	x.addProduct(-e.ax, py)
	x.addProduct(-px, e.by)
	x.addProduct(-e.ay, e.bx)
	x.addProduct(e.ay, px)
	x.addProduct(py, e.bx)
	return x.sign()
}

// An expansion is an exact sum of floats that do not overlap, smallest first.
type expansion struct {
	part [12]float64
	n    int
}

func (x *expansion) addProduct(a, b float64) {
	p := a * b
	x.add(math.FMA(a, b, -p))
	x.add(p)
}

// add is Shewchuk's Grow-Expansion without the zeros.
func (x *expansion) add(v float64) {
	n := 0
	for _, p := range x.part[:x.n] {
		sum := v + p
		virtual := sum - v
		err := (v - (sum - virtual)) + (p - virtual)
		if err != 0 {
			x.part[n] = err
			n++
		}
		v = sum
	}
	if v != 0 {
		x.part[n] = v
		n++
	}
	x.n = n
}

func (x *expansion) sign() float64 {
	if x.n == 0 {
		return 0
	}
	return x.part[x.n-1]
}

// long says that the edge has a length.
func (e *edge) long() bool { return e.ax != e.bx || e.ay != e.by }

// holds says whether p, which lies on the edge's line, lies between its ends.
func (e *edge) holds(px, py float64) bool {
	return min(e.ax, e.bx) <= px && px <= max(e.ax, e.bx) && min(e.ay, e.by) <= py && py <= max(e.ay, e.by)
}
