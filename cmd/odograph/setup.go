package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/clickhouse"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
)

// setupConfig holds the settings of odograph setup.
type setupConfig struct {
	config.Kafka      `koanf:",squash"`
	config.ClickHouse `koanf:",squash"`

	Partitions  int           `koanf:"partitions" usage:"partitions of each topic; fixed once the topics exist"`
	Replication int           `koanf:"replication" usage:"copies of each partition, on as many brokers"`
	Timeout     time.Duration `koanf:"setup_timeout" usage:"time for everything together"`

	Cluster string `koanf:"clickhouse_cluster" usage:"cluster of system.clusters whose shards and replicas take the tables (empty: one server)"`

	KeepRaw    int `koanf:"keep_raw_days" usage:"days that the vendor's JSON of stored items is kept; 0: for ever"`
	KeepFixes  int `koanf:"keep_fixes_days" usage:"days that fixes and other items are kept, by their own time; 0: for ever"`
	KeepEvents int `koanf:"keep_events_days" usage:"days that trips, stops, driving and fence events, alarms and faults are kept; 0: for ever"`

	DropOutdated bool `koanf:"drop_outdated" usage:"also where a table has kept its rows for ever so far and has older ones, which go then"`
}

func defaultSetupConfig() setupConfig {
	return setupConfig{
		Kafka: config.DefaultKafka(), ClickHouse: config.DefaultClickHouse(),
		Partitions: 12, Replication: 1, Timeout: 2 * time.Minute,
		KeepRaw: clickhouse.DefaultRetention.Raw, KeepFixes: clickhouse.DefaultRetention.Fixes, KeepEvents: clickhouse.DefaultRetention.Events,
	}
}

func (c *setupConfig) retention() clickhouse.Retention {
	return clickhouse.Retention{Raw: c.KeepRaw, Fixes: c.KeepFixes, Events: c.KeepEvents}
}

// Validate names every wrong value.
func (c *setupConfig) Validate() error {
	errs := []error{c.Kafka.Validate(), c.ClickHouse.Validate()}
	if c.Partitions < 1 || c.Partitions > 10_000 {
		errs = append(errs, config.Invalid("partitions", c.Partitions, "1 to 10000"))
	}
	if c.Replication < 1 || c.Replication > 100 {
		errs = append(errs, config.Invalid("replication", c.Replication, "1 to 100, at most the number of brokers"))
	}
	if c.Timeout < time.Second {
		errs = append(errs, config.Invalid("setup_timeout", c.Timeout, "at least 1s"))
	}
	if !clusterName.MatchString(c.Cluster) {
		errs = append(errs, config.Invalid("clickhouse_cluster", c.Cluster, "a name of letters, digits, dash and underscore, or nothing"))
	}
	for _, keep := range []struct {
		key  string
		days int
	}{{"keep_raw_days", c.KeepRaw}, {"keep_fixes_days", c.KeepFixes}, {"keep_events_days", c.KeepEvents}} {
		if keep.days < 0 || keep.days > clickhouse.MaxKeepDays {
			errs = append(errs, config.Invalid(keep.key, keep.days, fmt.Sprintf("1 to %d days, or 0 for ever", clickhouse.MaxKeepDays)))
		}
	}
	return errors.Join(errs...)
}

var clusterName = regexp.MustCompile(`^[a-zA-Z0-9_-]{0,100}$`)

func setupCommand() *cobra.Command {
	cfg := defaultSetupConfig()
	var onlyTopics, onlySchema, users bool
	cmd := &cobra.Command{ //nolint:gosec // G101: the password is the local stack's, which listens on the loopback only
		Use:   "setup",
		Short: "Create the Kafka topics and the ClickHouse schema, or bring them up to date",
		Long: `Create the Kafka topics and the ClickHouse schema, or bring them up to date.

Setup is idempotent: it says what it did and what was there. It never changes
the number of partitions of a topic. Run it before the first start, after each
upgrade, and when a setting of it changed.

Rows that are older than they are to be kept go in the background, within a day
or so; tables without the vendor's JSON lose a whole month once all of it is too
old. No row goes before it was stored for 45 days. Setup says which tables a
setting changed, and how many rows are too old by it. A table that has kept its
rows for ever so far, and has some that are too old, is left as it is until
--drop-outdated says that they may go.

ClickHouse's user needs the rights of the migrator, see --print-users.`,
		Example: `  # the local stack
  odograph setup --clickhouse-dsn clickhouse://migrator:migrator@127.0.0.1:9000/fleet

  # a cluster of three brokers
  export ODOGRAPH_KAFKA_BROKERS=kafka1:9092,kafka2:9092,kafka3:9092
  ODOGRAPH_CLICKHOUSE_DSN=clickhouse://migrator:…@clickhouse:9000/fleet odograph setup --partitions 48 --replication 3

  # a cluster of ClickHouse, whose nodes have the macros shard and replica and a Keeper
  ODOGRAPH_CLICKHOUSE_CLUSTER=fleet odograph setup

  # keep fixes for two years, and everything else as long as there is room
  ODOGRAPH_KEEP_FIXES_DAYS=730 odograph setup --keep-raw-days 0 --keep-events-days 0

  # the ClickHouse users and their rights, for clickhouse-client
  odograph setup --print-users`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			if users {
				_, err := io.WriteString(out, clickhouse.Users)
				return err
			}
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), cfg.Timeout)
			defer cancel()
			if !onlySchema {
				if err := setupTopics(ctx, &cfg, out); err != nil {
					return err
				}
			}
			if !onlyTopics {
				return setupSchema(ctx, &cfg, out)
			}
			return nil
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	cmd.Flags().BoolVar(&onlyTopics, "only-topics", false, "leave ClickHouse alone")
	cmd.Flags().BoolVar(&onlySchema, "only-schema", false, "leave Kafka alone")
	cmd.Flags().BoolVar(&users, "print-users", false, "print the statements that make the ClickHouse users, and stop")
	cmd.MarkFlagsMutuallyExclusive("only-topics", "only-schema", "print-users")
	return cmd
}

