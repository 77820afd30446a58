// Command enricher decodes raw records, finds repeats, flags what is doubtful,
// and writes enriched records, dead letters and its own state in Kafka
// transactions.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/run"
)

func main() {
	if err := command().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "enricher:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	cfg := DefaultConfig()
	cmd := &cobra.Command{
		Use:     "enricher",
		Version: run.Version(),
		Short:   "Decode raw records into fixes, heartbeats, sessions, alarms and messages, exactly once",
		Example: `  enricher --kafka-brokers kafka1:9092,kafka2:9092
  enricher --config odograph.yaml --check`,
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := config.Load(cmd.Flags(), "enricher", &cfg); err != nil {
				return err
			}
			if check, _ := cmd.Flags().GetBool("check"); check {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "settings are valid")
				return err
			}
			return start(cmd.Context(), &cfg)
		},
	}
	config.Bind(cmd.Flags(), "enricher", &cfg)
	return cmd
}

func start(ctx context.Context, cfg *Config) error {
	log := run.Logger(os.Stderr, cfg.LogLevel, "enricher")
	reg := run.NewRegistry()
	ready := run.NewReadiness("assignment", "restore", "definitions", "fences")
	e, err := newEnricher(cfg, log, reg, ready)
	if err != nil {
		return err
	}
	return run.Run(ctx, log, cfg.StopTimeout,
		run.Admin(cfg.AdminListen, reg, ready, log),
		run.Part{Name: "enricher", Run: e.Run},
	)
}
