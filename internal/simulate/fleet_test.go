package simulate

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
)

var testStart = time.Date(2026, 5, 4, 6, 0, 0, 0, time.UTC)

func testFleet(devices int, length time.Duration) *Fleet {
	return NewFleet(FleetConfig{Devices: devices, Interval: time.Second, Start: testStart, For: length, Seed: 7, Lat: 41.25, Lng: -95.93})
}

func all(s Source) []Item {
	var out []Item
	for it, ok := s.Next(); ok; it, ok = s.Next() {
		out = append(out, it)
	}
	return out
}

// decode reads an item as the pipeline does.
func decode(t *testing.T, it Item) (fix schema.Fix, err error) {
	t.Helper()
	kind, ok := jimi.LookupPath(it.Path)
	if !ok {
		t.Fatalf("%s is no push", it.Path)
	}
	raw := &jimi.Raw{Kind: kind.Name, Value: it.JSON, Headers: schema.RawHeaders{Kind: kind.Name, Received: it.Due, Source: schema.SourcePush}}
	switch kind.Class {
	case jimi.ClassFix:
		err = jimi.DecodeFix(&fix, raw)
	case jimi.ClassHeartbeat:
		_, err = jimi.DecodeHeartbeat(raw)
	case jimi.ClassSession:
		_, err = jimi.DecodeSession(raw)
	case jimi.ClassAlarm:
		_, err = jimi.DecodeAlarm(raw)
	default:
		t.Fatalf("a fleet sends %s", it.Path)
	}
	return fix, err
}

func TestSameSeedSameFleet(t *testing.T) {
	a, b := all(testFleet(5, 2*time.Minute)), all(testFleet(5, 2*time.Minute))
	if len(a) == 0 || !slices.EqualFunc(a, b, func(x, y Item) bool { return bytes.Equal(x.JSON, y.JSON) && x.Due.Equal(y.Due) }) {
		t.Errorf("two fleets of one seed differ: %d and %d items", len(a), len(b))
	}
}

// TestDrivesAreDrives holds what the fleet sends to what vehicles do.
func TestDrivesAreDrives(t *testing.T) {
	const devices, length = 30, 30 * time.Minute
	last := map[string]schema.Fix{}
	paths := map[string]int{}
	var moving, standing, fast, urban, turns int
	for _, it := range all(testFleet(devices, length)) {
		paths[it.Path]++
		fix, err := decode(t, it)
		if err != nil {
			t.Fatalf("%s: %v", it.JSON, err)
		}
		if it.Path != "/pushgps" {
			continue
		}
		if fix.IMEI != it.IMEI || !fix.FixTime.Equal(it.Due) {
			t.Fatalf("%s at %s sends %s", it.IMEI, it.Due, it.JSON)
		}
		before, seen := last[it.IMEI]
		last[it.IMEI] = fix
		if !seen {
			continue
		}
		v0, v1 := before.SpeedKMH.Value/3.6, fix.SpeedKMH.Value/3.6
		d := geo.DistanceM(before.Lat, before.Lng, fix.Lat, fix.Lng)
		// 12 m: noise of two positions, and a second of speed rounded to km/h.
		if want := (v0 + v1) / 2; math.Abs(d-want) > 18 {
			t.Errorf("%s at %s: %.1f m in a second at %.1f m/s", fix.IMEI, fix.FixTime, d, want)
		}
		if dv := v1 - v0; dv > 4.8 || dv < -4.8 {
			t.Errorf("%s at %s: from %.1f to %.1f m/s in a second", fix.IMEI, fix.FixTime, v0, v1)
		}
		if step := fix.OdometerM.Value - before.OdometerM.Value; step < 0 || step > 45 {
			t.Errorf("%s at %s: odometer %+.1f m", fix.IMEI, fix.FixTime, step)
		}
		if v1 > 0 && !fix.ACC.Value {
			t.Errorf("%s at %s drives without ignition", fix.IMEI, fix.FixTime)
		}
		switch kmh := fix.SpeedKMH.Value; {
		case kmh == 0:
			standing++
		case kmh > 140:
			t.Errorf("%s drives %v km/h", fix.IMEI, kmh)
		case kmh > 85:
			fast++
		case kmh < 60:
			urban++
		}
		if v1 > 0 {
			moving++
			if math.Abs(math.Remainder(before.HeadingDeg.Value-fix.HeadingDeg.Value, 360)) > 10 {
				turns++
			}
		}
	}
	if n := devices * int(length/time.Second); paths["/pushgps"] != n {
		t.Errorf("%d fixes, want %d", paths["/pushgps"], n)
	}
	if paths["/pushevent"] != devices || paths["/pushhb"] != devices*10 || paths["/pushalarm"] == 0 {
		t.Errorf("pushes %v", paths)
	}
	if moving < 10_000 || standing < 5_000 || fast < 300 || urban < 5_000 || turns < 100 {
		t.Errorf("moving %d, standing %d, fast %d, urban %d, turns %d: that is no traffic", moving, standing, fast, urban, turns)
	}
}