func setupTopics(ctx context.Context, cfg *setupConfig, out io.Writer) error {
	opts, err := kafka.Options(cfg.Kafka, "odograph-setup", slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return fmt.Errorf("kafka client: %w", err)
	}
	defer client.Close()
	if err := client.Ping(ctx); err != nil {
		return fmt.Errorf("Kafka at %s does not answer: %w", strings.Join(cfg.KafkaBrokers, ","), err) //nolint:staticcheck // Kafka is a name
	}
	reports, err := kafka.EnsureTopics(ctx, kadm.NewClient(client), cfg.TopicPrefix, int32(cfg.Partitions), int16(cfg.Replication))
	if err != nil {
		return err
	}
	for _, r := range reports {
		state := "there"
		switch {
		case r.Created:
			state = fmt.Sprintf("created, %d partitions, %d copies", cfg.Partitions, cfg.Replication)
		case len(r.Changed) > 0:
			state = "changed " + strings.Join(r.Changed, ", ")
		}
		if _, err := fmt.Fprintf(out, "topic  %-24s %s\n", r.Name, state); err != nil {
			return err
		}
	}
	return nil
}

func setupSchema(ctx context.Context, cfg *setupConfig, out io.Writer) error {
	migrate := func() ([]clickhouse.Migration, error) {
		if cfg.Cluster != "" {
			return clickhouse.MigrateCluster(ctx, cfg.DSN().Reveal(), cfg.Cluster, slog.New(slog.DiscardHandler))
		}
		return clickhouse.Migrate(ctx, cfg.DSN().Reveal(), slog.New(slog.DiscardHandler))
	}
	steps, err := migrate()
	if err != nil {
		return err
	}
	for _, s := range steps {
		if _, err := fmt.Fprintf(out, "schema %-24s done in %s\n", strings.TrimSuffix(s.Name, ".sql"), s.Took.Round(time.Millisecond)); err != nil {
			return err
		}
	}
	if _, err := clickhouse.Comment(ctx, cfg.DSN().Reveal()); err != nil {
		return err
	}
	version, err := clickhouse.SchemaVersion()
	if err != nil {
		return err
	}
	if _, err = fmt.Fprintf(out, "schema version %d, %d steps taken\n", version, len(steps)); err != nil {
		return err
	}
	return setupRetention(ctx, cfg, out)
}

func setupRetention(ctx context.Context, cfg *setupConfig, out io.Writer) error {
	changes, failed := clickhouse.Retain(ctx, cfg.DSN().Reveal(), cfg.retention(), cfg.DropOutdated)
	left := false
	for i := range changes { // what was done is told, also where something failed after it
		left = left || changes[i].Left
		if _, err := fmt.Fprintln(out, keepLine(&changes[i])); err != nil {
			return err
		}
	}
	if failed != nil {
		return failed
	}
	if left {
		if _, err := fmt.Fprintln(out, "LEFT AS IT WAS: these tables have kept everything so far, and rows of them would go now. Say --drop-outdated (ODOGRAPH_DROP_OUTDATED=true) once that is what you want, or keep them for longer"); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "kept: JSON of the vendor %s, fixes and items %s, events %s\n", days(cfg.KeepRaw), days(cfg.KeepFixes), days(cfg.KeepEvents))
	return err
}

// keepLine says what became of the retention of a table.
func keepLine(k *clickhouse.Kept) string {
	what, before, outdated := k.Table, "was for ever", ""
	if k.Raw {
		what += ".raw"
	}
	if k.Before != "" {
		before = "was " + k.Before
	}
	if k.Outdated > 0 {
		outdated = fmt.Sprintf("; %d rows are older", k.Outdated)
	}
	if k.Left {
		return fmt.Sprintf("keep   %-24s for ever, as it was; not %s%s", what, days(k.Days), outdated)
	}
	return fmt.Sprintf("keep   %-24s %s, %s%s", what, days(k.Days), before, outdated)
}

func days(n int) string {
	if n == 0 {
		return "for ever"
	}
	return fmt.Sprintf("%d days", n)
}
