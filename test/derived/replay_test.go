package derived_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/test/pipeline"
)

// A comparison is what odograph replay prints as JSON.
type comparison struct {
	Candidate string         `json:"candidate_rules"`
	Stored    map[string]int `json:"stored_rules"`
	Devices   int            `json:"devices"`
	Fixes     int            `json:"fixes"`
	Items     int            `json:"items"`
	Kinds     []struct {
		Kind                                        string
		Stored, Candidate, Same, Added, Lost, Moved int
	}
	Changes []struct {
		What              string
		Stored, Candidate struct{ IMEI, Kind, Of string }
	}
}

func (c *comparison) of(kind string) (stored, same, added, lost, moved int) {
	for _, k := range c.Kinds {
		if kind == "" || k.Kind == kind {
			stored, same, added, lost, moved = stored+k.Stored, same+k.Same, added+k.Added, lost+k.Lost, moved+k.Moved
		}
	}
	return stored, same, added, lost, moved
}

// comparisonOf reads what was printed, after what was told of the progress.
func comparisonOf(t *testing.T, out string) (c comparison) {
	t.Helper()
	at := strings.Index(out, "{\n")
	if at < 0 {
		t.Fatalf("no comparison was printed: %s", out)
	}
	if err := json.Unmarshal([]byte(out[at:]), &c); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return c
}

// TestReplayTriesRules compares rules with what the pipeline stored, of devices
// that report in order and in disorder: its own differ in nothing, others in
// what they change.
func TestReplayTriesRules(t *testing.T) {
	const live = "version: live\ntemperature: {default_max_c: 12}\n"
	file := filepath.Join(t.TempDir(), "rules.yaml")
	write := func(rules string) {
		if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(live)
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{
		Partitions: 4, Enricher: map[string]string{"ODOGRAPH_RULES": file, "ODOGRAPH_RULES_LOOK": "1h"},
	})
	p.Start()
	drives := shortDrives()
	for _, d := range []*delivery{
		{name: "in order", prefix: "95", items: drives},
		{name: "disordered", prefix: "96", items: disordered(drives, rand.New(rand.NewPCG(6, 2)))},
	} {
		d.send(t, p, 0)
	}
	pushSensors(t, p)
	p.WaitAccounted(2 * time.Minute)
	waitForSink(t, p)

	dsn := p.Stack.ClickHouseDatabaseDSN("reader", p.Database)
	try := func(rules string, more ...string) comparison {
		t.Helper()
		write(live + rules)
		args := append([]string{"replay", "--rules", file, "--shadow", "--list", "--format", "json", "--clickhouse-dsn", dsn,
			"--from", start.Add(-time.Hour).Format(time.RFC3339), "--to", start.Add(5 * time.Hour).Format(time.RFC3339)}, more...)
		out, status := pipeline.Run(t, "odograph", os.Environ(), args...)
		if status != 0 {
			t.Fatalf("odograph %v ended with %d: %s", args, status, out)
		}
		return comparisonOf(t, out)
	}

	t.Run("the same", func(t *testing.T) {
		c := try("")
		stored, same, _, _, _ := c.of("")
		t.Logf("%d devices, %d fixes of %d items: %+v", c.Devices, c.Fixes, c.Items, c.Kinds)
		if len(c.Changes) > 0 || stored != same || stored < 30 {
			t.Errorf("%d of %d stored events are the same: %+v", same, stored, c.Changes)
		}
		for _, kind := range []string{"harsh_cornering", "trip", "stop_parking", "fuel_refuel", "temperature_out_of_range", "fault"} {
			if n, _, _, _, _ := c.of(kind); n == 0 {
				t.Errorf("no %s is stored: the test does not reach it", kind)
			}
		}
	})
	t.Run("higher thresholds", func(t *testing.T) {
		c := try("harsh: {thresholds_mps2: {car: {corner: [8, 8.5, 8.8]}}}")
		stored, same, added, lost, moved := c.of("harsh_cornering")
		if lost == 0 || added > 0 || same+lost+moved != stored {
			t.Errorf("harsh cornering: %d stored, %d same, %d added, %d lost, %d moved", stored, same, added, lost, moved)
		}
		if len(c.Changes) != lost+moved {
			t.Errorf("%d differences in other kinds", len(c.Changes)-lost-moved)
		}
	})
	t.Run("lower thresholds", func(t *testing.T) {
		c := try("harsh: {min_threshold_mps2: 0.8, min_threshold_1s_mps2: 0.8, thresholds_mps2: {car: {brake: [1.0, 3.1, 4.0]}}}")
		if stored, same, added, lost, moved := c.of("harsh_braking"); added == 0 || lost > 0 {
			t.Errorf("harsh braking: %d stored, %d same, %d added, %d lost, %d moved", stored, same, added, lost, moved)
		}
	})
	t.Run("merged over longer", func(t *testing.T) {
		c := try("harsh: {merge_s: 60, cooldown_s: 60}")
		if _, _, added, lost, moved := c.of(""); moved == 0 {
			t.Errorf("%d added, %d lost, %d moved", added, lost, moved)
		}
	})
	t.Run("one device of none", func(t *testing.T) {
		if c := try("", "--imei", "951"); c.Devices != 0 || c.Fixes != 0 {
			t.Errorf("%d devices, %d fixes", c.Devices, c.Fixes)
		}
	})
	out, status := pipeline.Run(t, "odograph", os.Environ(), "replay", "--rules", "x.yaml", "--from", "2026-01-01", "--to", "2026-01-02")
	if status == 0 || !strings.Contains(out, "want one of --shadow") {
		t.Errorf("without --shadow and --apply: %d, %s", status, out)
	}
}

