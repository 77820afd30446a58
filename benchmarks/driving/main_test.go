package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/schema"
)

// dataDir is where the recorded drives are; the test is skipped where there are
// none, except in CI.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("ODOGRAPH_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	if _, err := os.Stat(filepath.Join(dir, "driveplotr_nds_a")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no recorded drives under %s", dir)
		}
		t.Skipf("no recorded drives under %s", dir)
	}
	return dir
}

func nds(t *testing.T) drives {
	t.Helper()
	ds, err := readNDS(dataDir(t))
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// TestMethodReachesWhatWasPublished holds the figures of the recorded drives to
// those of design/driving.md. Its precision at 2 s is of 28 drives, of which 17
// are here: one of their 37 events may make the difference.
func TestMethodReachesWhatWasPublished(t *testing.T) {
	ds := nds(t)
	for _, c := range []struct {
		kind              schema.DrivingKind
		gap               int
		recall, precision float64
	}{
		{schema.HarshBraking, 1, 0.86, 1},
		{schema.HarshBraking, 2, 0.80, 0.91 - 1.0/37},
		{schema.HarshBraking, 3, 0.64, 0.86},
		{schema.HarshAcceleration, 1, 0.86, 0.99},
		{schema.HarshCornering, 1, 0.92, 1},
		{schema.HarshCornering, 2, 0.34, 0.91},
		{schema.HarshCornering, 3, 0.19, 0.60},
	} {
		s := ds.methodScore(c.kind, c.gap, 1)
		if s.recall() < c.recall || s.precision() < c.precision {
			t.Errorf("%s at %d s: recall %.3f, precision %.3f, want %.2f and %.2f", c.kind, c.gap, s.recall(), s.precision(), c.recall, c.precision)
		}
	}
}

func TestEveryAlarmIsOneEvent(t *testing.T) {
	ds := nds(t)
	for _, gap := range []int{1, 2, 3, 5, 10, 60} {
		if s := ds.alarmsSent(gap); s.alarms != 60 || s.events != 60 || s.missing != 0 || s.doubled != 0 {
			t.Errorf("at %d s: %+v, want 60 events of 60 alarms", gap, s)
		}
	}
	if s := ds.alarmsSent(1); s.matched < 15 {
		t.Errorf("%d of the alarms are matched with GPS at 1 s", s.matched)
	}
	visible := 0
	for _, d := range ds {
		labels := d.labels()
		for i := range labels {
			if d.visible(&labels[i]) {
				visible++
			}
		}
	}
	if visible < 18 || visible > 20 {
		t.Errorf("%d labels are visible in the fixes, the recording's description says about 19", visible)
	}
}

// TestNoEventComesFromAFault holds two recordings with faults to no harsh event
// at all: the buses send too seldom, and the car's speeds are as old as its
// positions, which stand still for up to a quarter of a minute.
func TestNoEventComesFromAFault(t *testing.T) {
	dir := dataDir(t)
	for _, read := range []func(string) ([]recording, error){readCapmetro, readTwizy} {
		all, err := read(dir)
		if err != nil {
			t.Fatal(err)
		}
		for i := range all {
			if s := all[i].score(); len(s.harsh) != 0 {
				t.Errorf("%s: %+v", all[i].name, s.harsh)
			}
		}
	}
}

// TestManoeuvresAreFound holds the made-up drives to the floor of design/driving.md
// at each gap: its recall, and at most the share of wrong ones that noise at the
// threshold makes.
func TestManoeuvresAreFound(t *testing.T) {
	made := madeUpDrives()
	for _, c := range []struct {
		kind                         schema.DrivingKind
		gap                          int
		recall, precision, something float64
	}{
		{schema.HarshBraking, 1, 0.86, 0.88, 0.99},
		{schema.HarshBraking, 2, 0.80, 0.91, 0.99},
		{schema.HarshBraking, 3, 0.64, 0.86, 0.99},
		{schema.HarshBraking, 5, 0.45, 0.85, 0.99},
		{schema.HarshBraking, 10, 0.19, 0.84, 0.99},
		{schema.HarshAcceleration, 1, 0.89, 0.88, 0.99},
		{schema.HarshAcceleration, 2, 0.83, 0.91, 0.99},
		{schema.HarshAcceleration, 3, 0.63, 0.89, 0.99},
		{schema.HarshAcceleration, 5, 0.37, 0.92, 0.99},
		{schema.HarshAcceleration, 10, 0.14, 0.91, 0.99},
		{schema.HarshCornering, 1, 0.92, 0.90, 0.98},
		{schema.HarshCornering, 2, 0.34, 0.90, 0.98},
		{schema.HarshCornering, 3, 0.19, 0.85, 0.98},
		{schema.Speeding, 1, 0.98, 0.97, 1},
		{schema.Speeding, 60, 0.9, 0.9, 1},
	} {
		right, _, something := manoeuvreScore(c.kind, c.gap, made)
		if right.recall() < c.recall || right.precision() < c.precision || something.precision() < c.something {
			t.Errorf("%s at %d s: recall %.3f, precision %.3f, of something %.3f", c.kind, c.gap, right.recall(), right.precision(), something.precision())
		}
	}
	for _, gap := range []int{30, 60} {
		for _, k := range harshKinds {
			if right, _, _ := manoeuvreScore(k, gap, made); right.found != 0 {
				t.Errorf("%d of %s at a gap of %d s", right.found, k, gap)
			}
		}
	}
}

// TestTheFleetIsFound: of devices that raise alarms nothing is missing at any gap,
// of the others as much as GPS shows, and nothing is made up.
func TestTheFleetIsFound(t *testing.T) {
	floor := map[schema.DrivingKind]map[int]float64{
		schema.HarshBraking:      {1: 0.99, 2: 0.95, 3: 0.6, 5: 0.25},
		schema.HarshAcceleration: {1: 0.99, 2: 0.85, 3: 0.65, 5: 0.35},
		schema.HarshCornering:    {1: 0.99, 2: 0.95, 3: 0.8},
		schema.Speeding:          {1: 0.99, 10: 0.99, 30: 0.75},
		schema.Idling:            {1: 0.99, 10: 0.99, 30: 0.99, 60: 0.99},
	}
	for _, gap := range manoeuvreGaps {
		gps, alarms, _ := fleetRun(gap)
		for _, k := range fleetKinds {
			g, a := gps[k], alarms[k]
			if g.recall() < floor[k][gap] || g.found > 0 && g.precision() < 0.99 || k != schema.Idling && a.recall() < 1 || a.precision() < 0.99 {
				t.Errorf("%s at %d s: GPS alone recall %.2f, precision %.2f; with alarms %.2f, %.2f", k, gap, g.recall(), g.precision(), a.recall(), a.precision())
			}
		}
	}
}

// TestResultsAreCommitted holds benchmarks/driving.md to what the program prints,
// but for the line that names the machine.
func TestResultsAreCommitted(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors round products and sums at other places, which may move what lies at a threshold")
	}
	var b strings.Builder
	if err := report(&b, dataDir(t)); err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile("../driving.md")
	if err != nil {
		t.Fatal(err)
	}
	body := func(s string) string { _, rest, _ := strings.Cut(s, "\n## "); return rest }
	if body(b.String()) != body(string(committed)) {
		t.Error("benchmarks/driving.md is not what the program prints: run make bench-driving")
	}
}
