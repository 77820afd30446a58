package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/odograph/odograph/pkg/schema"
)

// Tables are those in which a raw item can end.
var Tables = []string{
	"fixes", "fix_repeats", "item_repeats", "heartbeats", "sessions", "alarms",
	"obd", "faults", "sensors", "media", "messages", "dead_letters",
}

// An Account sets the items of the raw topic against the rows, as the user
// reader sees them.
type Account struct {
	Items int64            // in the raw topic
	Rows  map[string]int64 // raw items by the table that they ended in
	Wrong []string         // what does not add up, by partition
}

// Balanced tells whether each item is exactly one row.
func (a *Account) Balanced() bool { return len(a.Wrong) == 0 }

func (a *Account) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d items =", a.Items)
	for i, t := range slices.Sorted(maps.Keys(a.Rows)) {
		if i > 0 {
			b.WriteString(" +")
		}
		fmt.Fprintf(&b, " %d %s", a.Rows[t], t)
	}
	for _, w := range a.Wrong {
		b.WriteString("\n" + w)
	}
	return b.String()
}

// places is a query for the raw items of all tables, each once a table: an item
// may have become several rows of one, and of one only.
func places() string {
	parts := make([]string, len(Tables))
	for i, t := range Tables {
		parts[i] = fmt.Sprintf("SELECT DISTINCT '%s' AS table, toInt32(assumeNotNull(raw_partition)) AS partition, toInt64(assumeNotNull(raw_offset)) AS offset FROM %s", t, t)
	}
	return "(" + strings.Join(parts, " UNION ALL ") + ")"
}

// Account takes the account of this moment.
func (p *Pipeline) Account(ctx context.Context) (*Account, error) {
	a := &Account{Rows: map[string]int64{}}
	raw := schema.TopicRaw.Name(p.Prefix)
	ends, err := p.Kafka.ListEndOffsets(ctx, raw)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("ends of %s: %w", raw, err)
	}
	stored, err := p.stored(ctx)
	if err != nil {
		return nil, err
	}
	// After it: where everything is stored by then, these are all the rows.
	rows, err := p.Reader.Query(ctx, "SELECT table, toInt64(count()) FROM "+places()+" GROUP BY table")
	if err != nil {
		return nil, err
	}
	if err := each(rows, func() error {
		var table string
		var n int64
		err := rows.Scan(&table, &n)
		a.Rows[table] = n
		return err
	}); err != nil {
		return nil, err
	}
	for n, end := range ends[raw] {
		a.Items += end.Offset
		if s := stored[n]; end.Offset > 0 && s != (span{end.Offset, end.Offset, end.Offset - 1}) {
			a.Wrong = append(a.Wrong, fmt.Sprintf("partition %d: %d items, of which %d are rows, %d of them in one table; the last row is of offset %d",
				n, end.Offset, s.distinct, 2*s.distinct-s.rows, s.last))
		}
		delete(stored, n)
	}
	for n := range stored {
		a.Wrong = append(a.Wrong, fmt.Sprintf("rows of partition %d, which does not exist", n))
	}
	slices.Sort(a.Wrong)
	return a, nil
}

// A span is what the tables have of one partition of the raw topic.
type span struct{ rows, distinct, last int64 }

func (p *Pipeline) stored(ctx context.Context) (map[int32]span, error) {
	rows, err := p.Reader.Query(ctx, "SELECT partition, toInt64(count()), toInt64(uniqExact(offset)), max(offset) FROM "+places()+" GROUP BY partition")
	if err != nil {
		return nil, err
	}
	out := map[int32]span{}
	err = each(rows, func() error {
		var n int32
		var s span
		err := rows.Scan(&n, &s.rows, &s.distinct, &s.last)
		out[n] = s
		return err
	})
	return out, err
}

// each calls f for each row and closes the rows.
func each(rows driver.Rows, f func() error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// WaitAccounted returns when each item of the raw topic is exactly one row,
// and fails the test if that does not come to be.
func (p *Pipeline) WaitAccounted(timeout time.Duration) *Account {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	var last *Account
	for {
		for _, c := range p.Components() {
			if !c.stopped {
				c.MustRun()
			}
		}
		a, err := p.Account(ctx)
		if err == nil {
			last = a
			if a.Balanced() {
				return a
			}
		}
		select {
		case <-ctx.Done():
			if last == nil {
				p.tb.Fatalf("no account: %v", err)
			}
			p.tb.Fatalf("not every item is exactly one row after %s: %v\n%s", timeout, last, p.unaccounted())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// unaccounted names the first items that are no row or several.
func (p *Pipeline) unaccounted() string {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var b strings.Builder
	for what, query := range map[string]string{
		"in several tables": `SELECT concat(toString(partition), '/', toString(offset), ' in ', toString(groupArray(table)))
			FROM ` + places() + ` GROUP BY partition, offset HAVING count() > 1 ORDER BY partition, offset LIMIT 10`,
		"before them items are missing": `SELECT concat(toString(partition), '/', toString(offset), ' of ', table, ' after ', toString(before))
			FROM (SELECT partition, offset, table, lagInFrame(offset, 1, -1) OVER (PARTITION BY partition ORDER BY offset) AS before FROM ` + places() + `)
			WHERE offset > before + 1 ORDER BY partition, offset LIMIT 10`,
	} {
		found, err := p.Texts(ctx, query)
		fmt.Fprintf(&b, "%s: %v %v\n", what, found, err)
	}
	return b.String()
}

// Texts is the answer, to the reader, to a query of one column of texts.
func (p *Pipeline) Texts(ctx context.Context, query string) ([]string, error) {
	rows, err := p.Reader.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	var out []string
	err = each(rows, func() error {
		var s string
		err := rows.Scan(&s)
		out = append(out, s)
		return err
	})
	return out, err
}

// Count is the answer, to the reader, to a query of one number.
func (p *Pipeline) Count(query string) int64 {
	p.tb.Helper()
	return p.count(p.Reader, query)
}

// CountPhysical is Count for a user to whom rows that a merge will remove
// still show.
func (p *Pipeline) CountPhysical(query string) int64 {
	p.tb.Helper()
	return p.count(p.Owner, query)
}

// count asks again where the connection was one of before a restart.
func (p *Pipeline) count(conn driver.Conn, query string) int64 {
	p.tb.Helper()
	var n int64
	var err error
	for range 20 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		err = conn.QueryRow(ctx, "SELECT toInt64(("+query+"))").Scan(&n)
		cancel()
		if err == nil {
			return n
		}
		time.Sleep(250 * time.Millisecond)
	}
	p.tb.Fatalf("%s: %v", query, err)
	return 0
}
