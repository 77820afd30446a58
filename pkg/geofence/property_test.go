package geofence_test

import (
	"cmp"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/timeline"
)

// anyWorld draws overlapping fences, some of which change, open and close.
func anyWorld(t *rapid.T) *world {
	var w world
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "fences") {
		at := func(name string, size int) float64 { return float64(rapid.IntRange(-size, size).Draw(t, name)) }
		id := string(rune('a' + i))
		s := circle(id, at("x", 1000), at("y", 1000), 30+math.Abs(at("r", 400)))
		if rapid.Bool().Draw(t, "rectangle") {
			s = rectangle(id, at("x", 1000), at("y", 1000), 20+math.Abs(at("w", 500)), 20+math.Abs(at("h", 500)))
		}
		s.set.DwellS = rapid.SampledFrom([][]int64{nil, {}, {60}, {30, 600, 3600}}).Draw(t, "dwell")
		if rapid.IntRange(0, 2).Draw(t, "scheduled") == 0 {
			from := rapid.IntRange(10*3600, 16*3600).Draw(t, "opens")
			w := geofence.Window{Days: [7]bool{true, true, true, true, true, true, true}, FromS: from, ToS: from + rapid.IntRange(60, 7200).Draw(t, "long")}
			s.set.Schedule = &geofence.Schedule{Zone: zone, Windows: []geofence.Window{w}}
		}
		w.shapes = append(w.shapes, s)
		if rapid.IntRange(0, 3).Draw(t, "edited") == 0 {
			next := s
			next.from = day + int64(rapid.IntRange(100, 20_000).Draw(t, "edit"))
			w.shapes[len(w.shapes)-1].until = next.from
			next.set.Since, next.set.Version = next.from, 2
			next.r, next.w, next.h = s.r/2, s.w*2, s.h/2
			w.shapes = append(w.shapes, next)
		}
	}
	return &w
}

// walk draws what a device may send: drives, rests, noise, silences, outliers,
// wrong and missing fields, marks.
func walk(t *rapid.T) []timeline.Entry {
	d := drive{t: day}
	for range rapid.IntRange(1, 25).Draw(t, "stretches") {
		every := rapid.SampledFrom([]int64{1, 1, 5, 10, 30, 60, 60, 120, 400, 1500, 5000}).Draw(t, "every")
		kmh := rapid.SampledFrom([]float64{0, 0, 3, 10, 30, 60, 150}).Draw(t, "km/h")
		says := rapid.SampledFrom([]int32{-1, -1, int32(kmh * 10), int32(kmh * 10), 0, 410}).Draw(t, "says")
		noise := rapid.SampledFrom([]float64{0, 5, 30}).Draw(t, "noise")
		turn := rapid.Float64Range(0, 2*math.Pi).Draw(t, "turn")
		if rapid.Bool().Draw(t, "home") {
			turn = math.Atan2(-d.y, -d.x)
		}
		for range rapid.IntRange(1, 30).Draw(t, "fixes") {
			d.t += every
			d.x += kmh / 3.6 * float64(every) * math.Cos(turn)
			d.y += kmh / 3.6 * float64(every) * math.Sin(turn)
			d.draw(t, says, noise)
		}
	}
	return d.entries
}

func (d *drive) draw(t *rapid.T, says int32, noise float64) {
	x, y := d.x, d.y
	if noise > 0 {
		x += noise * rapid.Float64Range(-1, 1).Draw(t, "dx")
		y += noise * rapid.Float64Range(-1, 1).Draw(t, "dy")
	}
	f := fixAt(d.t, x, y, says)
	switch rapid.IntRange(0, 25).Draw(t, "entry") {
	case 0:
		d.mark(timeline.Mark{Kind: timeline.MarkContact})
	case 1:
		d.mark(timeline.Mark{Kind: timeline.MarkIgnition, Value: float64(rapid.IntRange(0, 1).Draw(t, "on"))})
	case 2:
		f.Old = true
	case 3:
		f.Satellites = 2
	case 4:
		f.LngE6 += rapid.Int32Range(-20_000, 20_000).Draw(t, "outlier")
	case 5:
		f.ACC = rapid.Int32Range(-1, 1).Draw(t, "acc")
	}
	d.entries = append(d.entries, timeline.Entry{Fix: f})
}

// anyRules draws the default rules, or others.
func anyRules(t *rapid.T) geofence.Rules {
	r := geofence.DefaultRules()
	if rapid.Bool().Draw(t, "default") {
		return r
	}
	r.Enter.MinFixes, r.Exit.MinFixes = int64(rapid.IntRange(1, 3).Draw(t, "enter")), int64(rapid.IntRange(1, 3).Draw(t, "exit"))
	r.Enter.MinInsideS = int64(rapid.SampledFrom([]int{0, 20, 100}).Draw(t, "inside"))
	r.Exit.MinOutsideS = int64(rapid.SampledFrom([]int{0, 60, 200}).Draw(t, "outside"))
	r.Enter.MarginM = rapid.SampledFrom([]float64{0, 40}).Draw(t, "margin")
	r.Rest.RadiusM = rapid.SampledFrom([]float64{0, 50}).Draw(t, "rest")
	return r
}

