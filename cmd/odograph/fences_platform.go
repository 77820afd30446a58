package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/cmd/odograph/fencing"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

func fencesImportCommand() *cobra.Command {
	cfg := defaultPlatformConfig()
	var flags writeFlags
	var i fenceImport
	cmd := &cobra.Command{
		Use:   "import --from-platform",
		Short: "Take over the fences of an account on the platform",
		Long: `Take over the fences of an account on the platform: circles and polygons, the devices
that are bound to them, and what the platform alarms about. Their ids here are
platform/ACCOUNT/ID. The difference is shown first; a second import changes nothing.

in and out become the events enter and exit, a stay inside of up to 7 days becomes
dwell; what cannot be taken over (a stay outside, descriptions) is named. A fence to
which no device is bound watches none there, and is left out unless --unbound says
that it is to be there for all devices. In China the platform may hold shifted
coordinates (GCJ-02): they are taken as they are.

The pipeline's account is used, with the pipeline's token.`,
		Example: `  odograph fences import --from-platform --dry-run
  odograph fences import --from-platform --account demo-sub --prune
  odograph fences import --from-platform --out fences/       # as files, to look at and to keep`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !i.fromPlatform {
				return errors.New("from where? --from-platform takes the fences of the account on the platform; files go in by odograph fences apply")
			}
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			return i.run(cmd, &cfg, &flags)
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	fs := cmd.Flags()
	fs.BoolVar(&i.fromPlatform, "from-platform", false, "from the platform, by its API")
	fs.StringVar(&i.account, "account", "", "the platform's account whose fences are meant (default: the one that calls)")
	fs.StringVar(&i.prefix, "prefix", "", "of the ids here (default: platform/ACCOUNT/)")
	fs.BoolVar(&i.unbound, "unbound", false, "also take fences to which no device is bound; here they are there for all devices")
	fs.StringVar(&i.dir, "out", "", "folder to write a file of GeoJSON into, in place of the topic")
	flags.bind(cmd)
	fs.BoolVar(&flags.prune, "prune", false, "delete fences of the prefix that the platform has no more")
	fs.BoolVar(&flags.strict, "strict", false, "take nothing where a fence is refused")
	return cmd
}

// A fenceImport is one run of the command.
type fenceImport struct {
	fromPlatform, unbound bool
	account, prefix, dir  string
}

func (i *fenceImport) run(cmd *cobra.Command, cfg *platformConfig, flags *writeFlags) error {
	caller, closeAll, err := openPlatform(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	defer closeAll()
	account := caller.fencesOf(i.account)
	if i.prefix == "" {
		i.prefix = fencing.PlatformPrefix(account)
	}
	list, refused, err := fencing.PlatformFences(cmd.Context(), caller.client, account)
	if err != nil {
		return err
	}
	set := fencing.FromPlatform(list, i.prefix, i.unbound)
	set.Refused = append(refused, set.Refused...)
	if i.dir == "" {
		return flags.apply(cmd, &cfg.Kafka, set, i.prefix)
	}
	return i.write(cmd.OutOrStdout(), account, set, flags.strict)
}

// write makes a file of the set.
func (i *fenceImport) write(out io.Writer, account string, set *fencing.Set, strict bool) error {
	if err := set.PrintCheck(out); err != nil {
		return err
	}
	if strict && len(set.Refused) > 0 {
		return fencing.ErrRefused
	}
	if err := os.MkdirAll(i.dir, 0o755); err != nil {
		return err
	}
	fences := make([]*schema.Fence, len(set.Definitions))
	for n := range set.Definitions {
		fences[n] = &set.Definitions[n].Fence
		fences[n].Version = 0 // is for the topic to give
	}
	path := filepath.Join(i.dir, "platform-"+strings.Map(fileLetter, account)+".geojson")
	if err := toFile(path, out, func(w io.Writer) error { return fencing.WriteGeoJSON(w, fences) }); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%d fences written to %s\n", len(fences), path); err != nil {
		return err
	}
	return set.RefusedError("the others are in the file")
}

func fileLetter(r rune) rune {
	if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
		return '_'
	}
	return r
}

