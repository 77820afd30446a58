package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/odograph/odograph/cmd/odograph/history"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
)

// applyRunOut is how long after the range reading goes on at least where
// corrections are written: most of what a vehicle does has ended a day later.
const applyRunOut = 24 * time.Hour

func replayApply(ctx context.Context, cfg *replayConfig, c console) error {
	rules, err := readRules(cfg.Rules)
	if err != nil {
		return err
	}
	if to, _ := moment(cfg.To); !cfg.Requested {
		if err := notTooRecent(cfg.To, to, latest(rules)); err != nil {
			return err
		}
	}
	reader, err := openDSN(cfg.DSN())
	if err != nil {
		return err
	}
	defer reader.Close()
	w, err := openCorrections(cfg.Kafka)
	if err != nil {
		return err
	}
	defer w.close()
	requests, err := history.OpenRequests(ctx, reader, cfg.IMEI)
	if err != nil {
		return err
	}
	if err := w.stored(ctx, c.err); err != nil {
		return err
	}
	job, err := cfg.job(ctx, reader, c.err)
	if err != nil {
		return err
	}
	if err := rulesInForce(ctx, reader, cfg.Rules, rules); err != nil {
		return err
	}
	job.Late, job.RunOut = true, max(cfg.RunOut, applyRunOut)
	found, done, err := cfg.find(ctx, job, requests, c.err)
	if err != nil {
		return err
	}
	if err := sameRules(cfg.Rules, found); err != nil {
		return err
	}
	return apply(ctx, w, found, done, writing{cfg.Format, cfg.List, cfg.Yes}, c)
}

// find gives the corrections, and the requests that they fulfil.
func (c *replayConfig) find(ctx context.Context, job *history.Job, requests []schema.Recompute, progress io.Writer) (*history.Corrections, []schema.Recompute, error) {
	if !c.Requested {
		found, err := job.Correct(ctx, nil)
		if err != nil {
			return nil, nil, err
		}
		return found, found.Covered(requests, c.WarmUp, c.RunOut), nil
	}
	var stretches []history.Stretch
	for _, s := range history.Stretches(requests, c.WarmUp, c.RunOut) {
		if s.To.After(time.Now()) {
			_, _ = fmt.Fprintf(progress, "%s: %d requests have to wait until %s\n", s.IMEI, len(s.Requests), s.To.Format(time.RFC3339))
			continue
		}
		stretches = append(stretches, s)
	}
	return job.Requested(ctx, stretches)
}

// latest is up to when history can be corrected beside enrichers that run.
func latest(rules *derive.Rules) time.Time {
	return time.Now().Add(-time.Duration(rules.SettledS()) * time.Second).UTC().Truncate(time.Second)
}

func notTooRecent(text string, to, latest time.Time) error {
	if !to.After(latest) {
		return nil
	}
	return config.Invalid("to", text, "at the latest "+latest.Format(time.RFC3339)+
		" (now): what is newer the enricher may still correct, by revisions that it counts itself")
}

// rulesInForce refuses the built-in rules where the last that was stored was found
// with others: somebody who has rules of his own forgot to name them.
func rulesInForce(ctx context.Context, reader clickhouse.Conn, file string, rules *derive.Rules) error {
	if file != "" {
		return nil
	}
	last, err := history.LastRules(ctx, reader)
	if err != nil || last == "" || last == rules.Version {
		return err
	}
	return fmt.Errorf("the last events that were stored were found with rules %s, and the built-in rules are %s: name the rules by --rules (odograph rules prints the built-in ones, if it is those that you want)", last, rules.Version)
}

// sameRules refuses to write with the built-in rules over what other rules found,
// also where the last that was stored is the built-in rules'.
func sameRules(file string, c *history.Corrections) error {
	if file != "" {
		return nil
	}
	for _, version := range slices.Sorted(maps.Keys(c.Versions)) {
		if version != c.Rules {
			return fmt.Errorf("%d stored events of this range were found with rules %s, and the built-in rules are %s: name the rules by --rules (odograph rules prints the built-in ones, if it is those that you want)",
				c.Versions[version], version, c.Rules)
		}
	}
	return nil
}

// writing says how corrections are shown, and whether to ask.
type writing struct {
	format    string
	list, yes bool
}

func printCorrections(found *history.Corrections, as writing, out io.Writer) error {
	if as.format == "json" {
		return found.WriteJSON(out, as.list)
	}
	return found.WriteTable(out, as.list)
}

// apply prints corrections, asks, and writes them.
func apply(ctx context.Context, w *corrections, found *history.Corrections, done []schema.Recompute, as writing, c console) error {
	if err := printCorrections(found, as, c.out); err != nil {
		return err
	}
	if len(done) > 0 {
		_, _ = fmt.Fprintf(c.err, "%d recompute requests are fulfilled by this\n", len(done))
	}
	if len(found.List)+len(done) == 0 {
		_, _ = fmt.Fprintln(c.err, "nothing to write")
		return nil
	}
	if err := confirm(ctx, c.in, c.err, fmt.Sprintf("Write %d corrections?", len(found.List)), as.yes); err != nil { // out may be JSON
		return err
	}
	return w.write(ctx, found, done, c.err)
}