func TestDisturbLosesNothing(t *testing.T) {
	clean := all(testFleet(20, 10*time.Minute))
	d := Disturb(testFleet(20, 10*time.Minute), DisturbConfig{Duplicates: 0.05, Disorder: 0.05, Hold: time.Minute, Until: testStart.Add(10 * time.Minute), Seed: 1})
	got := all(d)
	if len(got) != len(clean)+d.Duplicated || d.Duplicated < 300 || d.Delayed < 300 {
		t.Fatalf("%d items of %d, %d of them repeats, %d late", len(got), len(clean), d.Duplicated, d.Delayed)
	}
	left := map[string]int{}
	for _, it := range clean {
		left[it.Path+string(it.JSON)]++
	}
	repeats, late := 0, 0
	var due time.Time
	newest := map[string]time.Time{}
	for _, it := range got {
		key := it.Path + string(it.JSON)
		if n, ok := left[key]; !ok {
			t.Fatalf("%s was not in the source", key)
		} else if n == 0 {
			repeats++
		} else {
			left[key]--
		}
		if it.Due.Before(due) {
			t.Fatal("items are not in the order in which they are due")
		}
		due = it.Due
		if due.After(testStart.Add(10 * time.Minute)) {
			t.Fatalf("an item is due at %s, after the end", due)
		}
		if fix, _ := decode(t, it); it.Path == "/pushgps" {
			if fix.FixTime.Before(newest[it.IMEI]) {
				late++
			} else {
				newest[it.IMEI] = fix.FixTime
			}
		}
	}
	for key, n := range left {
		if n != 0 {
			t.Fatalf("%s was lost", key)
		}
	}
	if repeats != d.Duplicated || late < d.Delayed {
		t.Errorf("%d repeats, %d late fixes; told were %d and %d", repeats, late, d.Duplicated, d.Delayed)
	}
}

// TestFaultsAreWhatTheySay spoils every fix, and reads it as the pipeline does.
func TestFaultsAreWhatTheySay(t *testing.T) {
	d := Disturb(testFleet(4, time.Minute), DisturbConfig{Faults: 1, Seed: 1})
	refused := 0
	for _, it := range all(d) {
		if !json.Valid(it.JSON) {
			t.Fatalf("%s is no JSON", it.JSON)
		}
		if _, err := decode(t, it); err != nil {
			refused++
		}
	}
	want, spoilt := 0, 0
	for _, f := range Faults {
		spoilt += d.Spoilt[f.Name]
		if f.Refused {
			want += d.Spoilt[f.Name]
		}
		if d.Spoilt[f.Name] != 30 {
			t.Errorf("%d fixes have %s, want 30", d.Spoilt[f.Name], f.Name)
		}
	}
	if refused != want || spoilt != 240 {
		t.Errorf("%d of %d spoilt fixes are refused, want %d", refused, spoilt, want)
	}
}

func TestMadeUpIMEI(t *testing.T) {
	if got := luhn("49015420323751"); got != 8 { // the example of 3GPP TS 23.003, annex B
		t.Errorf("check digit %d, want 8", got)
	}
	a, b := MadeUpIMEI("bus 1"), MadeUpIMEI("bus 2")
	if a == b || len(a) != 15 || !isIMEI(a) || a != MadeUpIMEI("bus 1") {
		t.Errorf("%s and %s", a, b)
	}
}

func BenchmarkFleet(b *testing.B) {
	f := NewFleet(FleetConfig{Devices: 1000, Interval: time.Second, Start: testStart, Seed: 1, Lat: 41.25, Lng: -95.93})
	b.ReportAllocs()
	for b.Loop() {
		f.Next()
	}
}
