package derive_test

import (
	"slices"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// fleet gives what the detectors see of the pushes of a simulated city fleet, by
// vehicle and in order: fixes, heartbeats, alarms of ignition and hard braking.
func fleet(tb testing.TB, vehicles int, interval, length time.Duration) [][]timeline.Entry {
	tb.Helper()
	rules := derive.DefaultRules()
	f := simulate.NewFleet(simulate.FleetConfig{
		Devices: vehicles, Interval: interval, For: length, Start: time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC),
		Seed: 4, Lat: 41.2565, Lng: -95.9345,
	})
	of := map[string]int{}
	out := make([][]timeline.Entry, vehicles)
	for {
		it, ok := f.Next()
		if !ok {
			break
		}
		n, known := of[it.IMEI]
		if !known {
			n = len(of)
			of[it.IMEI] = n
		}
		out[n] = append(out[n], entriesOf(tb, rules, it)...)
	}
	for _, entries := range out {
		slices.SortStableFunc(entries, func(a, b timeline.Entry) int { return int(rank(a) - rank(b)) })
	}
	return out
}

// rank is the place in the order of a timeline: of one second, the fix first.
func rank(e timeline.Entry) int64 {
	if e.Fix != nil {
		return 2 * e.Time()
	}
	return 2*e.Time() + 1
}

// entriesOf decodes an item as the enricher does.
func entriesOf(tb testing.TB, rules *derive.Rules, it simulate.Item) (out []timeline.Entry) {
	tb.Helper()
	kind, _ := jimi.LookupPath(it.Path)
	raw := jimi.Raw{Kind: kind.Name, IMEI: it.IMEI, Value: it.JSON}
	raw.Headers = schema.RawHeaders{Kind: kind.Name, Source: schema.SourcePush, Received: it.Due.Add(time.Second)}
	if kind.Class == jimi.ClassFix {
		var f schema.Fix
		if err := jimi.DecodeFix(&f, &raw); err != nil {
			tb.Fatal(err)
		}
		e, ok := derive.EntryOfFix(new(timeline.Fix), &f)
		if !ok {
			tb.Fatalf("no entry: %s", it.JSON)
		}
		return append(out, e)
	}
	records, _, err := jimi.Decode(nil, kind, &raw)
	if err != nil {
		tb.Fatal(err)
	}
	for _, r := range records {
		for _, m := range rules.MarksOf(r.Record) {
			out = append(out, timeline.Entry{Mark: &m})
		}
	}
	return out
}

// fixesOf counts the fixes among entries.
func fixesOf(entries []timeline.Entry) (n int) {
	for _, e := range entries {
		if e.Fix != nil {
			n++
		}
	}
	return n
}
