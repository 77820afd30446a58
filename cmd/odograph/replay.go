package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/spf13/cobra"

	"github.com/odograph/odograph/cmd/odograph/history"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/pkg/derive"
)

// replayConfig holds the settings of odograph replay.
type replayConfig struct {
	config.ClickHouse `koanf:",squash"`
	config.Kafka      `koanf:",squash"`

	Rules     string        `koanf:"rules" usage:"YAML file with the rules; what it leaves out has its default"`
	From      string        `koanf:"from" usage:"events that start from here on, such as 2026-05-04 or 2026-05-04T12:00:00Z"`
	To        string        `koanf:"to" usage:"and before this"`
	Shadow    bool          `koanf:"shadow" usage:"only compare; nothing that is stored is changed"`
	Apply     bool          `koanf:"apply" usage:"write what makes the stored events those that the rules find"`
	Requested bool          `koanf:"requested" usage:"in place of --from and --to: the devices and times of the recompute requests that are open"`
	Yes       bool          `koanf:"yes" usage:"do not ask before writing"`
	IMEI      []string      `koanf:"imei" usage:"only these devices, separated by commas"`
	Format    string        `koanf:"format" usage:"table or json"`
	List      bool          `koanf:"list" usage:"also each event that was added, lost or moved"`
	Near      time.Duration `koanf:"near" usage:"with --shadow, events of one kind that do not overlap and are at most this far apart are one that moved"`
	WarmUp    time.Duration `koanf:"warm_up" usage:"how long before --from reading begins; with --requested, also how long before a late item events are looked at"`
	RunOut    time.Duration `koanf:"run_out" usage:"how long after --to reading ends; with --requested, also how long after a late item events are looked at"`
	Sensors   time.Duration `koanf:"sensors_warm_up" usage:"how long before --from the reading of fuel, temperature and trouble codes begins"`
	Late      bool          `koanf:"late" usage:"with --shadow, also read what came too late for the enricher"`
}

func defaultReplayConfig() replayConfig {
	return replayConfig{
		ClickHouse: config.DefaultClickHouse(), Kafka: config.DefaultKafka(), Format: "table",
		Near: 15 * time.Second, WarmUp: 8 * time.Hour, RunOut: 2 * time.Hour, Sensors: 7 * 24 * time.Hour,
	}
}

