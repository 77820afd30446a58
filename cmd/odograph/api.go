package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

// apiFlags are the flags of odograph api.
type apiFlags struct {
	list, json, yes, pipeline, noAudit bool
}

func apiCommand() *cobra.Command {
	cfg := defaultPlatformConfig()
	var f apiFlags
	cmd := &cobra.Command{
		Use:   "api [METHOD key=value…]",
		Short: "Call any method of the platform",
		Long: `Call any method of the platform and print its rows. Lists of devices are
separated by commas and may be of any length, times are in UTC and may span any
length: what exceeds the method's limits goes out as several calls.

The pipeline's account is used, with the pipeline's token. A method that changes
something needs --yes and an account of the operator's own (ODOGRAPH_OPERATOR_USER
and the others), and leaves two records in the messages: what was about to be
done, and what came of it.`,
		Example: `  odograph api --list
  odograph api jimi.user.device.list
  odograph api jimi.device.track.list imei=860000000000001 begin_time='2026-03-02 08:00:00' end_time=2026-03-02T09:00:00Z
  odograph api jimi.device.alarm.list imeis=860000000000001,860000000000002 begin_time='2026-03-01 00:00:00' end_time='2026-03-20 00:00:00' --json
  odograph api jimi.open.device.update imei=860000000000001 vehicle_name='Van 7' --yes`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.list {
				return listMethods(cmd.OutOrStdout())
			}
			if len(args) == 0 {
				return errors.New("which method? odograph api --list shows all")
			}
			call, err := parseCall(args)
			if err != nil {
				return err
			}
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			return call.run(cmd.Context(), &cfg, f, cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&f.list, "list", false, "show all methods with their parameters")
	cmd.Flags().BoolVar(&f.json, "json", false, "print each row as the platform sent it, one a line")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "do call a method that changes something")
	cmd.Flags().BoolVar(&f.pipeline, "allow-pipeline-credentials", false, "permit a method that changes something with the pipeline's own account")
	cmd.Flags().BoolVar(&f.noAudit, "no-audit", false, "leave no record of a change (when Kafka is away)")
	config.Bind(cmd.Flags(), "odograph", &cfg)
	return cmd
}

// listMethods shows each method with its section of the reference, its
// parameters and the limits of one call.
func listMethods(out io.Writer) error {
	for _, m := range openapi.Methods {
		i := m.Info()
		changes := ""
		if i.Mutates {
			changes = "; changes something"
		}
		params := make([]string, 0, len(i.Params))
		for _, p := range i.Params {
			name := p.Name
			if p.Required {
				name += "*"
			}
			if p.Type != "text" {
				name += ":" + p.Type
			}
			params = append(params, name)
		}
		var limits []string
		if i.IMEIs > 0 {
			limits = append(limits, fmt.Sprintf("%d devices", i.IMEIs))
		}
		if i.Span > 0 {
			limits = append(limits, fmt.Sprintf("%d days", i.Span/(24*time.Hour)))
		}
		if i.MaxRows > 0 {
			limits = append(limits, fmt.Sprintf("%d rows", i.MaxRows))
		}
		most := ""
		if len(limits) > 0 {
			most = "    (a call: " + strings.Join(limits, ", ") + ")"
		}
		if _, err := fmt.Fprintf(out, "%s (%s)\n    %s%s\n    %s%s\n", i.Name, i.Ref, i.Does, changes, strings.Join(params, " "), most); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "\n%d methods; * required. What exceeds the limits of a call goes out as several.\n", len(openapi.Methods))
	return err
}

// An apiCall is a method with its parameters.
type apiCall struct {
	method openapi.AnyMethod
	info   openapi.Info
	params map[string]string
}

func parseCall(args []string) (*apiCall, error) {
	m, ok := openapi.Lookup(args[0])
	if !ok {
		return nil, fmt.Errorf("the platform has no method %q; odograph api --list shows all", args[0])
	}
	c := &apiCall{method: m, info: m.Info(), params: map[string]string{}}
	if strings.HasPrefix(c.info.Name, "jimi.oauth.") {
		return nil, fmt.Errorf("%s: tokens are fetched as they are needed; a call of your own would end the pipeline's", c.info.Name)
	}
	for _, arg := range args[1:] {
		key, value, ok := strings.Cut(arg, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("%q: want key=value", arg)
		}
		c.params[key] = value
	}
	return c, nil
}

// permit refuses a change that was not clearly meant.
func (c *apiCall) permit(f apiFlags, own bool) error {
	if !c.info.Mutates {
		return nil
	}
	if !f.yes {
		return fmt.Errorf("%s changes something on the platform or at the device: add --yes", c.info.Name)
	}
	if !own && !f.pipeline {
		return fmt.Errorf("%s changes something, and the account is the pipeline's: use one of your own (ODOGRAPH_OPERATOR_USER, _PASSWORD_MD5) or add --allow-pipeline-credentials", c.info.Name)
	}
	return nil
}

