package derive_test

import (
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// TestBytesPerDevice states what a device costs: its parts as they are written,
// and what is written of an accepted fix where each fix and each mark is in a
// transaction of its own, with keys, marks on the fixes' account.
func TestBytesPerDevice(t *testing.T) {
	for _, c := range []struct {
		name     string
		interval time.Duration
		length   time.Duration
		parked   time.Duration // afterwards
		mostSize float64       // of a device, on average
		mostLog  float64       // of a fix
	}{
		{"on the way    ", time.Second, 4 * time.Hour, 0, 23_000, 60},
		{"on the way    ", 10 * time.Second, 8 * time.Hour, 0, 3_520, 76},
		{"on the way    ", time.Minute, 12 * time.Hour, 0, 1_360, 132},
		{"a working day ", 10 * time.Second, 8 * time.Hour, 16 * time.Hour, 1_480, 56},
	} {
		w := newWriter()
		w.parts = map[string]int{}
		fixes, steps, held := 0, 0, 0
		size, most := map[string]int{}, 0
		vehicles := fleet(t, 6, c.interval, c.length)
		for _, entries := range vehicles {
			entries = parkedFor(entries, c.interval, c.parked)
			d, parts := &derive.Device{}, map[string]int{}
			for _, e := range entries {
				d = d.Fork()
				d.Add(w.env, e, schema.Place{RawOffset: 1}, w.hear)
				d.Finish(w.env, w.hear)
				w.scratch = d.Dirty(w.scratch, func(part string, value []byte) {
					w.put(part, value)
					parts[part] = len(value)
				})
				d.Settle()
				if e.Fix == nil || e.Time()-entries[0].Time() < 3*3600 {
					continue
				}
				steps++
				all := 0
				for part, n := range parts {
					size[part[:1]] += n
					all += n
				}
				held += all
				most = max(most, all)
			}
			fixes += fixesOf(entries)
		}
		each := func(n int) float64 { return float64(n) / float64(steps) }
		log := func(n int) float64 { return float64(n) / float64(fixes) }
		t.Logf("%s, a fix every %5s: %6.0f bytes a device (at most %d): base %.0f, ledger %.0f, log %.0f; %5.1f changelog bytes a fix: base %.1f, ledger %.1f, log %.1f; %.3f outputs a fix",
			c.name, c.interval, each(held), most, each(size["b"]), each(size["l"]), each(size["t"]),
			log(w.logged), log(w.parts["b"]), log(w.parts["l"]), log(w.parts["t"]), log(w.outputs))
		if each(held) > c.mostSize || log(w.logged) > c.mostLog {
			t.Errorf("%s, a fix every %s: more than %.0f bytes a device or %.0f changelog bytes a fix", c.name, c.interval, c.mostSize, c.mostLog)
		}
	}
}

// parkedFor adds a time in which the vehicle stands with the ignition off and
// goes on reporting, with a heartbeat every three minutes.
func parkedFor(entries []timeline.Entry, interval, length time.Duration) []timeline.Entry {
	var last timeline.Fix
	for _, e := range entries {
		if e.Fix != nil {
			last = *e.Fix
		}
	}
	last.SpeedDKMH, last.ACC = 0, 0
	heartbeat := last.Time
	for end := last.Time + int64(length.Seconds()); last.Time < end; {
		last.Time += int64(interval.Seconds())
		f := last
		entries = append(entries, timeline.Entry{Fix: &f})
		if last.Time-heartbeat >= 180 {
			heartbeat = last.Time
			entries = append(entries, timeline.Entry{Mark: &timeline.Mark{
				Time: last.Time, Kind: timeline.MarkIgnition, LatE6: timeline.NoPosition, LngE6: timeline.NoPosition, Speed: timeline.Unknown,
			}})
		}
	}
	return entries
}
