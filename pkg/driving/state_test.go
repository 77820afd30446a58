package driving_test

import (
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// drive makes a drive up: it speeds up, brakes, turns, holds still, loses fields,
// jumps, and its device raises alarms, all of them more often than in life.
func drive(t *rapid.T) []timeline.Entry {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	cadence := rapid.SampledFrom([]int{1, 1, 1, 2, 3, 5, 10, 60}).Draw(t, "cadence")
	var out []timeline.Entry
	at, speed, heading, lat, lng := int64(start), 500.0, 0.0, 50.0, 8.0
	for range rapid.IntRange(1, 300).Draw(t, "fixes") {
		gap := int64(cadence)
		if rng.IntN(40) == 0 {
			gap += rng.Int64N(400)
		}
		at += gap
		if rng.IntN(3) == 0 {
			speed = min(max(speed+float64(rng.IntN(300)-150)*float64(gap), 0), 1500)
		}
		if rng.IntN(4) == 0 {
			heading = math.Mod(heading+float64(rng.IntN(50)-25)+360, 360)
		}
		if rng.IntN(50) == 0 {
			lat += 0.01
		}
		f := timeline.Fix{Time: at, SpeedDKMH: int32(speed) / 10 * 10, HeadingDeg: int32(heading), Satellites: timeline.Unknown, ACC: timeline.Unknown, OdometerM: timeline.Unknown}
		if rng.IntN(8) != 0 {
			lat += speed / 36 * float64(gap) / 111_195 * math.Cos(heading*math.Pi/180)
			lng += speed / 36 * float64(gap) / 71_000 * math.Sin(heading*math.Pi/180)
		}
		f.LatE6, f.LngE6 = int32(lat*1e6), int32(lng*1e6)
		switch rng.IntN(30) {
		case 0:
			f.SpeedDKMH = timeline.Unknown
		case 1:
			f.HeadingDeg = timeline.Unknown
		case 2:
			f.Satellites = rng.Int32N(12)
		case 3:
			f.ACC = rng.Int32N(2)
		case 4:
			f.Old = true
		case 5:
			f.SpeedDKMH = rng.Int32N(2500)
		}
		out = append(out, timeline.Entry{Fix: &f})
		for rng.IntN(12) == 0 {
			out = append(out, mark(rng, at+rng.Int64N(gap)))
		}
		slices.SortStableFunc(out[max(0, len(out)-10):], func(a, b timeline.Entry) int { return int(a.Time() - b.Time()) })
	}
	return out
}

func mark(rng *rand.Rand, at int64) timeline.Entry {
	m := timeline.Mark{Time: at, Kind: timeline.MarkKind(1 + rng.IntN(5)), Text: []string{"0/41", "0/48", "1/1025"}[rng.IntN(3)],
		LatE6: timeline.NoPosition, LngE6: timeline.NoPosition, Speed: timeline.Unknown}
	if rng.IntN(2) == 0 {
		m.LatE6, m.LngE6, m.Speed = rng.Int32N(1e6), rng.Int32N(1e6), rng.Int32N(900)
	}
	return timeline.Entry{Mark: &m}
}

func step(s *driving.State, r *driving.Rules, in driving.Input, e timeline.Entry, out *driving.Out) {
	if e.Fix != nil {
		s.Fix(r, in, e.Fix, out)
		return
	}
	s.Mark(r, in, e.Mark, out)
}

func anyInput(t *rapid.T) driving.Input {
	in := driving.Input{Class: driving.Class(rapid.IntRange(0, 4).Draw(t, "class"))}
	if rapid.Bool().Draw(t, "limits") {
		in.LimitAt = func(f *timeline.Fix) (float64, string) {
			return driving.Limits{OwnKMH: 80, FenceKMH: float64(f.LatE6 / 5000 % 3 * 30)}.Lowest()
		}
	}
	return in
}

// TestStateGoesOn holds the rest of a drive to be the same after the state was
// written and read, and a copy to be independent.
func TestStateGoesOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, in, entries := driving.DefaultRules(), anyInput(t), drive(t)
		cut := rapid.IntRange(0, len(entries)).Draw(t, "cut")
		var s driving.State
		var log eventLog
		log.rejects = map[string]int{}
		for _, e := range entries[:cut] {
			step(&s, &r, in, e, log.out())
		}
		var read driving.State
		tail := "tail"
		rest, err := read.Decode(append(s.Append(nil), tail...))
		if err != nil || string(rest) != tail || !reflect.DeepEqual(s, read) {
			t.Fatalf("read back: %v, rest %q\n%+v\n%+v", err, rest, s, read)
		}
		copied := s
		var a, b, c eventLog
		a.rejects, b.rejects, c.rejects = map[string]int{}, map[string]int{}, map[string]int{}
		for _, e := range entries[cut:] {
			step(&s, &r, in, e, a.out())
		}
		for _, e := range entries[cut:] {
			step(&copied, &r, in, e, b.out())
			step(&read, &r, in, e, c.out())
		}
		if a.String() != b.String() || a.String() != c.String() || a.told != b.told || a.told != c.told {
			t.Fatalf("went on as\n%s\na copy as\n%s\nread back as\n%s", a.String(), b.String(), c.String())
		}
	})
}

