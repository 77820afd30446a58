package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/trip"
)

// data is the folder of the recordings. In CI it must be there.
func data(t *testing.T, folder string) string {
	t.Helper()
	dir := os.Getenv("ODOGRAPH_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	if _, err := os.Stat(filepath.Join(dir, folder)); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no recordings: %v", err)
		}
		t.Skipf("no recordings: %v", err)
	}
	return dir
}

func near(t *testing.T, what string, got, want, share float64) {
	t.Helper()
	if math.Abs(got-want) > share*want {
		t.Errorf("%s: got %.3f, want %.3f within %.1f %%", what, got, want, 100*share)
	}
}

func TestDrives(t *testing.T) {
	dir := data(t, "driveplotr_nds_a")
	rules := trip.DefaultRules()
	for _, c := range []struct {
		ignition bool
		trips    int
	}{{true, 17}, {false, 19}} {
		all, labels, err := drives(dir, c.ignition)
		if err != nil {
			t.Fatal(err)
		}
		f := detect(&rules, all.fixes)
		if len(f.trips) != c.trips {
			t.Errorf("ignition %v: %d trips, want %d", c.ignition, len(f.trips), c.trips)
		}
		near(t, "km", f.distanceM()/1000, 285.7, 0.02)
		stops := 0
		for _, l := range labels {
			d := compare(&l, &f)
			if d.stops != len(l.stops) || d.trips == 0 || c.ignition && d.trips != 1 {
				t.Errorf("ignition %v, drive %s: %d trips, %d of %d stops", c.ignition, l.name, d.trips, d.stops, len(l.stops))
			}
			stops += len(l.stops)
		}
		if len(labels) != 17 || stops != 4 {
			t.Errorf("%d drives with %d stops, the recording has 17 with 4", len(labels), stops)
		}
	}
}

// TestThinnedDrives holds that a tracker that sends every 30 s, with or without
// a speed, finds the same trips as one that sends every second.
func TestThinnedDrives(t *testing.T) {
	rules := trip.DefaultRules()
	all, _, err := drives(data(t, "driveplotr_nds_a"), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, gapS := range []int64{5, 10, 30} {
		thin := all.thin(gapS)
		mute := thin.withoutSpeed()
		for _, one := range []*trace{&thin, &mute} {
			f := detect(&rules, one.fixes)
			if len(f.trips) != 17 {
				t.Errorf("%d s: %d trips, want 17", gapS, len(f.trips))
			}
			near(t, "km", f.distanceM()/1000, 285.7, 0.02)
		}
	}
}

func TestOneTripEach(t *testing.T) {
	rules := trip.DefaultRules()
	one := func(all *trace, km, share float64) {
		f := detect(&rules, all.fixes)
		if len(f.trips) != 1 {
			t.Fatalf("%s: %d trips, want 1", all.name, len(f.trips))
		}
		near(t, all.name+", km", f.distanceM()/1000, km, share)
		if gap := f.trips[0].LongestGapS; gap > 138 {
			t.Errorf("%s: a gap of %d s", all.name, gap)
		}
	}
	dir := data(t, "bus304_limerick")
	bus, err := busTrip(dir)
	if err != nil {
		t.Fatal(err)
	}
	one(&bus, 14.2, 0.025)
	car, busM, err := carTrip(data(t, "ikhyd_obd_gps"))
	if err != nil {
		t.Fatal(err)
	}
	one(&car, busM/1000, 0.01)
	files, _ := filepath.Glob(filepath.Join(data(t, "twizy_rsk_a"), "twizy_rsk_a", "*.csv.gz"))
	if len(files) != 10 {
		t.Fatalf("%d files, want 10", len(files))
	}
	for _, path := range files {
		all, err := twizy(path)
		if err != nil {
			t.Fatal(err)
		}
		one(&all, all.pointsM()/1000, 0.005)
		if all.name == "T1_06_30_2021_2" {
			one(&all, 46.5, 0.005)
		}
	}
}

func TestBuses(t *testing.T) {
	dir := data(t, "capmetro_fleet_a")
	for day, fixes := range map[string]int{"2016-01-17": 34_908, "2016-05-30": 7_314} {
		b, err := measureBuses(dir, day)
		if err != nil {
			t.Fatal(err)
		}
		if b.fixes != fixes || b.longestS > 12*3600 || b.fastestKMH > 110 || b.trips < b.vehicles {
			t.Errorf("%s: %+v", day, b)
		}
		near(t, day, b.tripM, b.pointsM, 0.01)
	}
}

func TestDeliveries(t *testing.T) {
	all, err := deliveries(data(t, "goal_activity_a"))
	if err != nil {
		t.Fatal(err)
	}
	var def, short score
	a, b := trip.DefaultRules(), deliveryRules()
	if err := b.Validate(); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		f, g := detect(&a, all[i].fixes), detect(&b, all[i].fixes)
		def.add(&all[i], &f)
		short.add(&all[i], &g)
	}
	if def.changes != 754 || def.rows+dups(all) != 29_016 {
		t.Errorf("%d changes in %d rows, the recording has 754 in 29,016", def.changes, def.rows+dups(all))
	}
	atLeast := func(what string, n, of int, want float64) {
		if float64(n) < want*float64(of) {
			t.Errorf("%s: %d of %d, want %.2f", what, n, of, want)
		}
	}
	for i := range def.stops {
		if lengths[i] > 120 {
			atLeast("stops by the default rules", def.found[i], def.stops[i], 0.97)
		}
		if lengths[i] > 30 {
			atLeast("stops by the delivery rules", short.found[i], short.stops[i], 0.97)
		}
	}
	atLeast("rows", short.right, short.rows, 0.89)
	atLeast("changes", short.near, short.changes, 0.73)
	atLeast("stops that are right", short.true, short.told, 0.88)
}

func dups(all []trace) (n int) {
	for i := range all {
		n += all[i].dup
	}
	return n
}

// TestReport holds the committed report to what is measured.
func TestReport(t *testing.T) {
	dir := data(t, "goal_activity_a")
	var w strings.Builder
	if err := report(&w, dir); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("../trips.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != w.String() {
		t.Error("benchmarks/trips.md is not what is measured: go run ./benchmarks/trips > benchmarks/trips.md")
	}
}
