package geofence_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/odograph/odograph/pkg/geofence"
)

// TestSince holds that Since is the second at which it became as it is, on days
// with and without the clocks being put, in zones of whole and half hours.
func TestSince(t *testing.T) {
	zones := []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"}
	starts := []int64{
		time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC).Unix(),
		time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2026, 4, 4, 0, 0, 0, 0, time.UTC).Unix(), day,
	}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		s := &geofence.Schedule{Zone: zone}
		for range rapid.IntRange(1, 3).Draw(t, "windows") {
			w := geofence.Window{FromS: rapid.IntRange(0, 95).Draw(t, "from") * 900, ToS: rapid.IntRange(1, 96).Draw(t, "to") * 900}
			for i := range w.Days {
				w.Days[i] = rapid.IntRange(0, 3).Draw(t, "day") > 0
			}
			w.Days[1] = true
			s.Windows = append(s.Windows, w)
		}
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		at := rapid.SampledFrom(starts).Draw(t, "start") + rapid.Int64Range(0, 3*86_400).Draw(t, "at")
		since := s.Since(at)
		want := at - at%900
		for ; want > at-7*86_400 && s.Open(want-1) == s.Open(at); want -= 900 {
		}
		if want > at-7*86_400 && since != want {
			t.Fatalf("%v at %v: got %v, want %v", s.Windows, time.Unix(at, 0).In(zone), time.Unix(since, 0).In(zone), time.Unix(want, 0).In(zone))
		}
	})
}

func TestScheduleOverMidnight(t *testing.T) {
	s, err := schedule("22:00-06:00@Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s.Windows[0].Days = [7]bool{time.Friday: true}
	at := func(d, h int) int64 { return time.Date(2026, 5, d, h, 30, 0, 0, s.Zone).Unix() } // 8 May is a Friday
	for _, c := range []struct {
		at   int64
		open bool
	}{{at(8, 5), false}, {at(8, 21), false}, {at(8, 22), true}, {at(9, 5), true}, {at(9, 6), false}, {at(9, 23), false}} {
		if got := s.Open(c.at); got != c.open {
			t.Errorf("at %v: open %v", time.Unix(c.at, 0).In(s.Zone), got)
		}
	}
}
