// Package recount counts the rollups of ClickHouse again, in Go, from the rows
// of the base tables, and compares: whatever was inserted twice, late, in any
// order or repaired, a rollup must say what the rows say.
//
//	recount.Check(t, owner) // a connection of the user default
package recount

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// refreshed are the views that keep the rollups up to date, in the order in
// which one builds on the other.
var refreshed = []string{"device_hours_recent", "device_hours_sweep", "device_positions_sweep", "cell_days_recent", "cell_days_sweep", "latency_recent", "latency_sweep"}

// Refresh brings all rollups up to date. The views run by themselves, too; here
// each is run to its end after whatever was inserted before the call.
func Refresh(tb testing.TB, owner driver.Conn) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	for _, view := range refreshed {
		// A run that goes on may have begun before the rows came: its end is
		// waited for, and then that of one more, which alone must succeed.
		if err := owner.Exec(ctx, "SYSTEM WAIT VIEW "+view); err != nil { // it was killed, or its server
			tb.Logf("a run of view %s before this failed: %v", view, err)
		}
		for _, what := range []string{"REFRESH", "WAIT"} {
			if err := owner.Exec(ctx, "SYSTEM "+what+" VIEW "+view); err != nil {
				tb.Fatalf("%s view %s: %v", strings.ToLower(what), view, err)
			}
		}
	}
}

// Check refreshes the rollups and compares each with a recount. Nothing may be
// inserted meanwhile. It gives the number of rows that were compared.
func Check(tb testing.TB, owner driver.Conn) int {
	tb.Helper()
	Refresh(tb, owner)
	fixes := read(tb, owner)
	compared := 0
	for _, r := range []struct {
		name  string
		query string
		want  map[string][]float64
	}{
		{"device_positions", positionsQuery, positions(fixes)},
		{"device_hours", hoursQuery, hours(fixes)},
		{"cell_days", cellsQuery, cells(fixes)},
		{"latency_counts", latencyQuery, latencies(fixes)},
	} {
		compared += compare(tb, r.name, numbers(tb, owner, r.query), r.want)
	}
	var wrong uint64
	if err := owner.QueryRow(context.Background(), "SELECT count() FROM rollup_check").Scan(&wrong); err != nil || wrong > 0 {
		tb.Errorf("rollup_check names %d rows, want none: %v", wrong, err)
	}
	return compared
}

// numbers are the rows of a query of a key and an array of numbers.
func numbers(tb testing.TB, owner driver.Conn, query string) map[string][]float64 {
	tb.Helper()
	rows, err := owner.Query(context.Background(), query)
	if err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	out := map[string][]float64{}
	for rows.Next() {
		var key string
		var values []float64
		if err := rows.Scan(&key, &values); err != nil {
			tb.Fatal(err)
		}
		if out[key] != nil {
			tb.Errorf("%s is there twice in %s", key, query)
		}
		out[key] = values
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return out
}

// compare reports what differs, the first ten in full.
func compare(tb testing.TB, rollup string, got, want map[string][]float64) int {
	tb.Helper()
	differ := 0
	report := func(format string, args ...any) {
		if differ++; differ <= 10 {
			tb.Errorf(rollup+": "+format, args...)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		switch g := got[key]; {
		case g == nil:
			report("no row of %s, want %v", key, want[key])
		case !slices.EqualFunc(g, want[key], near):
			report("%s is %v, counted again %v", key, g, want[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if want[key] == nil {
			report("a row of %s, of which nothing is stored", key)
		}
	}
	tb.Logf("%s: %d rows, %d differ from a recount", rollup, len(want), differ)
	return len(want)
}

// near allows for the order in which distances are added up, and for the last
// digits of ClickHouse's own sine.
func near(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-6*math.Max(math.Abs(a), math.Abs(b))+1e-6
}

func key(parts ...any) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = fmt.Sprint(p)
	}
	return strings.Join(texts, "|")
}
