package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/pkg/schema"
)

// auditConfig holds the settings of odograph audit.
type auditConfig struct {
	config.Kafka      `koanf:",squash"`
	config.ClickHouse `koanf:",squash"`

	Last int64         `koanf:"last" usage:"items of each partition to look at, the newest (0: all that Kafka still has)"`
	Wait time.Duration `koanf:"wait" usage:"how long to wait for items that are on their way"`
}

// Validate names every wrong value.
func (c *auditConfig) Validate() error {
	errs := []error{c.Kafka.Validate(), c.ClickHouse.Validate()}
	if c.Last < 0 {
		errs = append(errs, config.Invalid("last", c.Last, "0 or more"))
	}
	if c.Wait < 0 {
		errs = append(errs, config.Invalid("wait", c.Wait, "0s or more"))
	}
	return errors.Join(errs...)
}

var errUnaccounted = errors.New("not every item is exactly one row")

func auditCommand() *cobra.Command {
	cfg := auditConfig{Kafka: config.DefaultKafka(), ClickHouse: config.DefaultClickHouse(), Wait: 10 * time.Second}
	cmd := &cobra.Command{ //nolint:gosec // G101: the password is the local stack's, which listens on the loopback only
		Use:   "audit",
		Short: "Account for every item: compare the raw topic with the tables",
		Long: `Account for every item: compare the raw topic with the tables.

Each item that a collector acknowledged lies at a place (partition, offset) of
the raw topic, and each row of ClickHouse names the place of its item. The
audit looks for each place in the view "items" and says how many items are
stored, on their way, missing, or stored twice. It changes nothing. Exit status
1: an item is missing or stored twice.

ClickHouse's user needs the rights of the reader.`,
		Example: `  # the local stack
  odograph audit --clickhouse-dsn clickhouse://reader:reader@127.0.0.1:9000/fleet

  # the newest million items of each partition of a large installation
  odograph audit --last 1000000 --wait 1m`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			a, err := newAudit(&cfg)
			if err != nil {
				return err
			}
			defer a.close()
			return a.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	return cmd
}

// An audit compares the raw topic with the tables.
type audit struct {
	cfg    *auditConfig
	topic  string
	client *kgo.Client
	kafka  *kadm.Client
	reader clickhouse.Conn
}

func newAudit(cfg *auditConfig) (*audit, error) {
	reader, err := openDSN(cfg.DSN())
	if err != nil {
		return nil, err
	}
	opts, err := kafka.Options(cfg.Kafka, "odograph-audit", slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("kafka client: %w", err)
	}
	return &audit{cfg: cfg, topic: schema.TopicRaw.Name(cfg.TopicPrefix), client: client, kafka: kadm.NewClient(client), reader: reader}, nil
}

func (a *audit) close() {
	a.client.Close()
	_ = a.reader.Close()
}

// A partitionAudit is the account of one partition of the raw topic. Offsets
// from first up to, not including, end are looked at.
type partitionAudit struct {
	partition          int32
	first, handled     int64 // handled: where the enrichers will go on
	end                int64
	places, rows       int64 // in the tables: distinct offsets, and rows
	unhandled, missing int64
	doubled            int64
	tables             map[string]int64 // rows by table
	gaps               []int64          // some of the missing offsets
}

func (a *audit) run(ctx context.Context, out io.Writer) error {
	deadline := time.Now().Add(a.cfg.Wait)
	for {
		parts, err := a.account(ctx)
		if err != nil {
			return err
		}
		lag, err := a.sinkLag(ctx)
		if err != nil {
			return err
		}
		total := sum(parts)
		if (total.unhandled+total.missing > 0 || lag > 0) && time.Now().Before(deadline) {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(500 * time.Millisecond):
			}
			continue
		}
		return a.report(ctx, out, parts, lag)
	}
}

