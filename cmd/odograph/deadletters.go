package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/spf13/cobra"

	"github.com/odograph/odograph/internal/config"
)

// deadLetterConfig holds the settings of odograph deadletters.
type deadLetterConfig struct {
	config.ClickHouse `koanf:",squash"`

	Reason string        `koanf:"reason" usage:"only this reason"`
	Kind   string        `koanf:"kind" usage:"only this kind, such as pushgps"`
	IMEI   string        `koanf:"imei" usage:"only this device"`
	Since  time.Duration `koanf:"since" usage:"only those of the last …, such as 24h (0: all)"`
	Limit  int           `koanf:"limit" usage:"most lines"`
}

// Validate names every wrong value.
func (c *deadLetterConfig) Validate() error {
	errs := []error{c.ClickHouse.Validate()}
	if c.Limit < 1 {
		errs = append(errs, config.Invalid("limit", c.Limit, "1 or more"))
	}
	if c.Since < 0 {
		errs = append(errs, config.Invalid("since", c.Since, "0s or more"))
	}
	return errors.Join(errs...)
}

func deadLettersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "deadletters",
		Short: "Look at what could not be used, and why",
		Long: `Look at what could not be used, and why. Every such item is a row of
dead_letters with its reason, its original bytes and where it stands.

ClickHouse's user needs the rights of the reader.`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(
		deadLettersSubcommand("summary", "Count them by reason and kind", "  odograph deadletters summary --since 24h", 0,
			func(ctx context.Context, reader clickhouse.Conn, cfg *deadLetterConfig, _ []string, out io.Writer) error {
				return summarizeDeadLetters(ctx, reader, cfg, out)
			}),
		deadLettersSubcommand("list", "List them, the newest first", "  odograph deadletters list --reason position_invalid --limit 20", 0,
			func(ctx context.Context, reader clickhouse.Conn, cfg *deadLetterConfig, _ []string, out io.Writer) error {
				return listDeadLetters(ctx, reader, cfg, out)
			}),
		deadLettersSubcommand("show TOPIC/PARTITION/OFFSET", "Print the reason and the original bytes of one", "  odograph deadletters show fleet.raw.v1/3/1234", 1,
			func(ctx context.Context, reader clickhouse.Conn, _ *deadLetterConfig, args []string, out io.Writer) error {
				return showDeadLetter(ctx, reader, args[0], out)
			}),
	)
	return cmd
}

func deadLettersSubcommand(use, short, example string, args int,
	run func(context.Context, clickhouse.Conn, *deadLetterConfig, []string, io.Writer) error,
) *cobra.Command {
	cfg := deadLetterConfig{ClickHouse: config.DefaultClickHouse(), Limit: 50}
	cmd := &cobra.Command{
		Use: use, Short: short, Example: example, Args: cobra.ExactArgs(args),
		RunE: func(cmd *cobra.Command, args []string) error {
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			reader, err := openDSN(cfg.DSN())
			if err != nil {
				return err
			}
			defer reader.Close()
			return run(cmd.Context(), reader, &cfg, args, cmd.OutOrStdout())
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	return cmd
}

// where is the condition of the flags.
func (c *deadLetterConfig) where() (condition string, args []any) {
	conditions := []string{"true"}
	add := func(condition string, arg any) {
		conditions, args = append(conditions, condition), append(args, arg)
	}
	if c.Reason != "" {
		add("reason = ?", c.Reason)
	}
	if c.Kind != "" {
		add("kind = ?", c.Kind)
	}
	if c.IMEI != "" {
		add("imei = ?", c.IMEI)
	}
	if c.Since > 0 {
		add("first_seen >= ?", time.Now().Add(-c.Since))
	}
	return strings.Join(conditions, " AND "), args
}

func summarizeDeadLetters(ctx context.Context, reader clickhouse.Conn, cfg *deadLetterConfig, out io.Writer) error {
	where, args := cfg.where()
	rows, err := reader.Query(ctx, "SELECT reason, kind, count(), uniqExactIf(imei, imei != ''), min(first_seen), max(first_seen) FROM dead_letters FINAL WHERE "+
		where+" GROUP BY reason, kind ORDER BY count() DESC, reason, kind LIMIT "+strconv.Itoa(cfg.Limit), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "REASON\tKIND\tITEMS\tDEVICES\tFIRST\tLAST")
	for rows.Next() {
		var reason, kind string
		var n, devices uint64
		var first, last time.Time
		if err := rows.Scan(&reason, &kind, &n, &devices, &first, &last); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\n", reason, kind, n, devices, first.UTC().Format(time.DateTime), last.UTC().Format(time.DateTime))
	}
	return errors.Join(rows.Err(), w.Flush())
}

func listDeadLetters(ctx context.Context, reader clickhouse.Conn, cfg *deadLetterConfig, out io.Writer) error {
	where, args := cfg.where()
	rows, err := reader.Query(ctx, "SELECT first_seen, reason, kind, imei, format('{}/{}/{}', topic, toString(partition), toString(offset)), error FROM dead_letters FINAL WHERE "+
		where+" ORDER BY first_seen DESC, partition, offset DESC LIMIT "+strconv.Itoa(cfg.Limit), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "FIRST SEEN (UTC)\tREASON\tKIND\tIMEI\tPLACE\tERROR")
	for rows.Next() {
		var at time.Time
		var reason, kind, imei, place, text string
		if err := rows.Scan(&at, &reason, &kind, &imei, &place, &text); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", at.UTC().Format(time.DateTime), reason, kind, imei, place, strconv.Quote(text))
	}
	return errors.Join(rows.Err(), w.Flush())
}

func showDeadLetter(ctx context.Context, reader clickhouse.Conn, place string, out io.Writer) error {
	parts := strings.Split(place, "/")
	if len(parts) != 3 {
		return fmt.Errorf("%q: want TOPIC/PARTITION/OFFSET, as odograph deadletters list prints it", place)
	}
	partition, err := strconv.ParseInt(parts[1], 10, 32)
	if err != nil {
		return fmt.Errorf("%q: the partition is not a number", place)
	}
	offset, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return fmt.Errorf("%q: the offset is not a number", place)
	}
	rows, err := reader.Query(ctx, "SELECT reason, error, value FROM dead_letters FINAL WHERE topic = ? AND partition = ? AND offset = ?", parts[0], partition, offset)
	if err != nil {
		return err
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var reason, text, value string
		if err := rows.Scan(&reason, &text, &value); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(out, "%s: %s\n%s\n", reason, text, value)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("no dead letter stands at %s", place)
	}
	return nil
}
