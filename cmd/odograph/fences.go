package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/cmd/odograph/fencing"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
)

func fencesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fences",
		Short: "Define geofences, look at them, and share them with the platform",
		Long: `Define geofences, look at them, and share them with the platform.

Fences live in the compacted topic fences.v1. What is written there is live in all
enrichers within seconds, without a restart, and in ClickHouse's tables fences
(latest) and fence_versions (all). Each change of a fence is a new version of it,
which holds from an event time on; every event names the version it was found by.
docs/geofences.md shows the forms of files.`,
		Example: `  odograph fences check fences/                  # what is wrong, without Kafka
  odograph fences apply fences/                  # shows the difference, asks, writes it
  odograph fences list
  odograph fences import --from-platform         # the fences of the account`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(fencesApplyCommand(), fencesListCommand(), fencesShowCommand(), fencesDeleteCommand(), fencesCheckCommand(), fencesImportCommand(), fencesExportCommand(), fencesReplayCommand())
	return cmd
}

// openFences connects to the topic and reads it.
func openFences(ctx context.Context, cfg *config.Kafka) (*fencing.Topic, error) {
	opts, err := kafka.Options(*cfg, "odograph-fences", slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return nil, err
	}
	topic, err := fencing.Open(opts, cfg.TopicPrefix)
	if err != nil {
		return nil, err
	}
	if err := topic.Read(ctx); err != nil {
		topic.Close()
		return nil, err
	}
	return topic, nil
}

// writeFlags are the flags of whatever writes definitions.
type writeFlags struct {
	yes, dryRun, strict, prune bool
	validFrom                  string
}

func (f *writeFlags) bind(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "show the difference and stop")
	cmd.Flags().StringVar(&f.validFrom, "valid-from", "", "event time from which it holds, such as 2026-11-01T00:00:00Z, or always (default: 5 s from now, so that all enrichers know it by then)")
}

// lead is how long before a version holds it is written.
const lead = 5 * time.Second

// when reads --valid-from.
func (f *writeFlags) when(now time.Time) (fencing.When, error) {
	switch f.validFrom {
	case "":
		return fencing.When{At: now.Add(lead).Truncate(time.Second)}, nil
	case "always":
		return fencing.When{Always: true}, nil
	}
	at, err := time.Parse(time.RFC3339, f.validFrom)
	if err != nil {
		return fencing.When{}, fmt.Errorf("--valid-from is %q: want a time such as 2026-11-01T00:00:00Z, or always", f.validFrom)
	}
	return fencing.When{At: at.Truncate(time.Second)}, nil
}

// carryOut shows a plan, asks, and writes it.
func (f *writeFlags) carryOut(cmd *cobra.Command, topic *fencing.Topic, plan *fencing.Plan) error {
	out := cmd.OutOrStdout()
	when, err := f.when(time.Now())
	if err != nil {
		return err
	}
	plan.Date(when, time.Now())
	if err := plan.Print(out); err != nil {
		return err
	}
	if len(plan.Changes) == 0 || f.dryRun {
		return nil
	}
	if err := confirm(cmd.Context(), cmd.InOrStdin(), out, fmt.Sprintf("Write what is shown above, %d in all?", len(plan.Changes)), f.yes); err != nil {
		return err
	}
	if when, err = f.when(time.Now()); err != nil { // asking took its time
		return err
	}
	if err := topic.Write(cmd.Context(), plan, when); err != nil {
		return err
	}
	from := "at any time"
	if !when.Always {
		from = "from " + when.At.UTC().Format(time.RFC3339) + " on, by the time of the fixes"
	}
	_, err = fmt.Fprintf(out, "%d definitions written; they hold %s\n", len(plan.Changes), from)
	return err
}

// toFile writes to a file, or to out where path is empty. A file that is there is
// replaced when everything has been written.
func toFile(path string, out io.Writer, write func(io.Writer) error) error {
	if path == "" {
		return write(out)
	}
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	err = errors.Join(write(w), w.Flush(), f.Close())
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return os.Rename(f.Name(), path)
}
