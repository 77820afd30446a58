package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

func devicesCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "devices", Short: "Look after devices", Args: cobra.NoArgs}
	cfg := defaultPlatformConfig()
	locate := &cobra.Command{
		Use:   "locate IMEI…",
		Short: "Ask the platform where devices are now",
		Long: `Ask the platform for the latest position of any number of devices, print it, and
put it into the pipeline beside all others (source location_get).`,
		Example: "  odograph devices locate 860000000000001 860000000000002",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, imeis []string) error {
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			return locateDevices(cmd.Context(), &cfg, imeis, cmd.OutOrStdout())
		},
	}
	config.Bind(locate.Flags(), "odograph", &cfg)
	cmd.AddCommand(locate, devicesShowCommand(), devicesSetCommand())
	return cmd
}

func locateDevices(ctx context.Context, cfg *platformConfig, imeis []string, out io.Writer) error {
	caller, closeAll, err := openPlatform(ctx, cfg)
	if err != nil {
		return err
	}
	defer closeAll()
	var rows []json.RawMessage
	var records []keyed
	err = openapi.Each(ctx, caller.client, &openapi.LocationGet, openapi.LocationGetParams{IMEIs: imeis}, func(r openapi.Row[openapi.Location]) error {
		rows = append(rows, r.JSON)
		records = append(records, keyed{r.IMEI, r.JSON})
		return nil
	})
	if err != nil {
		return err
	}
	if err := caller.put(ctx, "poll.location_get", schema.SourceLocationGet, records); err != nil {
		return fmt.Errorf("the positions could not be put into the pipeline: %w", err)
	}
	return printRows(out, rows)
}
