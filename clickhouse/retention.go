package clickhouse

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Retention says for how many days rows are kept; 0 is for ever.
type Retention struct {
	Raw    int // the vendor's JSON of items, in the columns raw, from when the collector took it
	Fixes  int // fixes, and all other items that tell no event, from their own time
	Events int // derived events, alarms and trouble codes, from their own time
}

// DefaultRetention is a month, 13 months and 3 years.
var DefaultRetention = Retention{Raw: 30, Fixes: 396, Events: 1096}

// settledDays is how long a row stays at least after it was inserted, however old
// it is: longer than the raw topic keeps its item (30 days, and a segment of it up
// to a week more), so that whoever counts items against rows, or takes up an insert
// after a crash, finds it.
const settledDays = 45

// MaxKeepDays is the longest retention that is not for ever: times in ClickHouse's
// DateTime end in 2106, and one that is reckoned to lie beyond is one long ago.
const MaxKeepDays = 18_250

// A Kept is what Retain changed of one table, or left.
type Kept struct {
	Table    string
	Days     int // 0: for ever
	Raw      bool
	Before   string // how many days or what else it was, empty: for ever
	Outdated uint64 // rows that are older than that, and go; of Raw, whose JSON goes
	Left     bool   // as it was, because they would go that nobody has agreed to

	change []string // of the ALTERs
	rows   stored
}

// A kept table is one whose rows age.
type kept struct {
	table, time string
	days        func(*Retention) int
	raw         bool
	settled     string // when the row was written; empty: inserted_time
}

// keeping says by which time the rows of a table age. Tables that are not here
// hold definitions, names, settings and the newest of each device.
var keeping = []kept{
	{"fixes", "fix_time", fixDays, false, ""},
	{"fix_repeats", "fix_time", fixDays, false, ""},
	{"item_repeats", "received_time", fixDays, false, ""},
	{"completeness", "hour", fixDays, false, ""},
	{"heartbeats", "event_time", fixDays, true, ""},
	{"sessions", "event_time", fixDays, true, ""},
	{"obd", "event_time", fixDays, true, ""},
	{"sensors", "event_time", fixDays, true, ""},
	{"media", "event_time", fixDays, true, ""},
	{"messages", "received_time", fixDays, true, ""},
	{"dead_letters", "first_seen", fixDays, false, ""},
	{"alarms", "event_time", eventDays, true, ""},
	{"faults", "event_time", eventDays, true, ""},
	{"driving_events", "start_time", eventDays, false, ""},
	{"geofence_events", "at", eventDays, false, ""},
	{"condition_events", "start_time", eventDays, false, ""},
	{"trips", "start_time", eventDays, false, ""},
	{"stops", "start_time", eventDays, false, ""},
	{"recompute_requests", "received_time", eventDays, false, ""},
	{"recompute_done", "received_time", eventDays, false, ""},
	{"device_hours", "hour", eventDays, false, "computed_time"},
	{"cell_days", "day", eventDays, false, "computed_time"},
	{"latency_counts", "minute", fixDays, false, "computed_time"},
}

func fixDays(r *Retention) int   { return r.Fixes }
func eventDays(r *Retention) int { return r.Events }

// Retain makes ClickHouse drop what is older than it is to be kept, and tells
// what it changed. It waits for no row to go: that happens in the background,
// within a day or so. Tables without the vendor's JSON lose whole parts, a month
// that has passed as a whole: nothing is rewritten for it.
//
// A table that has kept its rows for ever, and has some that would go now, is left
// as it is unless drop says that they may: a first setup with retention must not be
// what deletes the history of years.
func Retain(ctx context.Context, dsn string, want Retention, drop bool) ([]Kept, error) {
	opts, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		return nil, errors.New("clickhouse_dsn: want clickhouse://user:password@host:9000/database")
	}
	db := clickhouse.OpenDB(opts)
	defer func() { _ = db.Close() }()
	var all []Kept
	for _, k := range keeping {
		changes, err := k.changes(ctx, db, &want)
		if err != nil {
			return nil, fmt.Errorf("retention of table %s: %w", k.table, err)
		}
		all = append(all, changes...)
	}
	for i := range all {
		k := &all[i]
		if k.Left = k.Before == "" && k.Outdated > 0 && !drop; k.Left {
			continue
		}
		if err := alterTable(ctx, db, k.rows, k.change...); err != nil {
			return all[:i], err
		}
	}
	return all, nil
}

