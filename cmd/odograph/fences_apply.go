package main

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/cmd/odograph/fencing"
	"github.com/odograph/odograph/internal/config"
)

// formFlags are the flags of whatever reads files of fences.
func formFlags(cmd *cobra.Command, form *fencing.Form) {
	fs := cmd.Flags()
	fs.StringVar(&form.IDProperty, "id-property", "", "property of GeoJSON features that is their fence_id (default: fence_id, or the feature's id)")
	fs.StringVar(&form.NameProperty, "name-property", "", "property of GeoJSON features that is their name (default: name)")
	fs.StringVar(&form.IDPrefix, "id-prefix", "", "put before each fence_id")
	fs.StringSliceVar(&form.Ignore, "ignore-property", nil, "properties to leave alone though they look like settings")
	fs.BoolVar(&form.Repair, "repair", false, "close open rings, drop rings of fewer than three points, change latitude and longitude over where only that gives positions, and cut rings that cross themselves (even-odd); says what it did")
}

func fencesApplyCommand() *cobra.Command {
	cfg := definitionConfig{Kafka: config.DefaultKafka()}
	var form fencing.Form
	var flags writeFlags
	var within string
	cmd := &cobra.Command{
		Use:   "apply DIR|FILE…",
		Short: "Bring the fences in line with files",
		Long: `Bring the fences in line with files: GeoJSON (.geojson, .json), YAML (.yaml, .yml)
or WKT (.wkt), and folders of these. The difference is shown first; a second apply
of the same files changes nothing and writes nothing.

A definition that cannot be used is refused by name, the others are applied, and the
exit status is 1; with --strict nothing is applied then. Fences that are in no file
stay, unless --prune is given; nothing is deleted while any definition is refused.

A version holds from --valid-from on, an event time. What lies before it keeps the
events that it has: odograph fences replay works them out anew.`,
		Example: `  odograph fences apply fences/ --dry-run
  odograph fences apply depots.geojson customers.yaml
  odograph fences apply --id-property OBJECTID --name-property zone --id-prefix nyc/ taxi_zones.geojson
  odograph fences apply fences/ --prune --yes                # files are all there is, as in a deployment
  odograph fences apply nyc/ --prune --within nyc/           # all there is among those whose ids begin so`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			if within != "" && !flags.prune {
				return errors.New("--within says what --prune may delete: give both, or none")
			}
			set, err := fencing.Read(paths, form)
			if err != nil {
				return err
			}
			return flags.apply(cmd, &cfg.Kafka, set, within)
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	formFlags(cmd, &form)
	flags.bind(cmd)
	cmd.Flags().BoolVar(&flags.prune, "prune", false, "delete the fences that are in none of the files")
	cmd.Flags().StringVar(&within, "within", "", "with --prune: only those whose ids begin so")
	cmd.Flags().BoolVar(&flags.strict, "strict", false, "apply nothing where a definition is refused")
	return cmd
}

// apply brings the topic in line with a set. Of the fences that are not in it those
// whose ids begin with within are pruned.
func (f *writeFlags) apply(cmd *cobra.Command, cfg *config.Kafka, set *fencing.Set, within string) error {
	if _, err := f.when(time.Now()); err != nil { // before anything is asked
		return err
	}
	if err := set.Print(cmd.OutOrStdout()); err != nil {
		return err
	}
	if f.strict && len(set.Refused) > 0 {
		return fencing.ErrRefused
	}
	topic, err := openFences(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	defer topic.Close()
	var prune func(string) bool
	if f.prune {
		prune = func(id string) bool { return strings.HasPrefix(id, within) }
	}
	plan := topic.PlanSet(set, prune)
	if err := f.carryOut(cmd, topic, plan); err != nil {
		return err
	}
	return set.RefusedError("the others are as they should be")
}

func fencesDeleteCommand() *cobra.Command {
	cfg := definitionConfig{Kafka: config.DefaultKafka()}
	var flags writeFlags
	cmd := &cobra.Command{
		Use:   "delete ID…",
		Short: "Delete fences",
		Long: `Delete fences. From then on they are not there for later fixes; events that were
told stay. A fence that is defined again later goes on counting its versions.`,
		Example: `  odograph fences delete old-yard
  odograph fences delete old-yard north-gate --valid-from 2026-11-01T00:00:00Z --yes`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, ids []string) error {
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			topic, err := openFences(cmd.Context(), &cfg.Kafka)
			if err != nil {
				return err
			}
			defer topic.Close()
			plan, err := topic.PlanDeletion(ids)
			if err != nil {
				return err
			}
			return flags.carryOut(cmd, topic, plan)
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	flags.bind(cmd)
	return cmd
}
