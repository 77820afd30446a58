package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/stack"
)

// openReader connects as an analyst does.
func openReader(engine *stack.Stack) (clickhouse.Conn, error) {
	return openDSN(config.Secret(engine.ClickHouseDSN("reader")))
}

// received is what of this run stands in ClickHouse.
type received struct {
	rows     map[string]uint64 // by table
	pushed   int64             // items that came by a push
	polled   int64             // items that came by a poll
	p50, p99 float64           // from the collector to the row, ms, of late
}

// countRows asks what has become of the items of this run.
func (d *demo) countRows(ctx context.Context, reader clickhouse.Conn) (received, error) {
	r := received{rows: map[string]uint64{}}
	rows, err := reader.Query(ctx, "SELECT stored_in, count(), countIf(source IN ('push', 'openapi', 'tag')) FROM items WHERE received_time >= ? GROUP BY stored_in", d.began)
	if err != nil {
		return r, err
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		var n, pushed uint64
		if err := rows.Scan(&table, &n, &pushed); err != nil {
			return r, err
		}
		r.rows[table] = n
		r.pushed += int64(pushed)
		r.polled += int64(n - pushed)
	}
	if err := rows.Err(); err != nil {
		return r, err
	}
	r.p50, r.p99, err = d.latency(ctx, reader, time.Now().Add(-latencyWindow))
	return r, err
}

const latencyWindow = 15 * time.Second

// latency is from the collector to the row, in ms, of the fixes that were pushed
// live since a time.
func (d *demo) latency(ctx context.Context, reader clickhouse.Conn, since time.Time) (p50, p99 float64, err error) {
	err = reader.QueryRow(ctx, `
		SELECT ifNotFinite(quantileExact(0.5)(ms), 0), ifNotFinite(quantileExact(0.99)(ms), 0)
		FROM (SELECT toFloat64(dateDiff('millisecond', received_time, inserted_time)) AS ms FROM fixes WHERE fix_time >= ? AND source = 'push' AND startsWith(imei, ?))`,
		maxTime(since, d.began), d.fleet()).Scan(&p50, &p99)
	return p50, p99, err
}

// summary says what this run came to; every number but that of the
// acknowledged items is the answer of a query.
func (d *demo) summary(ctx context.Context, reader clickhouse.Conn) error {
	r, err := d.countRows(ctx, reader)
	if err != nil {
		return err
	}
	reasons, err := query(ctx, reader, "SELECT reason, count() FROM dead_letters WHERE received_time >= ? GROUP BY reason ORDER BY count() DESC, reason", d.began)
	if err != nil {
		return err
	}
	flags, err := query(ctx, reader, "SELECT arrayJoin(quality) AS flag, count() FROM fixes WHERE received_time >= ? GROUP BY flag ORDER BY count() DESC, flag", d.began)
	if err != nil {
		return err
	}
	sources, err := query(ctx, reader, "SELECT source, count() FROM items WHERE received_time >= ? GROUP BY source ORDER BY count() DESC, source", d.began)
	if err != nil {
		return err
	}
	lost, stored, err := d.lost(ctx, reader)
	if err != nil {
		return err
	}
	var latest, whole [2]float64
	if latest[0], latest[1], err = d.latency(ctx, reader, d.stopped.Add(-latencyWindow)); err != nil {
		return err
	}
	if whole[0], whole[1], err = d.latency(ctx, reader, d.began); err != nil {
		return err
	}
	d.printSummary(r, reasons, flags, sources, [2]int64{lost, stored}, latest, whole)
	return d.derivedSummary(ctx, reader)
}