func shortDrives() []simulate.Item {
	var out []simulate.Item
	for f := simulate.NewFleet(simulate.FleetConfig{
		Devices: 3, Interval: 2 * time.Second, Start: start, For: 100 * time.Minute, Seed: 5, Lat: 52.52, Lng: 13.405, HarshPer100KM: 60,
	}); ; {
		it, ok := f.Next()
		if !ok {
			return out
		}
		out = append(out, it)
	}
}

// pushSensors sends an hour of a parked tanker: it is filled, gets too warm and
// has a fault.
func pushSensors(t *testing.T, p *pipeline.Pipeline) {
	t.Helper()
	const imei = "958000000000001"
	at := func(minute int) string { return start.Add(time.Duration(minute) * time.Minute).Format(time.DateTime) }
	var fixes, levels, temperatures []string
	for m := range 50 {
		level := 20_000
		if m > 25 {
			level = 60_000
		}
		fixes = append(fixes, fmt.Sprintf(`{"deviceImei":%q,"gpsTime":%q,"lat":52.5,"lng":13.4,"gpsSpeed":0,"direction":0,"satelliteNum":9,"acc":"0","postType":"1"}`, imei, at(m)))
		levels = append(levels, fmt.Sprintf(`{"deviceImei":%q,"gateTime":%q,"path":"1","value":%d,"unit":"4"}`, imei, at(m), level))
		temperatures = append(temperatures, fmt.Sprintf(`{"deviceImei":%q,"gateTime":%q,"tem":%d}`, imei, at(m), 5+m/20*10))
	}
	p.Push("/pushgps", fixes...)
	p.Push("/pushoil", levels...)
	p.Push("/pushtem", temperatures...)
	p.Push("/pushfaultinfo",
		fmt.Sprintf(`{"deviceImei":%q,"obdJson":{"eventTime":%q,"faultCodeList":["P0301"]}}`, imei, at(10)),
		fmt.Sprintf(`{"deviceImei":%q,"obdJson":{"eventTime":%q,"faultCodeList":[],"faultNum":0}}`, imei, at(20)))
}
