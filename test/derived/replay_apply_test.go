package derived_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/test/pipeline"
)

// longAgo is when the drives begin that are corrected: everything in them is
// settled.
var longAgo = time.Now().UTC().Add(-30 * time.Hour).Truncate(time.Second)

// TestReplayCorrects corrects history with odograph replay --apply and odograph
// fences replay: what came too late, a fence that was drawn after the drive, and
// one that was changed after it, end in what the enricher finds where everything
// was in time.
func TestReplayCorrects(t *testing.T) {
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{Partitions: 4})
	p.Start()
	drives := oldDrives()
	inTime, tooLate := withoutTenMinutes(drives)
	if len(tooLate) < 100 {
		t.Fatalf("only %d items of %d are held back", len(tooLate), len(drives))
	}
	defineFences(t, p, append(circles("wide", 400, 1, time.Time{}, drives, "71", "72"), circles("narrow", 250, 1, time.Time{}, drives, "74")...)...)
	for _, d := range []*delivery{
		{name: "in order", prefix: "71", items: drives},
		{name: "with a gap", prefix: "72", items: inTime},
		{name: "without fences yet", prefix: "73", items: drives},
		{name: "fences as they will be", prefix: "74", items: drives},
	} {
		d.send(t, p, 0)
	}
	p.WaitAccounted(2 * time.Minute)
	for _, after := range []time.Duration{8 * time.Hour, 13 * time.Hour} {
		for _, prefix := range []string{"71", "72", "73", "74"} {
			(&delivery{name: "parked", prefix: prefix, items: parked(drives, after)}).send(t, p, 0)
		}
		p.WaitAccounted(2 * time.Minute)
	}
	(&delivery{name: "the gap", prefix: "72", items: tooLate}).send(t, p, 0)
	p.WaitAccounted(2 * time.Minute)
	waitForSink(t, p)

	between := []string{"--from", longAgo.Add(-time.Hour).Format(time.RFC3339), "--to", longAgo.Add(3 * time.Hour).Format(time.RFC3339)}
	t.Run("compared", func(t *testing.T) { (&replayer{t, p}).comparesEqual(between) })
	t.Run("too late", func(t *testing.T) { (&replayer{t, p}).fulfils(between) })
	t.Run("drawn later", func(t *testing.T) {
		defineFences(t, p, circles("new", 400, 1, time.Now(), drives, "73")...)
		(&replayer{t, p}).drawsLater(drives, between)
	})
	t.Run("other rules", func(t *testing.T) { (&replayer{t, p}).goesOverToRules(between) })
	t.Run("too recent", func(t *testing.T) { (&replayer{t, p}).refusesRecent(drives) })
	p.Stop()
}

type replayer struct {
	t *testing.T
	p *pipeline.Pipeline
}

// run runs a command that has to end well.
func (r *replayer) run(args ...string) string {
	r.t.Helper()
	out, status := pipeline.Run(r.t, "odograph", r.p.CollectorSettings(), args...)
	if status != 0 {
		r.t.Fatalf("odograph %v ended with %d: %s", args, status, out)
	}
	return out
}

func (r *replayer) fails(words string, args ...string) {
	r.t.Helper()
	out, status := pipeline.Run(r.t, "odograph", r.p.CollectorSettings(), args...)
	if status == 0 || !strings.Contains(out, words) {
		r.t.Errorf("odograph %v ended with %d, want an error with %q: %s", args, status, words, out)
	}
}

// writesNothing runs a command again that has written what there was.
func (r *replayer) writesNothing(args ...string) {
	r.t.Helper()
	if out := r.run(args...); !strings.Contains(out, "nothing to write") {
		r.t.Errorf("odograph %v, run again: %s", args, out)
	}
}

