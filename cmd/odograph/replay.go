package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/cmd/odograph/shadow"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/pkg/derive"
)

// replayConfig holds the settings of odograph replay.
type replayConfig struct {
	config.ClickHouse `koanf:",squash"`

	Rules   string        `koanf:"rules" usage:"YAML file with the candidate rules; what it leaves out has its default"`
	From    string        `koanf:"from" usage:"events that start from here on, such as 2026-05-04 or 2026-05-04T12:00:00Z"`
	To      string        `koanf:"to" usage:"and before this"`
	Shadow  bool          `koanf:"shadow" usage:"only compare; nothing that is stored is changed"`
	IMEI    []string      `koanf:"imei" usage:"only these devices, separated by commas"`
	Format  string        `koanf:"format" usage:"table or json"`
	List    bool          `koanf:"list" usage:"also each event that was added, lost or moved"`
	Near    time.Duration `koanf:"near" usage:"events of one kind that do not overlap and are at most this far apart are one that moved"`
	WarmUp  time.Duration `koanf:"warm_up" usage:"how long before --from reading begins"`
	RunOut  time.Duration `koanf:"run_out" usage:"how long after --to reading ends"`
	Sensors time.Duration `koanf:"sensors_warm_up" usage:"how long before --from the reading of fuel, temperature and trouble codes begins"`
	Late    bool          `koanf:"late" usage:"also read what came too late for the enricher"`
}

func defaultReplayConfig() replayConfig {
	return replayConfig{
		ClickHouse: config.DefaultClickHouse(), Format: "table",
		Near: 15 * time.Second, WarmUp: 8 * time.Hour, RunOut: 2 * time.Hour, Sensors: 7 * 24 * time.Hour,
	}
}

var errOnlyShadow = errors.New("there are only shadow runs: say --shadow to compare (to derive what is stored anew and keep it is not there yet)")

// Validate names every wrong value.
func (c *replayConfig) Validate() error {
	errs := []error{c.ClickHouse.Validate()}
	from, err := moment(c.From)
	if err != nil {
		errs = append(errs, config.Invalid("from", c.From, err.Error()))
	}
	to, err := moment(c.To)
	if err != nil {
		errs = append(errs, config.Invalid("to", c.To, err.Error()))
	} else if !to.After(from) {
		errs = append(errs, config.Invalid("to", c.To, "a time after --from"))
	}
	if c.Rules == "" {
		errs = append(errs, config.Invalid("rules", c.Rules, "a YAML file with the candidate rules"))
	}
	if c.Format != "table" && c.Format != "json" {
		errs = append(errs, config.Invalid("format", c.Format, "table or json"))
	}
	for _, d := range []struct {
		key   string
		value time.Duration
	}{{"near", c.Near}, {"warm_up", c.WarmUp}, {"run_out", c.RunOut}, {"sensors_warm_up", c.Sensors}} {
		if d.value < 0 {
			errs = append(errs, config.Invalid(d.key, d.value, "0s or more"))
		}
	}
	return errors.Join(errs...)
}

// moment reads a time in UTC, unless it says another zone.
func moment(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("a time such as 2026-05-04 or 2026-05-04T12:00:00Z")
}

func replayCommand() *cobra.Command {
	cfg := defaultReplayConfig()
	cmd := &cobra.Command{ //nolint:gosec // G101: the password is the local stack's, which listens on the loopback only
		Use:   "replay --rules FILE --from TIME --to TIME --shadow",
		Short: "Try rules on what is stored before they go live",
		Long: `Run candidate rules over the fixes, alarms, heartbeats, OBD readings, sensors and
trouble codes that are stored, with the code of the enricher, and print in what
the events differ from those that are stored: in driving_events, trips, stops
and condition_events, the latest revisions without the retracted. Nothing is
changed.

  same    with the same start, end, severity and size (to 1 %)
  moved   overlapping or at most --near apart, otherwise not the same
  added   found by the candidate only
  lost    stored only

So that the detectors know what goes on, reading begins --warm-up before --from
(for sensors and trouble codes --sensors-warm-up), and it ends --run-out after
--to. Events that start outside the range do not count. Devices are judged by
what is known of them now. Choose --to an hour or so in the past: what is still
on its way to the tables is not read.

What came too late for the enricher (recompute_requests) is left out unless
--late is given, so that rules equal to the live ones differ in nothing.

ClickHouse's user needs the rights of the reader. Memory does not depend on the
range, but for what --list is to print. Progress goes to the standard error.`,
		Example: `  # a week, the local stack
  odograph replay --rules candidate.yaml --from 2026-05-04 --to 2026-05-11 --shadow \
    --clickhouse-dsn clickhouse://reader:reader@127.0.0.1:9000/fleet

  # two devices, every difference, as JSON
  odograph replay --rules candidate.yaml --from 2026-05-04 --to 2026-05-05 --shadow \
    --imei 860000000000001,860000000000002 --list --format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			if !cfg.Shadow {
				return errOnlyShadow
			}
			return replay(cmd.Context(), &cfg, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	return cmd
}

func replay(ctx context.Context, cfg *replayConfig, out, progress io.Writer) error {
	b, err := os.ReadFile(cfg.Rules)
	if err != nil {
		return err
	}
	rules, err := derive.ParseRules(b)
	if err != nil {
		return fmt.Errorf("%s: %w", cfg.Rules, err)
	}
	reader, err := openDSN(cfg.DSN())
	if err != nil {
		return err
	}
	defer reader.Close()
	job := shadow.Job{
		Conn: reader, Rules: rules, IMEIs: cfg.IMEI, Near: cfg.Near, WarmUp: cfg.WarmUp, RunOut: cfg.RunOut,
		Sensors: cfg.Sensors, Late: cfg.Late, Keep: cfg.List, Progress: tellProgress(progress),
	}
	job.From, _ = moment(cfg.From) // Validate has read them
	job.To, _ = moment(cfg.To)
	res, err := job.Run(ctx)
	if err != nil {
		return err
	}
	if cfg.Format == "json" {
		return res.WriteJSON(out)
	}
	return res.WriteTable(out)
}

// tellProgress says every few seconds how far it has come.
func tellProgress(out io.Writer) func(shadow.Progress) {
	start := time.Now()
	last := start
	return func(p shadow.Progress) {
		now := time.Now()
		if now.Sub(last) < 2*time.Second {
			return
		}
		last = now
		_, _ = fmt.Fprintf(out, "%d of %d devices, %d of %d fixes, %.0f items/s\n",
			p.Devices, p.AllDevices, p.Fixes, p.AllFixes, float64(p.Items)/now.Sub(start).Seconds())
	}
}
