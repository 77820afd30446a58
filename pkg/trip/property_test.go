package trip_test

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/timeline"
	"github.com/odograph/odograph/pkg/trip"
)

// entries draws what a device may send: drives, rests, drift, silences, wrong
// and missing fields, marks.
func entries(t *rapid.T) []timeline.Entry {
	var d drive
	d.t = day
	for range rapid.IntRange(1, 25).Draw(t, "stretches") {
		every := rapid.SampledFrom([]int64{1, 1, 5, 10, 30, 60, 120, 400, 1500, 5000}).Draw(t, "every")
		kmh := rapid.SampledFrom([]float64{0, 0, 0, 3, 5, 20, 50, 120}).Draw(t, "km/h")
		says := rapid.SampledFrom([]float64{-1, -1, kmh, kmh, 41, 0, 900}).Draw(t, "says")
		acc := rapid.Int32Range(-1, 1).Draw(t, "acc")
		noise := rapid.SampledFrom([]float64{0, 3, 40}).Draw(t, "noise")
		turn := rapid.Float64Range(0, 2*math.Pi).Draw(t, "turn")
		for range rapid.IntRange(1, 40).Draw(t, "fixes") {
			d.draw(t, every, kmh, says, acc, noise, turn)
		}
	}
	return d.entries
}

func (d *drive) draw(t *rapid.T, every int64, kmh, says float64, acc int32, noise, turn float64) {
	d.t += every
	d.x += kmh / 3.6 * float64(every) * math.Cos(turn)
	d.y = max(-1e6, min(1e6, d.y+kmh/3.6*float64(every)*math.Sin(turn)))
	d.x = max(-1e6, min(1e6, d.x))
	kind := rapid.IntRange(0, 30).Draw(t, "entry")
	switch kind {
	case 0:
		d.mark(timeline.Mark{Kind: timeline.MarkIgnition, Value: float64(rapid.IntRange(0, 1).Draw(t, "on"))})
	case 1:
		d.mark(timeline.Mark{Kind: timeline.MarkContact})
	case 2:
		d.mark(timeline.Mark{Kind: timeline.MarkDriver, Text: rapid.SampledFrom([]string{"", "Ann", "Bob"}).Draw(t, "driver"), Channel: "rfid"})
	default:
		d.odo += kmh / 3.6 * float64(every)
		f := timeline.Fix{Time: d.t, SpeedDKMH: int32(says * 10), HeadingDeg: -1, Satellites: -1, ACC: acc, OdometerM: int64(d.odo), Old: kind == 3}
		if says < 0 {
			f.SpeedDKMH = timeline.Unknown
		}
		if kind == 4 {
			f.OdometerM = timeline.Unknown
		}
		f.LatE6, f.LngE6 = position(d.x+noise*rapid.Float64Range(-1, 1).Draw(t, "dx"), d.y+noise*rapid.Float64Range(-1, 1).Draw(t, "dy"))
		d.entries = append(d.entries, timeline.Entry{Fix: &f})
	}
}

func TestEventsAreSound(t *testing.T) {
	r := trip.DefaultRules()
	rapid.Check(t, func(t *rapid.T) {
		var s trip.State
		var o told
		var last int64
		for _, e := range entries(t) {
			if e.Fix != nil && rapid.IntRange(0, 60).Draw(t, "break") == 0 {
				s.Break(&r, o.out(t))
			}
			last = one(&s, &r, e, last, o.out(t))
		}
		trips, stops := byStart(o.trips), byStart(o.stops)
		for i, e := range trips {
			sound(t, &e)
			if i > 0 && trips[i-1].End > e.Start {
				t.Fatalf("trips overlap: %+v, %+v", trips[i-1], e)
			}
			if i < len(trips)-1 && e.Ongoing {
				t.Fatalf("a trip goes on beside the next: %+v", e)
			}
		}
		for i, e := range stops {
			if e.End-e.Start < r.MinStopS {
				t.Fatalf("too short: %+v", e)
			}
			if i > 0 && stops[i-1].End > e.Start {
				t.Fatalf("stops overlap: %+v, %+v", stops[i-1], e)
			}
			if i < len(stops)-1 && e.Ongoing {
				t.Fatalf("a stop goes on beside the next: %+v", e)
			}
		}
	})
}

func sound(t *rapid.T, e *trip.Trip) {
	straight := geo.DistanceM(float64(e.StartLatE6)/1e6, float64(e.StartLngE6)/1e6, float64(e.EndLatE6)/1e6, float64(e.EndLngE6)/1e6)
	if e.DistanceM < straight*0.999-100 {
		t.Fatalf("%.0f m, %.0f m in a straight line: %+v", e.DistanceM, straight, *e)
	}
	lasts := float64(e.End - e.Start)
	if lasts <= 0 || e.DrivingS < 0 || e.IdleS < 0 || e.DrivingS+e.IdleS > lasts || e.ObservableS > e.DrivingS || e.ObservableS < 0 {
		t.Fatalf("times: %+v", *e)
	}
	if e.Ongoing != (e.EndReason == "") || e.Fixes < 1 || float64(e.LongestGapS) > lasts {
		t.Fatalf("%+v", *e)
	}
	if e.MaxSpeedKMH.Valid && e.MaxSpeedKMH.Value > trip.DefaultRules().MaxSpeedKMH {
		t.Fatalf("too fast: %+v", *e)
	}
}

// TestToldSparsely holds that nothing is told for each fix: a trip that goes on
// at most once a minute.
func TestToldSparsely(t *testing.T) {
	r := trip.DefaultRules()
	rapid.Check(t, func(t *rapid.T) {
		var s trip.State
		var now, last int64
		told := map[int64]int64{}
		out := trip.Out{Trip: func(e *trip.Trip) {
			if before, ok := told[e.Start]; ok && e.Ongoing && now-before < r.MinUpdateS {
				t.Fatalf("told again after %d s: %+v", now-before, *e)
			}
			told[e.Start] = now
		}}
		for _, e := range entries(t) {
			now = e.Time()
			last = one(&s, &r, e, last, &out)
		}
	})
}

// TestStateIsAValue holds that a State that is written and read, or copied, at
// any time goes on as if it had not been.
func TestStateIsAValue(t *testing.T) {
	r := trip.DefaultRules()
	rapid.Check(t, func(t *rapid.T) {
		all := entries(t)
		var want, got []any
		list := func(to *[]any) *trip.Out {
			return &trip.Out{Trip: func(e *trip.Trip) { *to = append(*to, *e) }, Stop: func(e *trip.Stop) { *to = append(*to, *e) }}
		}
		var a, b trip.State
		var last int64
		for _, e := range all {
			if rapid.Bool().Draw(t, "restart") {
				old := b
				one(&old, &r, e, last, &trip.Out{})
				rest, err := new(trip.State).Decode(append(b.Append(nil), 7))
				if err != nil || len(rest) != 1 {
					t.Fatalf("%d bytes left: %v", len(rest), err)
				}
				var n trip.State
				if _, err := n.Decode(b.Append(nil)); err != nil || n != b {
					t.Fatalf("%v: got %+v, want %+v", err, n, b)
				}
				b = n
			}
			one(&a, &r, e, last, list(&want))
			last = one(&b, &r, e, last, list(&got))
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}