// TestEventsAreSound: beginnings and ends alternate, dwell and the rest lie
// between them, all in the order of At; nothing is told twice; what was told is
// not from the future.
func TestEventsAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, w := anyRules(t), anyWorld(t)
		var s geofence.State
		var events []geofence.Event
		now := int64(0)
		out := geofence.Out{Event: func(e *geofence.Event) {
			if e.ConfirmedAt != now || e.At > now {
				t.Fatalf("at %s: %s", clock(now), line(e))
			}
			events = append(events, *e)
		}}
		for _, e := range walk(t) {
			now = e.Time()
			one(&s, &r, w, e, &out)
		}
		for _, of := range byFence(events) {
			sound(t, of)
		}
	})
}

func clock(t int64) string { return time.Unix(t, 0).UTC().Format("15:04:05") }

func byFence(events []geofence.Event) map[string][]geofence.Event {
	all := map[string][]geofence.Event{}
	for _, e := range events {
		all[e.Fence] = append(all[e.Fence], e)
	}
	return all
}

// sound holds what was told of one fence, as it was told, to the rules.
func sound(t *rapid.T, events []geofence.Event) {
	var begun *geofence.Event
	unknown := false
	told := map[geofence.Event]bool{}
	fail := func(e *geofence.Event, why string) { t.Fatalf("%s: %s in\n%s", why, line(e), text(events)) }
	for i := range events {
		e := &events[i]
		if k := (geofence.Event{Kind: e.Kind, At: e.At, DwellS: e.DwellS}); told[k] {
			fail(e, "told twice")
		} else {
			told[k] = true
		}
		if i > 0 && e.At < events[i-1].At {
			fail(e, "out of order")
		}
		switch {
		case begins(e) && begun != nil:
			fail(e, "a second beginning")
		case begins(e):
			begun, unknown = e, false
		case begun == nil:
			fail(e, "before any beginning")
		case ends(e) && e.DwellS != e.At-begun.At:
			fail(e, "another stay")
		case ends(e):
			begun = nil
		case e.Kind == geofence.KindDwell && (e.At < begun.At+e.DwellS || unknown):
			fail(e, "too early")
		case (e.Kind == geofence.KindUnknown) == unknown && e.Kind != geofence.KindDwell:
			fail(e, "known already")
		case e.Kind != geofence.KindDwell:
			unknown = !unknown
		}
	}
}

// TestStateIsAValue holds that a State that is written and read, or copied, at
// any time goes on as if it had not been.
func TestStateIsAValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, w := anyRules(t), anyWorld(t)
		var want, got []geofence.Event
		list := func(to *[]geofence.Event) *geofence.Out {
			return &geofence.Out{Event: func(e *geofence.Event) { *to = append(*to, *e) }}
		}
		a, b := geofence.State{}, geofence.State{}
		wanted, gotten := list(&want), list(&got)
		for _, e := range walk(t) {
			if rapid.IntRange(0, 3).Draw(t, "restart") == 0 {
				old := b
				one(&old, &r, w, e, &geofence.Out{Event: func(*geofence.Event) {}})
				rest, err := new(geofence.State).Decode(append(b.Append(nil), 7))
				if err != nil || len(rest) != 1 {
					t.Fatalf("%d bytes left: %v", len(rest), err)
				}
				var n geofence.State
				if _, err := n.Decode(b.Append(nil)); err != nil || !reflect.DeepEqual(n, b) {
					t.Fatalf("%v: got %+v, want %+v", err, n, b)
				}
				b = n
			}
			one(&a, &r, w, e, wanted)
			one(&b, &r, w, e, gotten)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

// TestOrderOfAnswersDoesNotMatter: a View may list its fences as it likes.
func TestOrderOfAnswersDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, w, entries := anyRules(t), anyWorld(t), walk(t)
		other := world{shapes: slices.Clone(w.shapes)}
		slices.Reverse(other.shapes)
		a, b := play(&r, w, entries), play(&r, &other, entries)
		byKey := func(x, y geofence.Event) int {
			return cmp.Or(cmp.Compare(x.Fence, y.Fence), cmp.Compare(x.At, y.At), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.DwellS, y.DwellS))
		}
		slices.SortFunc(a, byKey)
		slices.SortFunc(b, byKey)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("got\n%s\nand\n%s", text(a), text(b))
		}
	})
}