// fencesOf is the account whose fences are meant.
func (c *platformCaller) fencesOf(asked string) string {
	for _, name := range []string{asked, c.account.Target} {
		if name != "" {
			return name
		}
	}
	return c.account.User
}

// exportConfig holds the settings of odograph fences export. The platform's matter
// only where it goes there.
type exportConfig struct {
	platformConfig `koanf:",squash"`
	toPlatform     bool
}

// Validate names every wrong value.
func (c *exportConfig) Validate() error {
	if !c.toPlatform {
		return c.Kafka.Validate()
	}
	return c.platformConfig.Validate()
}

func fencesExportCommand() *cobra.Command {
	cfg := exportConfig{platformConfig: defaultPlatformConfig()}
	var x fenceExport
	cmd := &cobra.Command{
		Use:   "export [ID…]",
		Short: "Write fences to a file, or make them on the platform",
		Long: `Write fences to a file, or make them on the platform.

--format geojson gives a file that odograph fences apply reads; wkt gives lines of id,
tab and WKT; platform gives lines of id, tab, lat,lng#lat,lng…, tab and radius in m.
What a form cannot hold is refused by name, and the exit status is 1.

--to-platform makes the named fences on the platform, or changes them, and binds their
devices. A fence that came from there (platform/ACCOUNT/ID) is the one that is changed;
any other is the one of the same name in the account, since the platform has no place
for our id. The platform holds polygons without holes and circles of 200 to 5000 m,
watches listed devices only, and never unbinds one. What is there afterwards is read
back and compared. Use an account of your own (ODOGRAPH_OPERATOR_USER and the others);
each call leaves two records in the messages.`,
		Example: `  odograph fences export --format geojson > all.geojson
  odograph fences export depot yard --format wkt --out depots.wkt
  odograph fences export depot --to-platform --dry-run
  odograph fences export depot --to-platform --bind 860000000000001,860000000000002`,
		RunE: func(cmd *cobra.Command, ids []string) error {
			cfg.toPlatform = x.toPlatform
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			if x.toPlatform {
				return x.call(cmd, &cfg.platformConfig, ids)
			}
			return x.write(cmd, &cfg.Kafka, ids)
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	fs := cmd.Flags()
	fs.StringVar(&x.format, "format", "", "geojson, wkt or platform")
	fs.StringVar(&x.out, "out", "", "file to write (default: standard output)")
	fs.BoolVar(&x.toPlatform, "to-platform", false, "make them on the platform")
	fs.StringVar(&x.account, "account", "", "the platform's account that gets them (default: the one that calls)")
	fs.StringSliceVar(&x.bind, "bind", nil, "devices to bind to fences that are for all devices or for groups")
	fs.BoolVar(&x.yes, "yes", false, "do not ask")
	fs.BoolVar(&x.dryRun, "dry-run", false, "show what would be done and stop")
	fs.BoolVar(&x.pipeline, "allow-pipeline-credentials", false, "permit changes with the pipeline's own account")
	fs.BoolVar(&x.noAudit, "no-audit", false, "leave no records of the changes")
	cmd.MarkFlagsMutuallyExclusive("format", "to-platform")
	cmd.MarkFlagsOneRequired("format", "to-platform")
	return cmd
}

// A fenceExport is one run of the command.
type fenceExport struct {
	format, out, account                       string
	bind                                       []string
	toPlatform, yes, dryRun, pipeline, noAudit bool
}

func (x *fenceExport) write(cmd *cobra.Command, cfg *config.Kafka, ids []string) error {
	forms := map[string]func(io.Writer, []*schema.Fence) ([]error, error){
		"geojson": func(w io.Writer, list []*schema.Fence) ([]error, error) { return nil, fencing.WriteGeoJSON(w, list) },
		"wkt":     fencing.WriteWKT, "platform": fencing.WritePlatform,
	}
	write := forms[x.format]
	if write == nil {
		return fmt.Errorf("--format is %q: want geojson, wkt or platform", x.format)
	}
	return lookAtFences(cmd, cfg, ids, false, func(list []*fencing.State, out io.Writer) error {
		var refused []error
		err := toFile(x.out, out, func(w io.Writer) (err error) {
			refused, err = write(w, records(list))
			return err
		})
		if err == nil && len(refused) > 0 {
			err = fmt.Errorf("%d of %d fences are not in it:\n%w", len(refused), len(list), errors.Join(refused...))
		}
		return err
	})
}

// call makes fences on the platform.
func (x *fenceExport) call(cmd *cobra.Command, cfg *platformConfig, ids []string) error {
	if len(ids) == 0 {
		return errors.New("which fences? Name them: odograph fences export ID… --to-platform")
	}
	if cfg.OperatorUser == "" && !x.pipeline && !x.dryRun {
		return errors.New("this changes something on the platform, and the account is the pipeline's: use one of your own (ODOGRAPH_OPERATOR_USER, _PASSWORD_MD5) or add --allow-pipeline-credentials")
	}
	topic, err := openFences(cmd.Context(), &cfg.Kafka)
	if err != nil {
		return err
	}
	defer topic.Close()
	list, err := topic.Select(ids, false)
	if err != nil {
		return err
	}
	caller, closeAll, err := openPlatform(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	defer closeAll()
	account := caller.fencesOf(x.account)
	there, unread, err := fencing.PlatformFences(cmd.Context(), caller.client, account)
	if err != nil {
		return err
	}
	exports, refused := fencing.ToPlatform(records(list), there, account, x.bind)
	set := fencing.Set{Refused: refused}
	for _, r := range unread { // what is there may be the one of a name
		set.Notes = append(set.Notes, r.Err.Error())
	}
	if err := set.Print(cmd.OutOrStdout()); err != nil {
		return err
	}
	if err := fencing.PrintExports(cmd.OutOrStdout(), exports); err != nil {
		return err
	}
	if err := x.carryOut(cmd, caller, account, exports); err != nil {
		return err
	}
	return set.RefusedError("the others are as they should be")
}

func (x *fenceExport) carryOut(cmd *cobra.Command, caller *platformCaller, account string, exports []fencing.Export) error {
	changes := 0
	for i := range exports {
		if len(exports[i].What) > 0 {
			changes++
		}
	}
	if changes == 0 || x.dryRun {
		return nil
	}
	if err := confirm(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), fmt.Sprintf("Make or change %d fences of the account %s on the platform?", changes, account), x.yes); err != nil {
		return err
	}
	var errs []error
	for i := range exports {
		e := &exports[i]
		if len(e.What) == 0 {
			continue
		}
		err := e.Do(account, func(method string, params map[string]string) (string, error) {
			return caller.change(cmd.Context(), method, params, !x.noAudit)
		})
		if err == nil {
			err = verifyExport(cmd.Context(), caller, e)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("fence %q: %w", e.ID, err))
			continue
		}
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s is the platform's %s, %d devices bound\n", e.ID, e.PlatformID, e.Bound()); err != nil {
			return err
		}
	}
	return errors.Join(errs...)
}

func verifyExport(ctx context.Context, caller *platformCaller, e *fencing.Export) error {
	now, err := openapi.Call(ctx, caller.client, &openapi.FenceDetail, openapi.FenceDetailParams{ID: e.PlatformID})
	if err != nil {
		return fmt.Errorf("it was made on the platform as %s, and could not be read back: %w", e.PlatformID, err)
	}
	return e.Verify(&now)
}

// change calls a method that changes something, and gives the only value of its
// answer.
func (c *platformCaller) change(ctx context.Context, method string, params map[string]string, audit bool) (value string, err error) {
	m, ok := openapi.Lookup(method)
	if !ok {
		return "", fmt.Errorf("the platform has no method %q", method)
	}
	call := apiCall{method: m, info: m.Info(), params: maps.Clone(params)}
	err = call.do(ctx, c, audit, func(row json.RawMessage) error {
		value = jimi.Text(row)
		return nil
	})
	return value, err
}
