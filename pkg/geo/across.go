package geo

import (
	"cmp"
	"math"
	"slices"
)

// A Crossing is one stay of a straight way inside a fence.
type Crossing struct {
	Fence *Fence
	Enter float64 // part of the way at which it begins: 0 at the start, also if it began before
	Exit  float64 // part of the way at which it ends: 1 at the end
	// ChordM is the way inside, in metres.
	ChordM float64
}

// Across appends the stays inside fences of the straight way (in longitude and
// latitude, the short way around) between two positions, ordered by fence ID and
// then by Enter. A way along or touching an edge from outside is no stay.
func (x *Index) Across(dst []Crossing, from, to Point) []Crossing {
	w, ok := newWay(from, to)
	if !ok {
		return dst
	}
	before := len(dst)
	var room, more [32]*Fence
	crossed := x.crossed(room[:0], &w)
	for _, f := range crossed {
		dst = w.through(dst, f)
	}
	// What is not crossed holds all of the way or nothing.
	mx, my := w.at(0.5)
	for _, f := range x.At(more[:0], my, mx) {
		if !slices.Contains(crossed, f) {
			dst = append(dst, Crossing{Fence: f, Exit: 1, ChordM: w.lengthM})
		}
	}
	slices.SortFunc(dst[before:], func(a, b Crossing) int {
		return cmp.Or(cmp.Compare(a.Fence.ID, b.Fence.ID), cmp.Compare(a.Enter, b.Enter))
	})
	return dst
}

// Across appends the stays of the way between two positions inside this fence.
func (f *Fence) Across(dst []Crossing, from, to Point) []Crossing {
	if w, ok := newWay(from, to); ok {
		return w.through(dst, f)
	}
	return dst
}

// A way is a straight line from one position on the map to another, which may lie
// beyond the 180th meridian.
type way struct {
	edge
	lengthM float64
}

func newWay(from, to Point) (way, bool) {
	ax, ay, ok := onMap(from.Lat, from.Lng)
	bx, by, ok2 := onMap(to.Lat, to.Lng)
	if !ok || !ok2 {
		return way{}, false
	}
	if bx-ax > 180 {
		bx -= 360
	} else if bx-ax < -180 {
		bx += 360
	}
	return way{edge{ax, ay, bx, by}, DistanceM(ay, ax, by, bx)}, true
}

// moved is the way turned, to where a part or the map's other end is.
func (w *way) moved(turn float64) edge { return edge{w.ax + turn, w.ay, w.bx + turn, w.by} }

// at is the position at a part of the way, on the map.
func (w *way) at(t float64) (x, y float64) {
	switch t {
	case 0:
		x, y = w.ax, w.ay
	case 1:
		x, y = w.bx, w.by
	default:
		x, y = w.ax+t*(w.bx-w.ax), w.ay+t*(w.by-w.ay)
	}
	if x >= 180 {
		x -= 360
	} else if x < -180 {
		x += 360
	}
	return x, y
}

// through appends the stays of a way inside a fence.
func (w *way) through(dst []Crossing, f *Fence) []Crossing {
	var room [32]float64
	cuts := append(room[:0], 0, 1)
	for _, p := range f.parts {
		cuts = w.cuts(cuts, p)
	}
	slices.Sort(cuts)
	first := len(dst)
	for i := 1; i < len(cuts); i++ {
		from, to := cuts[i-1], cuts[i]
		if from == to {
			continue
		}
		if x, y := w.at((from + to) / 2); !f.contains(x, y) {
			continue
		}
		if len(dst) > first && dst[len(dst)-1].Exit == from {
			dst[len(dst)-1].Exit = to
		} else {
			dst = append(dst, Crossing{Fence: f, Enter: from, Exit: to})
		}
	}
	for i := first; i < len(dst); i++ {
		dst[i].ChordM = (dst[i].Exit - dst[i].Enter) * w.lengthM
	}
	return dst
}

// cuts appends where along the way it may go in or out of a part.
func (w *way) cuts(dst []float64, p *part) []float64 {
	if p.kind == Circle {
		return w.sublevels(dst, p.reachM, func(t float64) float64 {
			x, y := w.at(t)
			return DistanceM(p.centre.Lat, p.centre.Lng, y, x)
		})
	}
	for _, turn := range [...]float64{0, 360, -360} {
		moved := w.moved(turn)
		b := nowhere.with(moved.ax, moved.ay).with(moved.bx, moved.by)
		if p.kind == Corridor {
			b = corridorReach(b, p.reachM)
		}
		near := func(o box) bool { return b.meets(o) } //nolint:gocritic // b.meets itself would be allocated
		p.edges(near, func(e edge) bool {
			if p.kind == Corridor {
				dst = w.sublevels(dst, p.reachM, func(t float64) float64 {
					flat := flatAt(moved.ax+t*(moved.bx-moved.ax), moved.ay+t*(moved.by-moved.ay))
					return math.Sqrt(flat.squareTo(&e))
				})
			} else if t, ok := moved.crossing(&e); ok {
				dst = append(dst, t)
			}
			return true
		})
	}
	return dst
}

// crossing is the part of this edge at which it meets another that is not parallel.
func (e *edge) crossing(o *edge) (float64, bool) {
	a, b := o.side(e.ax, e.ay), o.side(e.bx, e.by)
	if a == b || a > 0 && b > 0 || a < 0 && b < 0 {
		return 0, false
	}
	c, d := e.side(o.ax, o.ay), e.side(o.bx, o.by)
	if c > 0 && d > 0 || c < 0 && d < 0 {
		return 0, false
	}
	return a / (a - b), true
}

// sublevels appends where along the way a distance passes a limit. In a stretch of
// half a degree a distance falls and then rises; on a longer way it may do so again.
func (w *way) sublevels(dst []float64, limit float64, f func(t float64) float64) []float64 {
	n := 1 + int(min(360, 2*max(math.Abs(w.bx-w.ax), math.Abs(w.by-w.ay))))
	for i := range n {
		dst = sublevel(dst, float64(i)/float64(n), float64(i+1)/float64(n), limit, f)
	}
	return dst
}

// sublevel appends the ends of where a function that falls and then rises between
// two arguments is at most a limit, as far as they are not these.
func sublevel(dst []float64, from, to, limit float64, f func(t float64) float64) []float64 {
	const golden = 0.6180339887498949
	low, high := from, to
	t, u := high-golden*(high-low), low+golden*(high-low)
	ft, fu := f(t), f(u)
	for range 60 {
		if ft <= limit || fu <= limit {
			break
		}
		if ft < fu {
			high, u, fu = u, t, ft
			t = high - golden*(high-low)
			ft = f(t)
		} else {
			low, t, ft = t, u, fu
			u = low + golden*(high-low)
			fu = f(u)
		}
	}
	in := t
	for _, s := range [...]float64{u, from, to} {
		if f(s) < f(in) {
			in = s
		}
	}
	if f(in) > limit {
		return dst
	}
	return append(dst, bisect(in, from, limit, f), bisect(in, to, limit, f))
}

// bisect finds where, from a part inside towards an end, a function passes a limit.
func bisect(in, end, limit float64, f func(t float64) float64) float64 {
	if f(end) <= limit {
		return end
	}
	for range 42 {
		if middle := (in + end) / 2; f(middle) <= limit {
			in = middle
		} else {
			end = middle
		}
	}
	return in
}
