// Command collector takes the platform's pushes and answers once their items
// are durable, in Kafka or in its local spool, and polls for what the pushes do
// not bring.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/cmd/collector/poll"
	"github.com/odograph/odograph/cmd/collector/spool"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/run"
)

func main() {
	if err := command().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "collector:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	cfg := DefaultConfig()
	cmd := &cobra.Command{
		Use:     "collector",
		Version: run.Version(),
		Short:   "Take the platform's pushes into Kafka, losing nothing that was answered",
		Example: `  ODOGRAPH_PUSH_TOKENS=secret collector --kafka-brokers kafka1:9092,kafka2:9092
  collector --config odograph.yaml --check
  curl -d 'token=secret' --data-urlencode 'data_list=[{"deviceImei":"…","gpsTime":"2026-03-02 09:59:00","lat":1,"lng":2}]' http://127.0.0.1:8080/pushgps`,
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := config.Load(cmd.Flags(), "collector", &cfg); err != nil {
				return err
			}
			if check, _ := cmd.Flags().GetBool("check"); check {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "settings are valid")
				return err
			}
			return start(cmd.Context(), &cfg)
		},
	}
	config.Bind(cmd.Flags(), "collector", &cfg)
	return cmd
}

func start(ctx context.Context, cfg *Config) error {
	log := run.Logger(os.Stderr, cfg.LogLevel, "collector")
	reg := run.NewRegistry()
	opts, err := kafka.Options(cfg.Kafka, "odograph-collector-"+cfg.Instance, log, reg)
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(append(opts, producerOptions()...)...)
	if err != nil {
		return err
	}
	sp, err := spool.Open(spool.OS(), cfg.SpoolDir, cfg.SpoolMaxBytes, log)
	if err != nil {
		return fmt.Errorf("spool_dir %s: %w", cfg.SpoolDir, err)
	}
	m, ready := newMetrics(reg), run.NewReadiness()
	m.spoolLimit.Set(float64(cfg.SpoolMaxBytes))
	in := newIntake(cfg, client, sp, log, m, ready)
	hook, err := newWebhook(cfg, in, log, m)
	if err != nil {
		return err
	}
	if cfg.PushInsecure {
		log.Warn("push_insecure is on: every push is accepted, whoever sends it")
	}
	parts := []run.Part{run.Admin(cfg.AdminListen, reg, ready, log), in.drain()}
	if accounts := cfg.Poll.All(); len(accounts) > 0 {
		poller, err := poll.New(&cfg.Poll, cfg.Kafka, cfg.Instance, hook.boot, log, reg)
		if err != nil {
			return err
		}
		parts = append(parts, poller.Part())
	} else {
		log.Info("no account is set, nothing is polled (ODOGRAPH_TRACKSOLID_URL and the others name one)")
	}
	return run.Run(ctx, log, cfg.StopTimeout, append(parts, hook.serve())...)
}
