package history

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

func (p *Progress) count(record any) {
	p.Items++
	if _, ok := record.(*schema.Fix); ok {
		p.Fixes++
	}
}

// expect sets what all devices come to.
func (p *Progress) expect(all []definition) {
	p.AllDevices = len(all)
	for i := range all {
		p.AllFixes += int64(all[i].fixes)
	}
}

// WriteJSON prints the result as one object.
func (r *Result) WriteJSON(out io.Writer) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Rules    string         `json:"candidate_rules"`
		Versions map[string]int `json:"stored_rules"`
		From     time.Time      `json:"from"`
		To       time.Time      `json:"to"`
		Devices  int            `json:"devices"`
		Fixes    int64          `json:"fixes"`
		Items    int64          `json:"items"`
		Kinds    []namedTally   `json:"kinds"`
		Left     int            `json:"left_to_fence_replays,omitzero"`
		Changes  []Change       `json:"changes,omitzero"`
	}{r.Rules, r.Versions, r.From, r.To, r.Read.Devices, r.Read.Fixes, r.Read.Items, named(r.Kinds), r.Left, r.Changes})
}

// WriteTable prints the result for people.
func (r *Result) WriteTable(out io.Writer) error {
	_, _ = fmt.Fprintf(out, "candidate rules %s, %s to %s: %d devices, %d fixes, %d other items (read from %s to %s)\n",
		r.Rules, moment(r.From.Unix()), moment(r.To.Unix()), r.Read.Devices, r.Read.Fixes, r.Read.Items-r.Read.Fixes,
		moment(r.ReadFrom.Unix()), moment(r.ReadUntil.Unix()))
	if err := writeTallies(out, "CANDIDATE", r.Versions, r.Kinds); err != nil {
		return err
	}
	if r.Left > 0 {
		_, _ = fmt.Fprintf(out, "not compared, %d events: %s\n", r.Left, LeftReplayed)
	}
	return writeChanges(out, r.Changes)
}

// writeTallies prints the counts of all kinds; derived is what the events that were
// found are called.
func writeTallies(out io.Writer, derived string, versions map[string]int, kinds map[string]*Tally) error {
	for _, version := range slices.Sorted(maps.Keys(versions)) {
		_, _ = fmt.Fprintf(out, "stored with rules %s: %d events\n", version, versions[version])
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintf(w, "KIND\tSTORED\t%s\tSAME\tADDED\tLOST\tMOVED\t\n", derived)
	total := Tally{}
	for _, t := range kinds {
		total.add(t)
	}
	for _, k := range append(named(kinds), namedTally{"all", &total}) {
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", k.Kind, k.Stored, k.Candidate, k.Same, k.Added, k.Lost, k.Moved)
	}
	return w.Flush()
}

func writeChanges(out io.Writer, changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "\nCHANGE\tIMEI\tKIND\tSTORED\tCANDIDATE")
	for i := range changes {
		c := &changes[i]
		kind := strings.TrimSpace(c.event().Kind + " " + c.event().Of)
		stored, candidate := c.texts()
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", c.What, c.event().IMEI, kind, stored, candidate)
	}
	return w.Flush()
}

func moment(second int64) string { return time.Unix(second, 0).UTC().Format(time.DateTime) }

// A namedTally is that of a kind.
type namedTally struct {
	Kind string `json:"kind"`
	*Tally
}

func named(kinds map[string]*Tally) []namedTally {
	out := make([]namedTally, 0, len(kinds))
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		out = append(out, namedTally{kind, kinds[kind]})
	}
	return out
}