// TestEventsCanBeDecidedAgain holds every event to what it says of itself, and
// every alarm to be in exactly one event.
func TestEventsCanBeDecidedAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, in, entries := driving.DefaultRules(), anyInput(t), drive(t)
		fixes := map[int64]*timeline.Fix{}
		var s driving.State
		log := eventLog{rejects: map[string]int{}}
		out := log.out()
		now := int64(0)
		tell := out.Event
		out.Event = func(e *driving.Event) {
			if now-e.End > 3600 {
				t.Fatalf("%s is told at %d", text(e), now-start)
			}
			tell(e)
		}
		alarms := map[string]map[int64]bool{}
		for _, e := range entries {
			now = e.Time()
			if f := e.Fix; f != nil {
				fixes[f.Time] = f
			} else {
				k := kindOfMark[e.Mark.Kind]
				if alarms[k] == nil {
					alarms[k] = map[int64]bool{}
				}
				alarms[k][e.Mark.Time] = true
			}
			step(&s, &r, in, e, out)
		}
		found := map[string]map[int64]bool{}
		for _, e := range log.events() {
			again(t, &r, fixes, &e)
			if k := string(e.Kind); e.Sources&driving.Device != 0 {
				if found[k] == nil {
					found[k] = map[int64]bool{}
				}
				if found[k][e.AlarmAt] {
					t.Fatalf("the %s alarm at %d is in two events", k, e.AlarmAt-start)
				}
				found[k][e.AlarmAt] = true
			}
		}
		if !reflect.DeepEqual(found, alarms) {
			t.Fatalf("alarms %v, in events %v", alarms, found)
		}
	})
}

var kindOfMark = map[timeline.MarkKind]string{
	timeline.MarkHarshAcceleration: string(schema.HarshAcceleration), timeline.MarkHarshBraking: string(schema.HarshBraking),
	timeline.MarkHarshCornering: string(schema.HarshCornering), timeline.MarkCollision: string(schema.Collision), timeline.MarkOverspeed: string(schema.Speeding),
}

// again decides an event as an analyst would, from the numbers it carries.
func again(t *rapid.T, r *driving.Rules, fixes map[int64]*timeline.Fix, e *driving.Event) {
	if e.Sources&driving.GPS == 0 || e.Kind == schema.Speeding {
		return
	}
	peak := math.Abs(e.SpeedAfterKMH-e.SpeedBeforeKMH) / 3.6 / float64(e.GapS)
	if e.Kind == schema.HarshCornering {
		peak = (e.SpeedBeforeKMH + e.SpeedAfterKMH) / 7.2 * math.Abs(e.PeakHeadingDeg) * math.Pi / 180 / float64(e.GapS)
	}
	if math.Abs(peak-e.PeakMPS2) > 1e-9 || peak < e.ThresholdMPS2 || e.GapS < 1 || e.GapS > r.Harsh.MaxGapS.Inferred || peak > 9 && e.Kind != schema.HarshCornering {
		t.Fatalf("%s: its numbers give %v", text(e), peak)
	}
	pair := false
	for at, f := range fixes {
		to := fixes[at+e.GapS]
		pair = pair || to != nil && float64(f.SpeedDKMH)/10 == e.SpeedBeforeKMH && float64(to.SpeedDKMH)/10 == e.SpeedAfterKMH && to.LatE6 == e.LatE6
	}
	if !pair {
		t.Fatalf("%s: no two fixes have its numbers", text(e))
	}
}