func (c *apiCall) run(ctx context.Context, cfg *platformConfig, f apiFlags, out io.Writer) error {
	if err := c.permit(f, cfg.OperatorUser != ""); err != nil {
		return err
	}
	caller, closeAll, err := openPlatform(ctx, cfg)
	if err != nil {
		return err
	}
	defer closeAll()
	var rows []json.RawMessage
	err = c.do(ctx, caller, !f.noAudit, func(row json.RawMessage) error {
		if f.json {
			_, err := fmt.Fprintf(out, "%s\n", row)
			return err
		}
		rows = append(rows, bytes.Clone(row))
		return nil
	})
	if err != nil || f.json {
		return err
	}
	return printRows(out, rows)
}

// do makes the call, between its two records where it changes something.
func (c *apiCall) do(ctx context.Context, caller *platformCaller, audit bool, yield func(json.RawMessage) error) error {
	audit = audit && c.info.Mutates
	if audit {
		if err := c.record(ctx, caller, "intent", nil); err != nil {
			return fmt.Errorf("not called, since no record of it can be left: %w", err)
		}
	}
	err := c.method.CallByName(ctx, caller.client, c.params, yield)
	if audit {
		if auditErr := c.record(context.WithoutCancel(ctx), caller, "outcome", err); auditErr != nil {
			err = errors.Join(err, fmt.Errorf("what came of the call could not be recorded: %w", auditErr))
		}
	}
	return err
}

// secretParams are never recorded.
var secretParams = []string{"user_pwd_md5", "access_token", "refresh_token", "token", "password"}

// record leaves a record of a change in the messages.
func (c *apiCall) record(ctx context.Context, caller *platformCaller, stage string, outcome error) error {
	params := map[string]string{}
	for name, value := range c.params {
		if slices.Contains(secretParams, name) {
			value = "***"
		}
		params[name] = value
	}
	r := map[string]any{
		"method": c.info.Name, "params": params, "stage": stage, "eventTime": time.Now().UTC().Format(time.RFC3339Nano), "by": caller.operator,
	}
	imei := oneIMEI(c.params)
	if imei != "" {
		r["imei"] = imei
	}
	if stage == "outcome" {
		r["code"] = "0"
		var refused *openapi.Error
		if errors.As(outcome, &refused) {
			r["code"], r["class"], r["message"] = refused.Code, refused.Class, refused.Message
		} else if outcome != nil {
			r["code"], r["message"] = "", outcome.Error()
		}
	}
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return caller.put(ctx, jimi.PrefixAPI+strings.ToLower(c.info.Name), schema.SourceAPI, []keyed{{imei, value}})
}

const widestCell = 40

// printRows prints rows as a table with a column for each member, and a single
// row with a line for each.
func printRows(out io.Writer, rows []json.RawMessage) error {
	var names []string
	cells := make([]map[string]string, len(rows))
	for i, row := range rows {
		cells[i] = map[string]string{}
		members, err := membersOf(row)
		if err != nil {
			return err
		}
		for _, m := range members {
			if !slices.Contains(names, m.name) {
				names = append(names, m.name)
			}
			cells[i][m.name] = m.text
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	switch {
	case len(rows) == 0:
		_, _ = fmt.Fprintln(w, "done, the answer has no rows")
	case len(rows) == 1:
		for _, name := range names {
			_, _ = fmt.Fprintf(w, "%s\t%s\t\n", name, cells[0][name])
		}
	default:
		_, _ = fmt.Fprintln(w, strings.Join(names, "\t")+"\t")
		for _, row := range cells {
			for _, name := range names {
				text := []rune(row[name])
				if len(text) > widestCell {
					text = append(text[:widestCell-1], '…')
				}
				_, _ = fmt.Fprint(w, string(text)+"\t")
			}
			_, _ = fmt.Fprintln(w)
		}
	}
	return w.Flush()
}

type member struct{ name, text string }

// membersOf are an object's members in their order; what is no object is one
// member.
func membersOf(row json.RawMessage) ([]member, error) {
	if len(row) == 0 || row[0] != '{' {
		return []member{{"value", jimi.Text(row)}}, nil
	}
	dec := json.NewDecoder(bytes.NewReader(row))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	var out []member
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		text := jimi.Text(value)
		if value[0] == '{' || value[0] == '[' {
			text = string(value)
		}
		out = append(out, member{fmt.Sprint(name), text})
	}
	return out, nil
}
