package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/cmd/odograph/history"
	"github.com/odograph/odograph/internal/config"
)

// fencesReplayConfig holds the settings of odograph fences replay.
type fencesReplayConfig struct {
	config.ClickHouse `koanf:",squash"`
	config.Kafka      `koanf:",squash"`

	From   string        `koanf:"from" usage:"events from here on, such as 2026-05-04 or 2026-05-04T12:00:00Z"`
	To     string        `koanf:"to" usage:"and before this"`
	Rules  string        `koanf:"rules" usage:"YAML file with the rules that are in force (empty: the built-in ones)"`
	Yes    bool          `koanf:"yes" usage:"do not ask before writing"`
	DryRun bool          `koanf:"dry_run" usage:"print the difference and write nothing"`
	IMEI   []string      `koanf:"imei" usage:"only these devices, separated by commas"`
	Format string        `koanf:"format" usage:"table or json"`
	List   bool          `koanf:"list" usage:"print every event that differs, and not the first 50"`
	WarmUp time.Duration `koanf:"warm_up" usage:"how long before --from reading begins"`
}

// Validate names every wrong value.
func (c *fencesReplayConfig) Validate() error {
	errs := []error{c.ClickHouse.Validate(), c.Kafka.Validate(), validRange(c.From, c.To)}
	if c.Yes && c.DryRun {
		errs = append(errs, errors.New("want one of --yes and --dry-run"))
	}
	if c.Format != "table" && c.Format != "json" {
		errs = append(errs, config.Invalid("format", c.Format, "table or json"))
	}
	if c.WarmUp < 0 {
		errs = append(errs, config.Invalid("warm_up", c.WarmUp, "0s or more"))
	}
	return errors.Join(errs...)
}

func fencesReplayCommand() *cobra.Command {
	cfg := fencesReplayConfig{ClickHouse: config.DefaultClickHouse(), Kafka: config.DefaultKafka(), Format: "table", WarmUp: 8 * time.Hour}
	cmd := &cobra.Command{
		Use:   "replay ID… --from TIME --to TIME",
		Short: "Find a fence's events in history, after it was drawn or changed",
		Long: `Derive the events of geofences anew from the fixes that are stored, by the newest
version of each fence as if it had held all the time, and with the code of the
enricher. Print in what they differ from geofence_events, ask, and write
corrections to the topic: an upsert or a retraction, with the next revision. Run
again, it finds nothing to do. Of a fence that was deleted all events of the range
are taken back. Events of other fences are not touched.

Only events from --from on and before --to are written. Where a vehicle is inside
at --from, its enter is not among them: take a range that begins before. --to must
not be later than the lateness of the rules and an hour or so ago, since what is
newer the enricher still corrects. Of a fence that is new, and was valid from some
time on, it may be that time: the enricher has nothing of it from before. Whoever
was inside at that time then has an enter of this command and an inside_at_start of
the enricher; run it again some hours later, over that time, and there is one stay.

Read are devices that the fence is there for and that came near it, and those that
have events of it.`,
		Example: `  odograph fences replay depot --from 2026-05-01 --to 2026-06-01 --dry-run
  odograph fences replay depot north-gate --from 2026-05-01 --to 2026-06-01 --yes`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, ids []string) error {
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			return replayFences(cmd.Context(), &cfg, ids, console{cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()})
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	return cmd
}

// almostNow is how far behind now the tables may be.
const almostNow = 5 * time.Minute

func replayFences(ctx context.Context, cfg *fencesReplayConfig, ids []string, c console) error {
	rules, err := readRules(cfg.Rules)
	if err != nil {
		return err
	}
	reader, err := openDSN(cfg.DSN())
	if err != nil {
		return err
	}
	defer reader.Close()
	w, err := openCorrections(cfg.Kafka)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.stored(ctx, c.err); err != nil {
		return err
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	newest, err := history.NewestFences(ctx, reader, ids)
	if err != nil {
		return err
	}
	fences, err := history.NewFenceJob(newest, ids)
	if err != nil {
		return err
	}
	to, _ := moment(cfg.To) // Validate has read them
	from, _ := moment(cfg.From)
	until := latest(rules)
	if began, isNew := fences.Until(); isNew && began.After(until) {
		until = began
		if now := time.Now().Add(-almostNow).UTC().Truncate(time.Second); until.After(now) {
			until = now
		}
	}
	if err := notTooRecent(cfg.To, to, until); err != nil {
		return err
	}
	if err := rulesInForce(ctx, reader, cfg.Rules, rules); err != nil {
		return err
	}
	job := &history.Job{
		Conn: reader, Rules: rules, Book: fences.Book(), IMEIs: cfg.IMEI, From: from, To: to,
		WarmUp: cfg.WarmUp, RunOut: applyRunOut, Late: true, Progress: tellProgress(c.err),
	}
	found, err := job.Correct(ctx, fences)
	if err != nil {
		return err
	}
	if err := sameRules(cfg.Rules, found); err != nil {
		return err
	}
	as := writing{cfg.Format, cfg.List, cfg.Yes}
	if cfg.DryRun {
		return printCorrections(found, as, c.out)
	}
	return apply(ctx, w, found, nil, as, c)
}
