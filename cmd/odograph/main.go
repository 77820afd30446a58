// Command odograph is the operator's command.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	version "github.com/odograph/odograph/internal/run"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := rootCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "odograph:", err)
		return 1
	}
	return 0
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "odograph",
		Version:       version.Version(),
		Short:         "Operate an Odograph pipeline",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(setupCommand(), apiCommand(), devicesCommand(), fencesCommand(), auditCommand(), deadLettersCommand(), rulesCommand(), replayCommand(), healthCommand(), stackCommand(), simulateCommand(), demoCommand())
	return root
}