// account counts, first in Kafka and then in ClickHouse, so that what arrives
// between the two does not look like rows without an item.
func (a *audit) account(ctx context.Context) ([]partitionAudit, error) {
	starts, err := a.kafka.ListStartOffsets(ctx, a.topic)
	if err = errors.Join(err, starts.Error()); err != nil {
		return nil, fmt.Errorf("topic %s: %w (is --topic-prefix right, and did odograph setup run?)", a.topic, err)
	}
	committed, err := a.kafka.FetchOffsets(ctx, schema.EnricherGroup(a.cfg.TopicPrefix))
	if err = errors.Join(err, committed.Error()); err != nil {
		return nil, fmt.Errorf("offsets of group %s: %w", schema.EnricherGroup(a.cfg.TopicPrefix), err)
	}
	ends, err := a.kafka.ListEndOffsets(ctx, a.topic)
	if err = errors.Join(err, ends.Error()); err != nil {
		return nil, fmt.Errorf("topic %s: %w", a.topic, err)
	}
	var parts []partitionAudit
	for _, e := range ends.Offsets().Sorted() {
		start, _ := starts.Lookup(a.topic, e.Partition)
		p := partitionAudit{partition: e.Partition, first: start.Offset, end: e.At, tables: map[string]int64{}}
		if a.cfg.Last > 0 {
			p.first = max(p.first, p.end-a.cfg.Last)
		}
		p.handled = p.first
		if c, ok := committed.Lookup(a.topic, e.Partition); ok {
			p.handled = min(max(p.first, c.At), p.end)
		}
		if err := a.countRows(ctx, &p); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

const (
	// The row without a table counts them all.
	placesQuery = `SELECT stored_in, toInt64(count()), toInt64(uniqExact(raw_offset)) FROM items
WHERE raw_partition = ? AND raw_offset >= ? AND raw_offset < ? GROUP BY GROUPING SETS ((stored_in), ())`
	gapsQuery = `SELECT toInt64(number) FROM numbers(toUInt64(?), toUInt64(?)) WHERE number NOT IN (
	SELECT assumeNotNull(toUInt64(raw_offset)) FROM items WHERE raw_partition = ? AND raw_offset >= ? AND raw_offset < ?) LIMIT 5`
)

func (a *audit) countRows(ctx context.Context, p *partitionAudit) error {
	if p.first == p.end {
		return nil
	}
	rows, err := a.reader.Query(ctx, placesQuery, p.partition, p.first, p.end)
	if err != nil {
		return fmt.Errorf("count the items of partition %d in ClickHouse: %w", p.partition, err)
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		var n, places int64
		if err := rows.Scan(&table, &n, &places); err != nil {
			return err
		}
		if table == "" {
			p.rows, p.places = n, places
		} else {
			p.tables[table] = n
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("count the items of partition %d in ClickHouse: %w", p.partition, err)
	}
	// Rows of items beyond handled are those of a transaction that was
	// committed after the offsets were asked for.
	p.unhandled = min(p.end-p.handled, p.end-p.first-p.places)
	p.missing = p.end - p.first - p.places - p.unhandled
	p.doubled = p.rows - p.places
	return nil
}

// sinkLag is the number of records that the sinks have not taken yet.
func (a *audit) sinkLag(ctx context.Context) (int64, error) {
	ends, err := kafka.CommittedEnds(ctx, a.kafka, stored(a.cfg.TopicPrefix)...)
	if err != nil {
		return 0, fmt.Errorf("enriched topics: %w", err)
	}
	return kafka.Lag(ctx, a.kafka, schema.SinkGroup(a.cfg.TopicPrefix), ends)
}

func sum(parts []partitionAudit) partitionAudit {
	t := partitionAudit{tables: map[string]int64{}}
	for _, p := range parts {
		for table, n := range p.tables {
			t.tables[table] += n
		}
		t.end += p.end - p.first
		t.places += p.places
		t.rows += p.rows
		t.unhandled += p.unhandled
		t.missing += p.missing
		t.doubled += p.doubled
	}
	return t
}

func (a *audit) report(ctx context.Context, out io.Writer, parts []partitionAudit, lag int64) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "partition\toffsets\titems\tstored\tfor the enricher\tmissing\tstored twice\t")
	line := func(name, offsets string, items int64, p *partitionAudit) {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t\n", name, offsets, items, p.places, p.unhandled, p.missing, p.doubled)
	}
	for i := range parts {
		p := &parts[i]
		line(strconv.Itoa(int(p.partition)), fmt.Sprintf("%d–%d", p.first, p.end), p.end-p.first, p)
	}
	total := sum(parts)
	line("all", "", total.end, &total)
	if err := w.Flush(); err != nil {
		return err
	}
	w = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, table := range slices.Sorted(maps.Keys(total.tables)) {
		_, _ = fmt.Fprintf(w, "%s\t%12d\n", table, total.tables[table])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if lag > 0 {
		_, _ = fmt.Fprintf(out, "The sink is %d records behind: some of the missing items may be among them. Run the audit again when it has caught up.\n", lag)
	}
	for i := range parts {
		if p := &parts[i]; p.missing > 0 {
			if err := a.findGaps(ctx, p); err != nil {
				return err
			}
			_, _ = fmt.Fprintf(out, "partition %d misses %d items, the first at offsets %v of %s\n", p.partition, p.missing, p.gaps, a.topic)
		}
	}
	if total.missing+total.doubled > 0 {
		return errUnaccounted
	}
	_, _ = fmt.Fprintf(out, "Every one of %d handled items is exactly one row.\n", total.end-total.unhandled)
	return nil
}

func (a *audit) findGaps(ctx context.Context, p *partitionAudit) error {
	rows, err := a.reader.Query(ctx, gapsQuery, p.first, p.handled-p.first, p.partition, p.first, p.handled)
	if err != nil {
		return fmt.Errorf("look for the missing items of partition %d: %w", p.partition, err)
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		if err := rows.Scan(&at); err != nil {
			return err
		}
		p.gaps = append(p.gaps, at)
	}
	return rows.Err()
}
