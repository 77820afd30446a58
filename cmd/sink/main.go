// Command sink stores the enriched topics in ClickHouse, each record exactly
// once in effect.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/run"
)

// stopDeadline is longer than an insert.
const stopDeadline = 90 * time.Second

func main() {
	if err := command().ExecuteContext(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "sink:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	cfg := DefaultConfig()
	cmd := &cobra.Command{
		Use:           "sink",
		Version:       run.Version(),
		Short:         "Store the enriched topics in ClickHouse",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := config.Load(cmd.Flags(), "sink", &cfg); err != nil {
				return err
			}
			if check, _ := cmd.Flags().GetBool("check"); check {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "settings are fine")
				return err
			}
			return serve(cmd.Context(), cfg)
		},
	}
	config.Bind(cmd.Flags(), "sink", &cfg)
	return cmd
}

func serve(ctx context.Context, cfg Config) error {
	log := run.Logger(os.Stderr, cfg.LogLevel, "sink")
	reg := run.NewRegistry()
	ready := run.NewReadiness(checkTopics, checkAssignment, checkClickHouse, checkLag)
	sink, err := NewSink(cfg, log, reg, ready)
	if err != nil {
		return err
	}
	return run.Run(ctx, log, stopDeadline,
		run.Admin(cfg.AdminListen, reg, ready, log),
		run.Part{Name: "sink", Run: sink.Run},
	)
}