// changes is what is to be changed of a table.
func (k *kept) changes(ctx context.Context, db *sql.DB, want *Retention) (all []Kept, err error) {
	rows, err := whereRowsAre(ctx, db, k.table)
	if err != nil {
		return nil, err
	}
	t, err := tableAgeing(ctx, db, rows.table)
	if err != nil {
		return nil, err
	}
	days := k.days(want)
	if ttl := rowTTL(k.time, k.settled, days); ttl != t.rows {
		all = append(all, Kept{Table: k.table, Days: days, Before: inDays(t.rows), change: []string{agedBy(k.raw), rowChange(ttl)}, rows: rows})
	}
	if ttl := rawTTL(want.Raw); k.raw && ttl != t.raw {
		all = append(all, Kept{Table: k.table, Raw: true, Days: want.Raw, Before: inDays(t.raw), change: []string{agedBy(true), rawChange(ttl)}, rows: rows})
	}
	for i := range all {
		where := quoteName(k.time) + " < now() - toIntervalDay(%d)"
		if all[i].Raw {
			where = "received_time < now() - toIntervalDay(%d) AND notEmpty(raw)"
		}
		if all[i].Outdated, err = outdated(ctx, db, k.table, where, all[i].Days); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// rowTTL is when a row goes, written as ClickHouse writes it.
func rowTTL(column, settled string, days int) string {
	if days == 0 {
		return ""
	}
	return fmt.Sprintf("greatest(toDateTime(%s) + toIntervalDay(%d), toDateTime(%s) + toIntervalDay(%d))", column, days, cmp.Or(settled, "inserted_time"), settledDays)
}

func rawTTL(days int) string {
	if days == 0 {
		return ""
	}
	return fmt.Sprintf("toDateTime(received_time) + toIntervalDay(%d)", days)
}

var daysOf = regexp.MustCompile(`toIntervalDay\((\d+)\)`)

// inDays is a TTL for people; one that somebody else set stands as it is.
func inDays(ttl string) string {
	if m := daysOf.FindStringSubmatch(ttl); m != nil {
		return m[1] + " days"
	}
	return ttl
}

func rowChange(ttl string) string {
	if ttl == "" {
		return "REMOVE TTL"
	}
	return "MODIFY TTL " + ttl
}

func rawChange(ttl string) string {
	if ttl == "" {
		return "MODIFY COLUMN raw REMOVE TTL"
	}
	return "MODIFY COLUMN raw TTL " + ttl
}

// agedBy are the settings of a table by which its rows go. Whole parts go
// cheaply, but a column never ages in a table that only drops whole parts.
func agedBy(raw bool) string {
	if raw {
		return "MODIFY SETTING ttl_only_drop_parts = 0, merge_with_ttl_timeout = 86400"
	}
	return "MODIFY SETTING ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1"
}

// stored is the table that has rows, and the cluster all of whose nodes have it.
type stored struct{ table, cluster string }

func whereRowsAre(ctx context.Context, db *sql.DB, table string) (stored, error) {
	cluster, err := clusterOf(ctx, db, table)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return stored{}, errors.New("there is no such table: run odograph setup without --only-topics")
	case cluster != "":
		table += localSuffix
	}
	return stored{table, cluster}, err
}

func alterTable(ctx context.Context, db *sql.DB, rows stored, changes ...string) error {
	for _, change := range changes {
		if _, err := db.ExecContext(ctx, "ALTER TABLE "+quoteName(rows.table)+onCluster(rows.cluster)+" "+change); err != nil {
			return fmt.Errorf("retention of table %s: %w", rows.table, err)
		}
	}
	return nil
}

// outdated counts the rows that are too old; of them those that came lately stay
// for a while.
func outdated(ctx context.Context, db *sql.DB, table, where string, days int) (n uint64, err error) {
	if days == 0 {
		return 0, nil
	}
	err = db.QueryRowContext(ctx, fmt.Sprintf("SELECT count() FROM %s WHERE "+where+" SETTINGS final = 0", quoteName(table), days)).Scan(&n)
	return n, err
}

// ageing is how rows of a table go now, and their vendor's JSON.
type ageing struct{ rows, raw string }

var (
	rowsAge = regexp.MustCompile(` TTL (.*?)(?: SETTINGS |$)`)
	rawAges = regexp.MustCompile("`raw` String [^`]*? TTL ([^`]*), `")
)

func tableAgeing(ctx context.Context, db *sql.DB, table string) (a ageing, err error) {
	var engine, create string
	err = db.QueryRowContext(ctx, "SELECT engine_full, create_table_query FROM system.tables WHERE database = currentDatabase() AND name = "+quoteText(table)).Scan(&engine, &create)
	if m := rowsAge.FindStringSubmatch(engine); m != nil {
		a.rows = m[1]
	}
	if m := rawAges.FindStringSubmatch(create); m != nil {
		a.raw = m[1]
	}
	return a, err
}
