package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
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
}

func defaultSetupConfig() setupConfig {
	return setupConfig{
		Kafka: config.DefaultKafka(), ClickHouse: config.DefaultClickHouse(),
		Partitions: 12, Replication: 1, Timeout: 2 * time.Minute,
	}
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
	return errors.Join(errs...)
}

func setupCommand() *cobra.Command {
	cfg := defaultSetupConfig()
	var onlyTopics, onlySchema, users bool
	cmd := &cobra.Command{ //nolint:gosec // G101: the password is the local stack's, which listens on the loopback only
		Use:   "setup",
		Short: "Create the Kafka topics and the ClickHouse schema, or bring them up to date",
		Long: `Create the Kafka topics and the ClickHouse schema, or bring them up to date.

Setup is idempotent: it says what it did and what was there. It never changes
the number of partitions of a topic, and never removes anything. Run it before
the first start and after each upgrade.

ClickHouse's user needs the rights of the migrator, see --print-users.`,
		Example: `  # the local stack
  odograph setup --clickhouse-dsn clickhouse://migrator:migrator@127.0.0.1:9000/fleet

  # a cluster of three brokers
  export ODOGRAPH_KAFKA_BROKERS=kafka1:9092,kafka2:9092,kafka3:9092
  ODOGRAPH_CLICKHOUSE_DSN=clickhouse://migrator:…@clickhouse:9000/fleet odograph setup --partitions 48 --replication 3

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
	steps, err := clickhouse.Migrate(ctx, cfg.DSN().Reveal(), slog.New(slog.DiscardHandler))
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
	_, err = fmt.Fprintf(out, "schema version %d, %d steps taken\n", version, len(steps))
	return err
}
