package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/cmd/odograph/fencing"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/pkg/schema"
)

func fencesListCommand() *cobra.Command {
	cfg := definitionConfig{Kafka: config.DefaultKafka()}
	var format string
	var all bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the fences",
		Long: `List the fences as the topic has them: id, version, name, form and size, for which
devices, from when on, and which events are told. --format json gives the records,
one a line; geojson gives a file that odograph fences apply reads.`,
		Example: `  odograph fences list
  odograph fences list --all                     # also those that were deleted
  odograph fences list --format geojson > all.geojson`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			return lookAtFences(cmd, &cfg.Kafka, nil, all, func(list []*fencing.State, out io.Writer) error {
				return writeFences(list, format, out)
			})
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	cmd.Flags().StringVar(&format, "format", "table", "table, json or geojson")
	cmd.Flags().BoolVar(&all, "all", false, "also those that were deleted")
	return cmd
}

// lookAtFences reads the topic and gives the fences of these ids, or all.
func lookAtFences(cmd *cobra.Command, cfg *config.Kafka, ids []string, deleted bool, do func([]*fencing.State, io.Writer) error) error {
	topic, err := openFences(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	defer topic.Close()
	list, err := topic.Select(ids, deleted)
	if err != nil {
		return err
	}
	return do(list, cmd.OutOrStdout())
}

func writeFences(list []*fencing.State, format string, out io.Writer) error {
	switch format {
	case "table":
		return fencing.WriteTable(out, list)
	case "json":
		for _, s := range list {
			b, err := json.Marshal(&s.Fence)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(out, "%s\n", b); err != nil {
				return err
			}
		}
		return nil
	case "geojson":
		return fencing.WriteGeoJSON(out, records(list))
	}
	return fmt.Errorf("--format is %q: want table, json or geojson", format)
}

// records are the definitions of fences that are there.
func records(list []*fencing.State) []*schema.Fence {
	out := make([]*schema.Fence, 0, len(list))
	for _, s := range list {
		if s.There() {
			out = append(out, &s.Fence)
		}
	}
	return out
}

func fencesShowCommand() *cobra.Command {
	cfg := definitionConfig{Kafka: config.DefaultKafka()}
	cmd := &cobra.Command{
		Use:   "show ID…",
		Short: "Show how fences are defined",
		Long: `Show how fences are defined, as YAML that odograph fences apply reads; what is known
beside it stands in comments.`,
		Example: `  odograph fences show depot
  odograph fences show depot > depot.yaml        # to change it and apply it again`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, ids []string) error {
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			return lookAtFences(cmd, &cfg.Kafka, ids, true, func(list []*fencing.State, out io.Writer) error {
				for _, s := range list {
					if err := fencing.WriteYAML(out, s); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	return cmd
}

func fencesCheckCommand() *cobra.Command {
	var form fencing.Form
	var cover string
	resolution := -1
	cmd := &cobra.Command{
		Use:   "check FILE|DIR…",
		Short: "Say what is wrong in files of fences, and draw how H3 cells cover them",
		Long: `Say what is wrong in files of fences, by file and place, and what is probably not
meant: fences so small that positions bounce over their edges, the same area drawn
twice, latitude and longitude changed over. It needs no Kafka. Exit status 1: a
definition cannot be used. Warnings alone do not fail.

--cover draws each fence and the H3 cells that cover it into a file that any map
opens: cells with "at": "inside" lie wholly inside, those with "at": "edge" may be
met by its edge, where the exact shape decides.`,
		Example: `  odograph fences check fences/
  odograph fences check depots.geojson --cover cover.geojson
  odograph fences check depots.geojson --cover cover.geojson --resolution 9`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			if resolution < -1 || resolution > 15 {
				return fmt.Errorf("--resolution is %d: want 0 to 15", resolution)
			}
			set, err := fencing.Read(paths, form)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if err := set.PrintCheck(out); err != nil {
				return err
			}
			if cover != "" {
				if err := writeCover(set, cover, resolution, out); err != nil {
					return err
				}
			}
			return set.RefusedError("the others are fine")
		},
	}
	formFlags(cmd, &form)
	cmd.Flags().StringVar(&cover, "cover", "", "file to draw the cells into, GeoJSON")
	cmd.Flags().IntVar(&resolution, "resolution", -1, "of the cells, 0 to 15 (-1: for each fence the finest up to 12 that has not too many)")
	return cmd
}

func writeCover(set *fencing.Set, path string, resolution int, out io.Writer) error {
	text, skipped, err := set.Cover(resolution)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, text, 0o644); err != nil { //nolint:gosec // G306: a drawing for anybody
		return err
	}
	for _, s := range skipped {
		if _, err := fmt.Fprintf(out, "not drawn: %s\n", s); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(out, "cover of %d fences written to %s\n", len(set.Definitions)-len(skipped), path); err != nil {
		return err
	}
	if len(skipped) > 0 {
		return fmt.Errorf("%d fences were not drawn, see above", len(skipped))
	}
	return nil
}
