package trip_test

import (
	"testing"
	"unsafe"

	"github.com/odograph/odograph/pkg/timeline"
	"github.com/odograph/odograph/pkg/trip"
)

// midTrip is the State of a device on a trip, at a short rest, with a driver.
func midTrip(t testing.TB) trip.State {
	var d drive
	d.t = day
	for _, line := range [][]string{{"10m", "60s"}, {"60s", "10s"}} {
		if err := d.stay(line[0], line[1], []string{"acc=1", "odo"}); err != nil {
			t.Fatal(err)
		}
	}
	d.mark(timeline.Mark{Kind: timeline.MarkDriver, Text: "card-1", Channel: "rfid"})
	if err := d.drive("5km", "50km/h", "10s", []string{"acc=1", "odo"}); err != nil {
		t.Fatal(err)
	}
	if err := d.stay("60s", "10s", []string{"acc=1", "odo"}); err != nil {
		t.Fatal(err)
	}
	r := trip.DefaultRules()
	var s trip.State
	var last int64
	for _, e := range d.entries {
		last = one(&s, &r, e, last, nil)
	}
	return s
}

func TestStateRefusesWhatItIsNot(t *testing.T) {
	s := midTrip(t)
	good := s.Append(nil)
	for n := range good {
		if _, err := new(trip.State).Decode(good[:n]); err == nil {
			t.Fatalf("took a state cut to %d of %d bytes", n, len(good))
		}
	}
	if _, err := new(trip.State).Decode(append([]byte{9}, good[1:]...)); err == nil {
		t.Error("took another version")
	}
	t.Logf("%d bytes in memory, %d written on a trip, %d of a new device", unsafe.Sizeof(s), len(good), len(new(trip.State).Append(nil)))
}

func TestParkedStateIsSmall(t *testing.T) {
	d := drive{t: day}
	if err := d.stay("30h", "60s", []string{"acc=0", "drift=6"}); err != nil {
		t.Fatal(err)
	}
	r := trip.DefaultRules()
	var s trip.State
	var last int64
	for _, e := range d.entries {
		last = one(&s, &r, e, last, nil)
	}
	if n := len(s.Append(nil)); n > 64 {
		t.Errorf("a parked device takes %d bytes, want at most 64", n)
	}
}

func FuzzDecode(f *testing.F) {
	s := midTrip(f)
	f.Add(s.Append(nil))
	f.Add(new(trip.State).Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s, again trip.State
		if _, err := s.Decode(b); err != nil {
			return
		}
		if rest, err := again.Decode(s.Append(nil)); err != nil || len(rest) > 0 {
			t.Fatalf("%d bytes left: %v", len(rest), err)
		}
		// Not a number equals nothing, itself included: the bytes say it.
		if string(s.Append(nil)) != string(again.Append(nil)) {
			t.Fatalf("got %+v, want %+v", again, s)
		}
	})
}

func TestRules(t *testing.T) {
	r := trip.DefaultRules()
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := new(trip.Rules).Validate(); err == nil {
		t.Fatal("took rules without any number")
	}
	r.LeaveM, r.MinStopS = 10, 400
	err := r.Validate()
	if err == nil {
		t.Fatal("took a rest that ends within its radius")
	}
	t.Log(err)
}

// BenchmarkFix is a fix of a drive at 10 s, and one of a parked device.
func BenchmarkFix(b *testing.B) {
	for _, c := range []struct {
		name         string
		metres, dkmh int32
	}{{"driving", 140, 500}, {"parked", 0, 0}, {"driving without speed", 140, timeline.Unknown}} {
		b.Run(c.name, func(b *testing.B) {
			r := trip.DefaultRules()
			r.TripUpdateS, r.StopUpdateS = 86_400, 86_400
			var s trip.State
			out := trip.Out{Trip: func(*trip.Trip) {}, Stop: func(*trip.Stop) {}}
			f := timeline.Fix{Time: day, LatE6: 50_000_000, LngE6: 10_000_000, SpeedDKMH: c.dkmh, ACC: 1, OdometerM: 1000}
			b.ReportAllocs()
			for b.Loop() {
				f.Time += 10
				f.LngE6 += c.metres * 14
				f.OdometerM += int64(c.metres)
				if f.LngE6 > 170_000_000 {
					f.LngE6 = 10_000_000
				}
				s.Fix(&r, &f, false, &out)
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	s := midTrip(b)
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst = s.Append(dst[:0])
	}
}