// Validate names every wrong value.
func (c *replayConfig) Validate() error {
	errs := []error{c.ClickHouse.Validate()}
	if c.Apply {
		errs = append(errs, c.Kafka.Validate())
	}
	if c.Apply && c.Near != defaultReplayConfig().Near {
		errs = append(errs, config.Invalid("near", c.Near, "none with --apply, which compares by identity"))
	}
	if c.Apply && c.Late {
		errs = append(errs, config.Invalid("late", c.Late, "none with --apply, which always reads what came too late"))
	}
	if c.Shadow == c.Apply {
		errs = append(errs, errors.New("want one of --shadow, which only compares, and --apply, which writes corrections"))
	}
	switch {
	case !c.Requested:
		errs = append(errs, validRange(c.From, c.To))
	case !c.Apply:
		errs = append(errs, errors.New("--requested goes with --apply"))
	case c.From != "" || c.To != "":
		errs = append(errs, errors.New("--requested takes the times from the requests: leave --from and --to out"))
	}
	if c.Rules == "" && c.Shadow {
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

// validRange checks --from and --to.
func validRange(from, to string) error {
	start, err := moment(from)
	if err != nil {
		err = config.Invalid("from", from, err.Error())
	}
	end, err2 := moment(to)
	if err2 != nil {
		return errors.Join(err, config.Invalid("to", to, err2.Error()))
	}
	if !end.After(start) {
		return errors.Join(err, config.Invalid("to", to, "a time after --from"))
	}
	return err
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
	cmd := &cobra.Command{
		Use:   "replay --from TIME --to TIME --rules FILE --shadow | --apply",
		Short: "Derive history anew: to try rules before they go live, or to correct what is stored",
		Long:  replayHelp,
		Example: `  # what candidate rules would change in a week, the local stack
  odograph replay --rules candidate.yaml --from 2026-05-04 --to 2026-05-11 --shadow \
    --clickhouse-dsn clickhouse://reader:reader@127.0.0.1:9000/fleet

  # two devices, every difference, as JSON
  odograph replay --rules candidate.yaml --from 2026-05-04 --to 2026-05-05 --shadow \
    --imei 860000000000001,860000000000002 --list --format json

  # take in what came too late for the enricher, with the rules that are in force
  odograph replay --apply --requested --rules rules.yaml

  # a day by the rules that hold now
  odograph replay --apply --from 2026-05-04 --to 2026-05-05 --rules rules.yaml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			if cfg.Shadow {
				return replayShadow(cmd.Context(), &cfg, cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			return replayApply(cmd.Context(), &cfg, console{cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()})
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	return cmd
}

const replayHelp = `Run rules over the fixes, alarms, heartbeats, OBD readings, sensors and trouble
codes that are stored, with the code of the enricher and the geofences as they
were, and compare the events with those that are stored: in driving_events, trips,
stops, condition_events and geofence_events.

So that the detectors know what goes on, reading begins --warm-up before --from
(for sensors and trouble codes --sensors-warm-up), and it ends --run-out after
--to. Devices are judged by what is known of them now. ClickHouse's user needs
the rights of the reader. Progress goes to the standard error.

--shadow prints the difference and changes nothing:

  same    with the same start, end, severity and size (to 1 %)
  moved   overlapping or at most --near apart, otherwise not the same
  added   found by the candidate only
  lost    stored only

What came too late for the enricher (recompute_open) is left out unless --late is
given, so that rules equal to the live ones differ in nothing. Choose --to an hour
or so in the past: what is still on its way to the tables is not read. Memory does
not depend on the range, but for what --list is to print.

--apply derives with all that is stored, prints the difference event by event
(moved: with other values), asks, and writes corrections to the topics, which the
sink stores: an upsert or a retraction, with the next revision. Run again, it finds
nothing to do. Give the rules that are in force (--rules, or ODOGRAPH_RULES as the
enrichers have it); without, they are the built-in ones. Reading ends at least 24 h
after --to, and where that does not say how an event began or ended, more of the
device is read on both sides, up to 512 times as far. An event that looks the same
on both sides of the list is printed with the members in which it differs.

- Only events that start from --from on and before --to are written. One that
  begins before --from is not touched; what contradicts it is left, and said.
- --to must not be later than the lateness of the rules and an hour or so ago. What
  is newer the enricher still corrects, by revisions that it counts itself. The
  same goes for what is the newest of a device that is silent, and for what has
  not ended: that is left, and said.
- Events that were found with other rules have other ids. They are taken back, and
  those of these rules are new.
- A trip whose driver no card and no sign-in names keeps the one that it is stored
  with: the device's definition says who drives now.
- Events that odograph fences replay wrote, by a version of a fence that did not
  hold yet at their time, stay as they are, and so does what is around them. How
  many is said; odograph fences replay works them out anew.
- Do not let two of these commands write at a time.

--apply --requested does so for the devices and times of recompute_open: from
--warm-up before each late item to --run-out after it, and from earlier where a
stop of days lies there. Requests of which nothing had to be left go to
recompute_done; the others stay open until the next time.`

func readRules(file string) (*derive.Rules, error) {
	if file == "" {
		return derive.DefaultRules(), nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	rules, err := derive.ParseRules(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return rules, nil
}

// job is what the settings ask for, with the geofences as they are stored.
func (c *replayConfig) job(ctx context.Context, reader clickhouse.Conn, progress io.Writer) (*history.Job, error) {
	rules, err := readRules(c.Rules)
	if err != nil {
		return nil, err
	}
	book, valid, err := history.ReadBook(ctx, reader, func(err error) { _, _ = fmt.Fprintln(progress, "left out, as enrichers do:", err) })
	if err != nil {
		return nil, err
	}
	job := &history.Job{
		Conn: reader, Rules: rules, Book: book, Valid: valid, IMEIs: c.IMEI, Near: c.Near, WarmUp: c.WarmUp, RunOut: c.RunOut,
		Sensors: c.Sensors, Late: c.Late, Keep: c.List, Progress: tellProgress(progress),
	}
	job.From, _ = moment(c.From) // Validate has read them
	job.To, _ = moment(c.To)
	return job, nil
}

func replayShadow(ctx context.Context, cfg *replayConfig, out, progress io.Writer) error {
	reader, err := openDSN(cfg.DSN())
	if err != nil {
		return err
	}
	defer reader.Close()
	job, err := cfg.job(ctx, reader, progress)
	if err != nil {
		return err
	}
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
func tellProgress(out io.Writer) func(history.Progress) {
	start := time.Now()
	last := start
	return func(p history.Progress) {
		now := time.Now()
		if now.Sub(last) < 2*time.Second {
			return
		}
		last = now
		_, _ = fmt.Fprintf(out, "%d of %d devices, %d of %d fixes, %.0f items/s\n",
			p.Devices, p.AllDevices, p.Fixes, p.AllFixes, float64(p.Items)/now.Sub(start).Seconds())
	}
}
