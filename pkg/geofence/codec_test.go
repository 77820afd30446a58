package geofence_test

import (
	"encoding/hex"
	"fmt"
	"testing"
	"unsafe"

	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/timeline"
)

// midway is the State of a device that is in three fences and just leaves one.
func midway(t testing.TB) geofence.State {
	d := drive{t: day}
	d.world.shapes = []shape{circle("city", 0, 0, 3000), circle("district", 500, 0, 1000), circle("site", 0, 0, 300)}
	d.x = -4000
	for _, err := range []error{d.to(0, 0, 50, 10, nil), d.stay(400, 20, nil), d.to(400, 0, 50, 10, nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r := geofence.DefaultRules()
	var s geofence.State
	out := geofence.Out{Event: func(*geofence.Event) {}}
	for _, e := range d.entries {
		one(&s, &r, &d.world, e, &out)
	}
	return s
}

// TestStateOfVersion1 reads bytes that were written before there were strides.
func TestStateOfVersion1(t *testing.T) {
	const was, is = "01b4c9c29f0d000280c2d72fb0afc409000280c2d72fd4b2c409000000080000000084d78741000000007b116341b601020208796172640a0000007a7a00",
		"02b4c9c29f0d000280c2d72fb0afc409000280c2d72fd4b2c409000000080000000084d78741000000007b116341b60102000208796172640a0000007a7a00"
	b, err := hex.DecodeString(was)
	if err != nil {
		t.Fatal(err)
	}
	var s geofence.State
	if rest, err := s.Decode(b); err != nil || len(rest) > 0 || !s.Inside() {
		t.Fatalf("%d bytes are left, %v", len(rest), err)
	}
	if got := hex.EncodeToString(s.Append(nil)); got != is {
		t.Errorf("it is written as\n%s, want\n%s", got, is)
	}
}

func TestStateRefusesWhatItIsNot(t *testing.T) {
	s := midway(t)
	good := s.Append(nil)
	for n := range good {
		if _, err := new(geofence.State).Decode(good[:n]); err == nil {
			t.Fatalf("took a state cut to %d of %d bytes", n, len(good))
		}
	}
	if _, err := new(geofence.State).Decode(append([]byte{9}, good[1:]...)); err == nil {
		t.Error("took another version")
	}
	t.Logf("%d bytes in memory beside the fences, %d written in 3 fences, %d of a new device", unsafe.Sizeof(s), len(good), len(new(geofence.State).Append(nil)))
}

func FuzzDecode(f *testing.F) {
	s := midway(f)
	f.Add(s.Append(nil))
	f.Add(new(geofence.State).Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s, again geofence.State
		if _, err := s.Decode(b); err != nil {
			return
		}
		if rest, err := again.Decode(s.Append(nil)); err != nil || len(rest) > 0 {
			t.Fatalf("%d bytes left: %v", len(rest), err)
		}
		if string(s.Append(nil)) != string(again.Append(nil)) {
			t.Fatalf("got %+v, want %+v", again, s)
		}
	})
}

// TestManyFences: a device in more fences than can be followed is in MaxFences of
// them, and the others are named.
func TestManyFences(t *testing.T) {
	var w world
	for i := range geofence.MaxFences + 3 {
		w.shapes = append(w.shapes, circle(fmt.Sprint(i), 0, 0, 100))
	}
	r := geofence.DefaultRules()
	var s geofence.State
	begun, full := 0, map[string]bool{}
	out := geofence.Out{Event: func(*geofence.Event) { begun++ }, Full: func(id string, _ int64) { full[id] = true }}
	s.Fix(&r, &w, fixAt(day, 0, 0, 0), &out)
	s.Fix(&r, &w, fixAt(day+1, 0, 0, 0), &out)
	if begun != geofence.MaxFences || len(full) != 3 {
		t.Errorf("in %d fences, %d named", begun, len(full))
	}
	var again geofence.State
	if _, err := again.Decode(s.Append(nil)); err != nil {
		t.Fatal(err)
	}
}

func TestRules(t *testing.T) {
	r := geofence.DefaultRules()
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := new(geofence.Rules).Validate(); err == nil {
		t.Fatal("took rules without any number")
	}
	r.DwellS = []int64{60, 60}
	r.Exit.MarginM = 200
	err := r.Validate()
	if err == nil {
		t.Fatal("took a margin beyond its cap")
	}
	t.Log(err)
}

// empty is a View of no fence.
type empty struct{}

func (empty) At(_ *timeline.Fix, out []geofence.Place) []geofence.Place      { return out }
func (empty) Across(_, _ *timeline.Fix, out []geofence.Pass) []geofence.Pass { return out }
func (empty) Settings(string, int64) *geofence.Settings                      { return nil }

func (empty) OutsideM(string, *timeline.Fix) float64 { return 0 }

// within is a View of four fences that contain everything, at next to no cost.
type within struct{ set geofence.Settings }

var four = [...]string{"fence-1", "fence-2", "fence-3", "fence-4"}

func (within) At(_ *timeline.Fix, out []geofence.Place) []geofence.Place {
	for _, id := range four {
		out = append(out, geofence.Place{Fence: id, DepthM: 100})
	}
	return out
}

func (within) Across(_, _ *timeline.Fix, out []geofence.Pass) []geofence.Pass {
	for _, id := range four {
		out = append(out, geofence.Pass{Fence: id, EnterAt: 0, ExitAt: 1, ChordM: 100})
	}
	return out
}

func (within) OutsideM(string, *timeline.Fix) float64 { return 0 }

func (w *within) Settings(string, int64) *geofence.Settings { return &w.set }

// BenchmarkFix is a fix of a device that is near no fence, and of one in four.
func BenchmarkFix(b *testing.B) {
	always, err := schedule("00:00-24:00@Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	scheduled := &within{geofence.Settings{Schedule: always}}
	for _, c := range []struct {
		name         string
		view         geofence.View
		metres, dkmh int32
	}{
		{"no fence, driving", empty{}, 140, 500},
		{"no fence, parked", empty{}, 0, 0},
		{"four fences, driving", &within{}, 140, 500},
		{"four fences, parked", &within{}, 0, 0},
		{"four fences with schedules, driving", scheduled, 140, 500},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := geofence.DefaultRules()
			var s geofence.State
			out := geofence.Out{Event: func(*geofence.Event) {}}
			f := timeline.Fix{Time: day, LatE6: 50_000_000, LngE6: 10_000_000, SpeedDKMH: c.dkmh, Satellites: 9, ACC: 1, OdometerM: 1000}
			for range 100 { // enter, and pass the dwell time
				f.Time += 10
				s.Fix(&r, c.view, &f, &out)
			}
			b.ReportAllocs()
			for b.Loop() {
				f.Time += 10
				f.LngE6 += c.metres * 14
				if f.LngE6 > 170_000_000 {
					f.LngE6 = 10_000_000
				}
				s.Fix(&r, c.view, &f, &out)
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	s := midway(b)
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst = s.Append(dst[:0])
	}
}
