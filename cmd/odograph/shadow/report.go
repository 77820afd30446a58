package shadow

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

// WriteJSON prints the result as one object.
func (r *Result) WriteJSON(out io.Writer) error {
	type named struct {
		Kind string `json:"kind"`
		*Tally
	}
	kinds := make([]named, 0, len(r.Kinds))
	for _, kind := range slices.Sorted(maps.Keys(r.Kinds)) {
		kinds = append(kinds, named{kind, r.Kinds[kind]})
	}
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
		Kinds    []named        `json:"kinds"`
		Changes  []Change       `json:"changes,omitzero"`
	}{r.Rules, r.Versions, r.From, r.To, r.Read.Devices, r.Read.Fixes, r.Read.Items, kinds, r.Changes})
}

// WriteTable prints the result for people.
func (r *Result) WriteTable(out io.Writer) error {
	_, _ = fmt.Fprintf(out, "candidate rules %s, %s to %s: %d devices, %d fixes, %d other items (read from %s to %s)\n",
		r.Rules, moment(r.From.Unix()), moment(r.To.Unix()), r.Read.Devices, r.Read.Fixes, r.Read.Items-r.Read.Fixes,
		moment(r.ReadFrom.Unix()), moment(r.ReadUntil.Unix()))
	for _, version := range slices.Sorted(maps.Keys(r.Versions)) {
		_, _ = fmt.Fprintf(out, "stored with rules %s: %d events\n", version, r.Versions[version])
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "KIND\tSTORED\tCANDIDATE\tSAME\tADDED\tLOST\tMOVED\t")
	total := Tally{}
	line := func(kind string, t *Tally) {
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", kind, t.Stored, t.Candidate, t.Same, t.Added, t.Lost, t.Moved)
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Kinds)) {
		line(kind, r.Kinds[kind])
		total.add(r.Kinds[kind])
	}
	line("all", &total)
	if err := w.Flush(); err != nil {
		return err
	}
	return r.writeChanges(out)
}

func (r *Result) writeChanges(out io.Writer) error {
	if len(r.Changes) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "\nCHANGE\tIMEI\tKIND\tSTORED\tCANDIDATE")
	for i := range r.Changes {
		c := &r.Changes[i]
		kind := strings.TrimSpace(c.event().Kind + " " + c.event().Of)
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", c.What, c.event().IMEI, kind, c.Stored, c.Candidate)
	}
	return w.Flush()
}

// String is an event in a list, where its device and kind stand beside it.
func (e *Event) String() string {
	if e == nil {
		return "–"
	}
	s := moment(e.Start) + " to " + moment(e.End)
	if e.Ongoing {
		s += "…"
	}
	if e.Severity != "" {
		s += " " + e.Severity
	}
	if e.Size != 0 {
		s += fmt.Sprintf(" %.4g", e.Size)
	}
	return s
}

func moment(second int64) string { return time.Unix(second, 0).UTC().Format(time.DateTime) }
