package history

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

// shown is how many corrections are listed where not all are asked for.
const shown = 50

// Covered gives the requests whose time lies within the range, with so much before
// and after it, of devices of which nothing was left as it is.
func (c *Corrections) Covered(requests []schema.Recompute, before, after time.Duration) []schema.Recompute {
	var out []schema.Recompute
	for _, r := range requests {
		if !r.EventTime.Add(-before).Before(c.From) && !r.EventTime.Add(after).After(c.To) && !c.LeftOf[r.IMEI] {
			r.RuleVersion = c.Rules
			out = append(out, r)
		}
	}
	return out
}

// Changes are the corrections as differences.
func (c *Corrections) Changes() []Change {
	out := make([]Change, len(c.List))
	for i := range c.List {
		out[i] = c.List[i].Change
	}
	return out
}

// WriteJSON prints the corrections as one object.
func (c *Corrections) WriteJSON(out io.Writer, all bool) error {
	v := struct {
		Rules    string         `json:"rules"`
		Versions map[string]int `json:"stored_rules"`
		From     time.Time      `json:"from,omitzero"`
		To       time.Time      `json:"to,omitzero"`
		Devices  int            `json:"devices"`
		Fixes    int64          `json:"fixes"`
		Kinds    []namedTally   `json:"kinds"`
		Left     map[string]int `json:"left"`
		Changes  []Change       `json:"changes,omitzero"`
	}{c.Rules, c.Versions, c.From, c.To, c.Read.Devices, c.Read.Fixes, named(c.Kinds), c.Left, nil}
	if all {
		v.Changes = c.Changes()
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// WriteTable prints the corrections for people.
func (c *Corrections) WriteTable(out io.Writer, all bool) error {
	_, _ = fmt.Fprintf(out, "rules %s", c.Rules)
	if !c.From.IsZero() {
		_, _ = fmt.Fprintf(out, ", %s to %s", moment(c.From.Unix()), moment(c.To.Unix()))
	}
	_, _ = fmt.Fprintf(out, ": %d devices or stretches of them, %d fixes read\n", c.Read.Devices, c.Read.Fixes)
	if err := writeTallies(out, "DERIVED", c.Versions, c.Kinds); err != nil {
		return err
	}
	for _, reason := range slices.Sorted(maps.Keys(c.Left)) {
		_, _ = fmt.Fprintf(out, "left as they are, %d events: %s\n", c.Left[reason], reason)
	}
	changes := c.Changes()
	more := 0
	if !all && len(changes) > shown {
		changes, more = changes[:shown], len(changes)-shown
	}
	if err := writeChanges(out, changes); err != nil {
		return err
	}
	if more > 0 {
		_, _ = fmt.Fprintf(out, "and %d more (--list prints all)\n", more)
	}
	return nil
}