// comparesEqual: rules equal to the live ones differ in nothing, geofences
// included.
func (r *replayer) comparesEqual(between []string) {
	r.t.Helper()
	rules := filepath.Join(r.t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte(r.run("rules")), 0o600); err != nil {
		r.t.Fatal(err)
	}
	c := comparisonOf(r.t, r.run(append([]string{"replay", "--shadow", "--rules", rules, "--list", "--format", "json", "--run-out", "24h"}, between...)...))
	stored, same, _, _, _ := c.of("")
	if len(c.Changes) > 0 || stored != same || stored < 100 {
		r.t.Errorf("%d of %d stored events are the same: %+v", same, stored, c.Changes)
	}
	for _, kind := range []string{"geofence_enter", "geofence_exit", "geofence_dwell", "trip", "harsh_cornering"} {
		if n, _, _, _, _ := c.of(kind); n == 0 {
			r.t.Errorf("no %s is stored: the test does not reach it", kind)
		}
	}
}

// fulfils takes in what came too late: the tables become those of the devices of
// which everything was in time.
func (r *replayer) fulfils(between []string) {
	t, p := r.t, r.p
	t.Helper()
	want, late := (&delivery{prefix: "71"}).rows(t, p), &delivery{prefix: "72"}
	open := p.Count("SELECT count() FROM recompute_open")
	if open < 100 || slices.Equal(want, late.rows(t, p)) {
		t.Fatalf("%d requests are open, and nothing is missing: the test does not reach it", open)
	}
	args := []string{"replay", "--apply", "--requested", "--yes"}
	t.Logf("%d requests: %s", open, r.run(args...))
	compare(t, "with what came too late", want, late.rows(t, p))
	if n := p.Count("SELECT count() FROM recompute_open"); n != 0 {
		t.Errorf("%d requests are open", n)
	}
	if n := p.Count("SELECT count() FROM recompute_done WHERE rule_version != '' AND fulfilled_time > received_time"); n != open {
		t.Errorf("%d of %d requests are done", n, open)
	}
	r.writesNothing(args...)
	r.writesNothing(append([]string{"replay", "--apply", "--yes"}, between...)...)
	r.comparesEqual(between) // what was too late is in both now
}

// drawsLater finds the events of fences that came to be after the drive, and then
// those of their next version.
func (r *replayer) drawsLater(drives []simulate.Item, between []string) {
	t, p := r.t, r.p
	t.Helper()
	ids := idsOf(circles("new", 400, 1, time.Time{}, drives))
	args := slices.Concat([]string{"fences", "replay", "--yes"}, between, ids)
	if n := p.Count("SELECT count() FROM geofence_events WHERE startsWith(fence_id, 'new')"); n != 0 {
		t.Fatalf("the enricher has %d events of fences that were not there", n)
	}
	dry := r.run(slices.Concat([]string{"fences", "replay", "--dry-run"}, between, ids)...)
	if n := p.Count("SELECT count() FROM geofence_events WHERE startsWith(fence_id, 'new')"); n != 0 || !strings.Contains(dry, "added") {
		t.Fatalf("a dry run wrote %d events: %s", n, dry)
	}
	r.run(args...)
	compare(t, "drawn later", r.stays("71", "wide", 1), r.stays("73", "new", 1))
	r.writesNothing(args...)

	defineFences(t, p, circles("new", 250, 2, time.Now(), drives, "73")...)
	t.Log(r.run(args...))
	compare(t, "changed later", r.stays("74", "narrow", 1), r.stays("73", "new", 2))
	if n := p.CountPhysical("SELECT count() FROM (SELECT argMax(retracted, revision) AS gone FROM geofence_events WHERE startsWith(fence_id, 'new') GROUP BY event_id) WHERE gone"); n == 0 {
		t.Error("nothing was taken back: the test does not reach it")
	}
	r.writesNothing(args...)

	// No other replay takes that back.
	whole := append([]string{"replay", "--apply", "--yes"}, between...)
	if out := r.run(whole...); !strings.Contains(out, "nothing to write") || !strings.Contains(out, "odograph fences replay has") {
		t.Errorf("odograph %v: %s", whole, out)
	}
	compare(t, "left by another replay", r.stays("74", "narrow", 1), r.stays("73", "new", 2))
	r.comparesEqual(between)
}

// stays are the events of a fleet at fences of a name and version.
func (r *replayer) stays(prefix, fence string, version int) []string {
	r.t.Helper()
	rows, err := r.p.Texts(r.t.Context(), fmt.Sprintf(`SELECT concat(substring(imei, 3), ' ', substring(fence_id, %d), ' ',
			toString(tuple(* EXCEPT (imei, fence_id, fence_version, event_id, revision, retracted, raw_partition, raw_offset, inserted_time))))
		FROM geofence_events WHERE startsWith(imei, '%s') AND startsWith(fence_id, '%s') AND fence_version = %d AND at < toDateTime(%d)`,
		len(fence)+1, prefix, fence, version, longAgo.Add(3*time.Hour).Unix()))
	if err != nil {
		r.t.Fatal(err)
	}
	if len(rows) < 20 {
		r.t.Fatalf("only %d events at fences %s", len(rows), fence)
	}
	slices.Sort(rows)
	return rows
}

// goesOverToRules: under another name of the rules the same events have other ids.
func (r *replayer) goesOverToRules(between []string) {
	t, p := r.t, r.p
	t.Helper()
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte("version: another\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const device = "imei = (SELECT min(imei) FROM trips WHERE startsWith(imei, '71'))"
	texts := func() []string {
		rows, err := p.Texts(t.Context(), "SELECT toString(tuple(* EXCEPT (event_id, revision, raw_partition, raw_offset, inserted_time, rule_version))) FROM driving_events WHERE "+device)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(rows)
		return rows
	}
	imei, err := p.Texts(t.Context(), "SELECT min(imei) FROM trips WHERE startsWith(imei, '71')")
	if err != nil {
		t.Fatal(err)
	}
	want := texts()
	args := slices.Concat([]string{"replay", "--apply", "--imei", imei[0]}, between)
	r.run(append(args, "--rules", rules, "--yes")...)
	compare(t, "other rules", want, texts())
	if n := p.Count("SELECT count() FROM driving_events WHERE " + device + " AND NOT startsWith(rule_version, 'another+')"); n != 0 || len(want) == 0 {
		t.Errorf("%d of %d events are of the rules before", n, len(want))
	}
	r.fails("were found with rules another+", append(args, "--yes")...)
	r.fails("were found with rules another+", "replay", "--apply", "--yes", "--from", "2020-01-01", "--to", "2020-01-02") // nothing is stored there
	r.fails("were found with rules another+", "fences", "replay", "new-1", "--dry-run", "--from", "2020-01-01", "--to", "2020-01-02")
	if err := os.WriteFile(rules, []byte(r.run("rules")), 0o600); err != nil {
		t.Fatal(err)
	}
	r.fails("nothing was written", append(args, "--rules", rules)...) // nobody says yes
}

func (r *replayer) refusesRecent(drives []simulate.Item) {
	r.t.Helper()
	recent := []string{"--from", longAgo.Format(time.RFC3339), "--to", time.Now().Add(-2 * time.Hour).Format(time.RFC3339)}
	r.fails("at the latest", append([]string{"replay", "--apply", "--yes"}, recent...)...)
	r.fails("at the latest", append([]string{"fences", "replay", idsOf(circles("wide", 400, 1, time.Time{}, drives))[0], "--yes"}, recent...)...)
	r.fails("there is no fence", "fences", "replay", "nowhere", "--from", "2026-01-01", "--to", "2026-01-02")
}

// oldDrives are those of shortDrives, long ago.
func oldDrives() []simulate.Item {
	var out []simulate.Item
	for f := simulate.NewFleet(simulate.FleetConfig{
		Devices: 3, Interval: 3 * time.Second, Start: longAgo, For: 100 * time.Minute, Seed: 5, Lat: 52.52, Lng: 13.405, HarshPer100KM: 60,
	}); ; {
		it, ok := f.Next()
		if !ok {
			return out
		}
		out = append(out, it)
	}
}

// withoutTenMinutes holds back what was due in ten minutes of the drive.
func withoutTenMinutes(items []simulate.Item) (kept, held []simulate.Item) {
	from, to := longAgo.Add(30*time.Minute), longAgo.Add(40*time.Minute)
	for _, it := range items {
		if it.Due.Before(from) || !it.Due.Before(to) {
			kept = append(kept, it)
		} else {
			held = append(held, it)
		}
	}
	return kept, held
}

var (
	position = regexp.MustCompile(`"lng":(-?[0-9.]+),"lat":(-?[0-9.]+)`)
	gpsTime  = regexp.MustCompile(`"gpsTime":"[^"]*"`)
	gpsSpeed = regexp.MustCompile(`"gpsSpeed":[0-9.]+`)
)

// lastFixes are the last fixes of each device.
func lastFixes(items []simulate.Item) map[string]simulate.Item {
	out := map[string]simulate.Item{}
	for _, it := range items {
		if it.Path == "/pushgps" {
			out[it.IMEI] = it
		}
	}
	return out
}

// parked are some fixes where the drives ended, so long after they began.
func parked(items []simulate.Item, after time.Duration) []simulate.Item {
	var out []simulate.Item
	last := lastFixes(items)
	for _, imei := range sortedKeys(last) {
		for minute := range 5 {
			it := last[imei]
			it.Due = longAgo.Add(after + time.Duration(minute)*time.Minute)
			it.JSON = gpsTime.ReplaceAll(bytes.Clone(it.JSON), []byte(`"gpsTime":"`+it.Due.Format(time.DateTime)+`"`))
			it.JSON = gpsSpeed.ReplaceAll(it.JSON, []byte(`"gpsSpeed":0`))
			out = append(out, it)
		}
	}
	return out
}

// circles are fences on the ways of the drives, for fleets by their prefixes.
func circles(name string, radiusM, version int64, from time.Time, drives []simulate.Item, prefixes ...string) []schema.Fence {
	var imeis []string
	for _, prefix := range prefixes {
		for imei := range lastFixes(drives) {
			imeis = append(imeis, prefix+imei[2:])
		}
	}
	var out []schema.Fence
	n := 0
	for _, it := range drives {
		at := position.FindSubmatch(it.JSON)
		if it.Path != "/pushgps" || at == nil {
			continue
		}
		if n++; n%400 != 0 {
			continue
		}
		f := schema.Fence{
			FenceID: fmt.Sprintf("%s-%d", name, n/400), Version: version, Name: name, IMEIs: imeis,
			GeoJSON: fmt.Appendf(nil, `{"type":"Feature","properties":{"radius_m":%d},"geometry":{"type":"Point","coordinates":[%s,%s]}}`, radiusM, at[1], at[2]),
		}
		if !from.IsZero() {
			f.ValidFrom = schema.Some(from.UTC())
		}
		out = append(out, f)
	}
	return out
}

func idsOf(fences []schema.Fence) []string {
	var out []string
	for i := range fences {
		out = append(out, fences[i].FenceID)
	}
	return out
}

// defineFences puts fences into their topic and returns when they are rows and in
// force. Those of a first version are new.
func defineFences(t *testing.T, p *pipeline.Pipeline, fences ...schema.Fence) {
	t.Helper()
	total, taken := int(p.Count("SELECT count() FROM fences_now")), strings.Count(p.Enricher.Log(), fencesTaken)
	if fences[0].Version == 1 {
		total += len(fences)
	}
	p.Fence(fences...)
	p.WaitFences(total)
	for deadline := time.Now().Add(time.Minute); strings.Count(p.Enricher.Log(), fencesTaken) == taken; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the enricher has not taken the fences over")
		}
	}
	waitForSink(t, p)
}

const fencesTaken = "geofences taken over"