// lost counts the fixes that the fleet made while its push was cut, and how
// many of exactly those are stored.
func (d *demo) lost(ctx context.Context, reader clickhouse.Conn) (made, stored int64, err error) {
	from, to := d.cut(d.began)
	rows, err := reader.Query(ctx, "SELECT imei, toUnixTimestamp(fix_time) FROM fixes WHERE startsWith(imei, ?) AND fix_time BETWEEN ? AND ?", d.fleet(), from, to)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	type second struct {
		imei string
		unix int64
	}
	have := map[second]bool{}
	for rows.Next() {
		var imei string
		var unix uint32
		if err := rows.Scan(&imei, &unix); err != nil {
			return 0, 0, err
		}
		have[second{imei, int64(unix)}] = true
	}
	for _, imei := range d.platform.IMEIs() {
		for _, p := range d.platform.Truth(imei, from, to) {
			made++
			if have[second{imei, p.Time.Unix()}] {
				stored++
			}
		}
	}
	return made, stored, rows.Err()
}

// meanings says what the rows of a table are, in the summary's order.
var meanings = []struct{ table, meaning string }{
	{"fixes", "distinct fixes"},
	{"fix_repeats", "repeats of fixes, removed from them"},
	{"item_repeats", "repeats of other items"},
	{"heartbeats", ""}, {"sessions", "logins and logouts"}, {"alarms", ""}, {"messages", "items without a table of their own"},
	{"dead_letters", "items that can't be used, kept with the reason"},
}

func (d *demo) printSummary(r received, reasons, flags, sources []count, lost [2]int64, latest, whole [2]float64) {
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	line := func(name string, n any, text string) { _, _ = fmt.Fprintf(w, "  %s\t%8v\t%s\n", name, n, text) }
	acknowledged := d.acknowledged.Load()
	line("acknowledged", acknowledged, fmt.Sprintf("pushed items to which the collector said success, in %s", time.Since(d.began).Round(time.Second)))
	line("stored", r.pushed, verdict(acknowledged, r.pushed))
	line("polled", r.polled, "items that the collector asked the platform for")
	for _, c := range sources {
		line("  by "+c.name, c.n, "")
	}
	line("push cut", lost[0], fmt.Sprintf("fixes from %.0f to %.0f min before the start, never pushed: %d of them are stored, by polls", cutBefore.Minutes(), (cutBefore-cutLength).Minutes(), lost[1]))
	calls := d.platform.Stats().Calls
	for _, method := range slices.Sorted(maps.Keys(calls)) {
		line("  calls", calls[method], method)
	}
	rest := maps.Clone(r.rows)
	for _, m := range meanings {
		line("  "+m.table, r.rows[m.table], m.meaning)
		delete(rest, m.table)
	}
	for _, table := range slices.Sorted(maps.Keys(rest)) {
		line("  "+table, rest[table], "")
	}
	for _, c := range reasons {
		line("dead letters", c.n, c.name)
	}
	for _, c := range flags {
		line("doubtful fixes", c.n, c.name)
	}
	line("latency p50", fmt.Sprintf("%.0f ms", latest[0]), fmt.Sprintf("from the collector to the row, of fixes pushed live in the last %s; p99 %.0f ms", latencyWindow, latest[1]))
	line("  since start", fmt.Sprintf("%.0f ms", whole[0]), fmt.Sprintf("while the past was taken in, too; p99 %.0f ms", whole[1]))
	d.say("Summary, as the ClickHouse user reader sees it:")
	_ = w.Flush()
}

func verdict(acknowledged, stored int64) string {
	switch cmp.Compare(stored, acknowledged) {
	case 0:
		return "each of them exactly once"
	case -1:
		return fmt.Sprintf("%d MISSING", acknowledged-stored)
	default:
		return fmt.Sprintf("%d more: requests that were cut off before their answer, or other senders", stored-acknowledged)
	}
}

// addresses says where to look.
func (d *demo) addresses() string {
	lines := []string{fmt.Sprintf("  SQL        %s/play?user=reader&password=reader", d.engine.ClickHouseHTTP())}
	for _, p := range d.parts {
		lines = append(lines, fmt.Sprintf("  %-9s  http://127.0.0.1:%d/readyz and /metrics", p.name, p.admin))
	}
	return strings.Join(append(lines,
		fmt.Sprintf("  pushes     %s (token %s)", d.url, demoToken),
		"  rules      "+filepath.Join(d.stack.Dir, demoRulesFile),
		fmt.Sprintf("  platform   http://%s/route/rest, simulated", d.served)), "\n")
}