// TestOrderWithinASecond holds marks of one second to have no order.
func TestOrderWithinASecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, in, entries := driving.DefaultRules(), anyInput(t), drive(t)
		for i := range entries {
			if m := entries[i].Mark; m != nil && i%2 == 0 { // twins of the same second
				twin := *m
				twin.Text, twin.LatE6, twin.LngE6 = "1/1026", 7, 7
				entries = slices.Insert(entries, i, timeline.Entry{Mark: &twin})
			}
		}
		shuffled := slices.Clone(entries)
		for i := 0; i < len(shuffled); {
			n := i
			for n < len(shuffled) && shuffled[n].Mark != nil && shuffled[n].Time() == shuffled[i].Time() {
				n++
			}
			slices.Reverse(shuffled[i:n])
			i = max(n, i+1)
		}
		var a, b driving.State
		la, lb := eventLog{rejects: map[string]int{}}, eventLog{rejects: map[string]int{}}
		for i := range entries {
			step(&a, &r, in, entries[i], la.out())
			step(&b, &r, in, shuffled[i], lb.out())
		}
		if !maps.Equal(la.last, lb.last) {
			t.Fatalf("\n%s\nother order\n%s", la.String(), lb.String())
		}
	})
}

func TestDecodeRefuses(t *testing.T) {
	r := driving.DefaultRules()
	var s driving.State
	log := eventLog{rejects: map[string]int{}}
	for _, v := range []int32{500, 400, 300} {
		s.Fix(&r, driving.Input{}, &timeline.Fix{Time: start + int64(500-v)/100, SpeedDKMH: v, LatE6: v, HeadingDeg: 1, Satellites: 9, ACC: 1}, log.out())
	}
	s.Mark(&r, driving.Input{}, &timeline.Mark{Time: start + 3, Kind: timeline.MarkHarshCornering, Text: "0/42"}, log.out())
	b := s.Append(nil)
	t.Logf("%d bytes with two things going on; the struct has %d", len(b), unsafe.Sizeof(s))
	for n := range b {
		var read driving.State
		if _, err := read.Decode(b[:n]); !errors.Is(err, driving.ErrState) {
			t.Errorf("cut off at %d: %v", n, err)
		}
	}
	var read driving.State
	if _, err := read.Decode([]byte{2}); !errors.Is(err, driving.ErrState) || !strings.Contains(err.Error(), "version") {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	var s driving.State
	f.Add(s.Append(nil))
	r := driving.DefaultRules()
	log := eventLog{rejects: map[string]int{}}
	for i := range int64(100) {
		s.Fix(&r, driving.Input{Class: driving.Truck}, &timeline.Fix{Time: start + i, SpeedDKMH: int32(1000 - 100*(i%9)), LatE6: int32(i * 100), HeadingDeg: int32(i * 20 % 360), Satellites: 9, ACC: 1}, log.out())
		s.Mark(&r, driving.Input{}, &timeline.Mark{Time: start + i, Kind: timeline.MarkKind(1 + i%5), Text: "0/42"}, log.out())
		f.Add(s.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s, again driving.State
		rest, err := s.Decode(b)
		if err != nil {
			return
		}
		if _, err := again.Decode(s.Append(nil)); err != nil {
			t.Fatalf("what was read is not written as a state: %v (rest %d)", err, len(rest))
		}
		log := eventLog{rejects: map[string]int{}}
		r := driving.DefaultRules()
		s.Fix(&r, driving.Input{}, &timeline.Fix{Time: start, SpeedDKMH: 500, HeadingDeg: 9, Satellites: 9, ACC: 1}, log.out())
		s.Mark(&r, driving.Input{}, &timeline.Mark{Time: start, Kind: timeline.MarkHarshBraking}, log.out())
	})
}

func BenchmarkFix(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	fixes := make([]timeline.Fix, 4096)
	speed, lat := 500.0, 50e6
	for i := range fixes {
		speed = min(max(speed+float64(rng.IntN(41)-20), 100), 900)
		lat += speed / 36 * 9
		fixes[i] = timeline.Fix{SpeedDKMH: int32(speed), HeadingDeg: int32(i / 8 % 360), LatE6: int32(lat), Satellites: 9, ACC: 1}
	}
	r, in := driving.DefaultRules(), driving.Input{}
	events := 0
	out := driving.Out{Event: func(*driving.Event) { events++ }}
	var s driving.State
	b.ReportAllocs()
	at := int64(start)
	for i := 0; b.Loop(); i++ {
		at++
		f := &fixes[i%len(fixes)]
		f.Time = at
		s.Fix(&r, in, f, &out)
	}
	b.ReportMetric(float64(events), "events")
}
