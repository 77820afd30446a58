package geofence_test

import (
	"math"
	"slices"

	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/timeline"
)

// A world is the plane around a point at 50° N, in metres, with fences.
type world struct {
	shapes []shape
	asked  int // questions about positions and lines
}

// A shape is a circle, or a rectangle of sides 2*w and 2*h where r is 0.
type shape struct {
	id          string
	x, y        float64 // of the centre
	r, w, h     float64
	set         geofence.Settings
	from, until int64 // when it is there; until 0: for ever
}

func (s *shape) there(at int64) bool { return at >= s.from && (s.until == 0 || at < s.until) }

func (s *shape) depth(x, y float64) float64 {
	x, y = x-s.x, y-s.y
	if s.r > 0 {
		return s.r - math.Hypot(x, y)
	}
	dx, dy := math.Abs(x)-s.w, math.Abs(y)-s.h
	if dx <= 0 && dy <= 0 {
		return -max(dx, dy)
	}
	return -math.Hypot(max(dx, 0), max(dy, 0))
}

// cut is the part of a line that is inside.
func (s *shape) cut(x1, y1, x2, y2 float64) (in, out float64, meets bool) {
	x1, y1, x2, y2 = x1-s.x, y1-s.y, x2-s.x, y2-s.y
	dx, dy := x2-x1, y2-y1
	if dx == 0 && dy == 0 {
		return 0, 1, s.depth(x1+s.x, y1+s.y) >= 0
	}
	in, out = 0, 1
	if s.r > 0 {
		a, b, c := dx*dx+dy*dy, x1*dx+y1*dy, x1*x1+y1*y1-s.r*s.r
		d := b*b - a*c
		if d < 0 {
			return 0, 0, false
		}
		in, out = max(in, (-b-math.Sqrt(d))/a), min(out, (-b+math.Sqrt(d))/a)
		return in, out, in <= out
	}
	for _, v := range [][3]float64{{x1, dx, s.w}, {y1, dy, s.h}} {
		if v[1] == 0 {
			if math.Abs(v[0]) > v[2] {
				return 0, 0, false
			}
			continue
		}
		a, b := (-v[2]-v[0])/v[1], (v[2]-v[0])/v[1]
		in, out = max(in, min(a, b)), min(out, max(a, b))
	}
	return in, out, in <= out
}

func (w *world) At(f *timeline.Fix, out []geofence.Place) []geofence.Place {
	w.asked++
	x, y := plane(f)
	for i := range w.shapes {
		s := &w.shapes[i]
		if d := s.depth(x, y); s.there(f.Time) && d >= 0 {
			out = append(out, geofence.Place{Fence: s.id, DepthM: d})
		}
	}
	return out
}

func (w *world) OutsideM(id string, f *timeline.Fix) float64 {
	w.asked++
	x, y := plane(f)
	for i := range w.shapes {
		if s := &w.shapes[i]; s.id == id && s.there(f.Time) {
			return -s.depth(x, y)
		}
	}
	return math.Inf(1)
}

func (w *world) Across(prev, cur *timeline.Fix, out []geofence.Pass) []geofence.Pass {
	w.asked++
	x1, y1 := plane(prev)
	x2, y2 := plane(cur)
	for i := range w.shapes {
		s := &w.shapes[i]
		if in, end, meets := s.cut(x1, y1, x2, y2); meets && s.there(cur.Time) {
			out = append(out, geofence.Pass{Fence: s.id, EnterAt: in, ExitAt: end, ChordM: (end - in) * math.Hypot(x2-x1, y2-y1)})
		}
	}
	return out
}

func (w *world) Settings(id string, at int64) *geofence.Settings {
	for i := range w.shapes {
		if s := &w.shapes[i]; s.id == id && s.there(at) {
			return &s.set
		}
	}
	return nil
}

func circle(id string, x, y, r float64) shape {
	return shape{id: id, x: x, y: y, r: r, set: geofence.Settings{Version: 1, RadiusM: r}}
}

func rectangle(id string, x, y, w, h float64) shape {
	return shape{id: id, x: x, y: y, w: w, h: h, set: geofence.Settings{Version: 1, RadiusM: math.Sqrt(4 * w * h / math.Pi)}}
}

const perDegree = 111_195.0803

var perDegreeEast = perDegree * math.Cos(50*math.Pi/180)

func plane(f *timeline.Fix) (x, y float64) {
	return (f.Lng() - 10) * perDegreeEast, (f.Lat() - 50) * perDegree
}

func fixAt(t int64, x, y float64, dkmh int32) *timeline.Fix {
	return &timeline.Fix{
		Time: t, LatE6: int32(math.Round((50 + y/perDegree) * 1e6)), LngE6: int32(math.Round((10 + x/perDegreeEast) * 1e6)),
		SpeedDKMH: dkmh, HeadingDeg: timeline.Unknown, Satellites: 9, ACC: timeline.Unknown, OdometerM: timeline.Unknown,
	}
}

// play runs entries through a new State.
func play(r *geofence.Rules, w geofence.View, entries []timeline.Entry) (events []geofence.Event) {
	var s geofence.State
	out := geofence.Out{Event: func(e *geofence.Event) { events = append(events, *e) }}
	for _, e := range entries {
		one(&s, r, w, e, &out)
	}
	return events
}

func one(s *geofence.State, r *geofence.Rules, w geofence.View, e timeline.Entry, out *geofence.Out) {
	if e.Mark != nil {
		s.Mark(r, w, e.Mark, out)
		return
	}
	s.Fix(r, w, e.Fix, out)
}

var (
	beginnings = []string{geofence.KindEnter, geofence.KindInsideAtStart, geofence.KindInsideAtOpen}
	endings    = []string{geofence.KindExit, geofence.KindInsideAtClose}
)

func begins(e *geofence.Event) bool { return slices.Contains(beginnings, e.Kind) }
func ends(e *geofence.Event) bool   { return slices.Contains(endings, e.Kind) }
