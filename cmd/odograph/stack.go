package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/internal/stack"
)

// stackCommand starts and stops the local Kafka and ClickHouse.
func stackCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "stack",
		Short: "Start and stop a local Kafka and ClickHouse",
		Long: `Start and stop a local Kafka and ClickHouse, as ordinary processes in the
background. They are downloaded once, checked and cached; data, settings and
logs live in one folder.`,
		Args: cobra.NoArgs,
	}
	dir := cmd.PersistentFlags().String("dir", ".stack", "folder of data, settings and logs")
	cmd.AddCommand(stackUpCommand(dir), stackDownCommand(dir), stackStatusCommand(dir))
	return cmd
}

func stackUpCommand(dir *string) *cobra.Command {
	var o stack.Options
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start what does not run yet, and return when everything answers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			if s, ok, err := stack.FromEnvironment(cmd.Context()); ok || err != nil {
				if err == nil {
					_, _ = fmt.Fprintln(out, "The environment names running servers; nothing to start.")
					printAddresses(out, s)
				}
				return err
			}
			o.Dir = *dir
			o.Log = func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
			s, err := stack.Start(cmd.Context(), o)
			if err != nil {
				return err
			}
			printAddresses(out, s)
			_, _ = fmt.Fprintf(out, "  logs        %s/logs\n", s.Dir())
			return nil
		},
	}
	cmd.Flags().IntVar(&o.KafkaPort, "kafka-port", 9092, "port of the (first) Kafka broker; 0 takes a free one")
	cmd.Flags().IntVar(&o.ClickHousePort, "clickhouse-port", 9000, "port of ClickHouse's native protocol; 0 takes a free one")
	cmd.Flags().IntVar(&o.ClickHouseHTTPPort, "clickhouse-http-port", 8123, "port of ClickHouse's HTTP interface; 0 takes a free one")
	cmd.Flags().IntVar(&o.Brokers, "brokers", 1, "number of Kafka brokers: 1 or 3")
	return cmd
}

func stackDownCommand(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "Stop the stack in good order; its data stays",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := stack.Down(cmd.Context(), *dir); err != nil {
				return err
			}
			_, _ = fmt.Fprintln(cmd.OutOrStdout(), "Stopped.")
			return nil
		},
	}
}

func stackStatusCommand(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Say what runs and answers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			s, err := stack.Open(*dir)
			if errors.Is(err, os.ErrNotExist) {
				_, _ = fmt.Fprintf(out, "No stack in %s.\n", *dir)
				return nil
			}
			if err != nil {
				return err
			}
			for _, e := range s.Status(cmd.Context()) {
				_, _ = fmt.Fprintf(out, "%-12s %s\n", e.Name, e)
			}
			printAddresses(out, s)
			return nil
		},
	}
}

func printAddresses(out io.Writer, s *stack.Stack) {
	_, _ = fmt.Fprintf(out, "  Kafka       %s\n", strings.Join(s.Brokers(), ","))
	_, _ = fmt.Fprintf(out, "  ClickHouse  clickhouse://%s/%s\n", s.ClickHouseAddress(), stack.Database)
	_, _ = fmt.Fprintf(out, "  SQL page    %s/play?user=reader&password=reader\n", s.ClickHouseHTTP())
}
