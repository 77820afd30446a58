package fencing

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// Select gives the fences of these ids, or all, in order; those that are deleted
// only where deleted is set. An id that is not there is an error.
func (t *Topic) Select(ids []string, deleted bool) ([]*State, error) {
	var missing []string
	for _, id := range ids {
		if s := t.state[id]; s == nil || s.Fence.Deleted && !deleted {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("no such fence: %s (odograph fences list shows all, with --all also those that are deleted)", strings.Join(missing, ", "))
	}
	if len(ids) == 0 {
		ids = slices.Sorted(maps.Keys(t.state))
	}
	var out []*State
	for _, id := range distinct(ids) {
		if s := t.state[id]; deleted || !s.Fence.Deleted {
			out = append(out, s)
		}
	}
	return out, nil
}

// Ready is a fence's shape as an enricher makes it.
func Ready(f *schema.Fence) (*geo.Fence, error) {
	v, err := fences.Compile(f)
	if err != nil {
		return nil, err
	}
	return v.Shape, nil
}

// WriteTable writes fences as a table, and below it why enrichers cannot use some.
func WriteTable(out io.Writer, list []*State) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	p := printer{out: w}
	var bad []string
	p.line("ID\tVERSION\tNAME\tKIND\tVERTICES\tSIZE\tFOR\tVALID FROM\tTELLS")
	for _, s := range list {
		f := &s.Fence
		kind, count, size := "deleted", "", ""
		if !f.Deleted {
			ready, err := Ready(f)
			if s.Err != nil {
				err = s.Err
			}
			if err != nil {
				bad = append(bad, named(f.FenceID, err))
				kind, size = "not usable", "see below"
			} else {
				m := measured(ready)
				kind, count, size = m.kind.String(), strconv.Itoa(m.vertices), m.size()
			}
		}
		tell := "all"
		if len(f.Tell) > 0 {
			tell = strings.Join(f.Tell, ",")
		}
		p.line("%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s", f.FenceID, f.Version, f.Name, kind, count, size, strings.TrimPrefix(forWhom(f), "for "), from(f), tell)
	}
	if p.err == nil {
		p.err = w.Flush()
	}
	below := printer{out: out, err: p.err}
	for _, text := range bad {
		below.line("not usable, so the version before goes on in the enrichers: %s", text)
	}
	return below.err
}

func from(f *schema.Fence) string {
	if !f.ValidFrom.Valid {
		return "always"
	}
	return stamp(f.ValidFrom.Value)
}

func validFrom(f *schema.Fence) string {
	if !f.ValidFrom.Valid {
		return "valid at any time"
	}
	return "valid from " + stamp(f.ValidFrom.Value)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }
