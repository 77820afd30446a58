package fencing

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// A Plan is what would be written.
type Plan struct {
	Changes []Change // in the order of ids, deletions last
	Same    int      // fences that are as they are wanted
	Kept    int      // fences that are not wanted, and stay
	Notes   []string
}

// A Change is one definition to be written.
type Change struct {
	Mark  byte         // '+' new, '~' changed, '-' deleted
	Old   *State       // nil: there was none
	New   schema.Fence // without its time
	What  []string     // what changes
	Place string
	Notes []string
}

// PlanSet compares what is wanted with what is there. prune tells of a fence that
// is not wanted whether it is to be deleted; nil keeps all. Where a definition was
// refused nothing is deleted, since it may be the one of a fence that is there.
func (t *Topic) PlanSet(set *Set, prune func(id string) bool) *Plan {
	p := &Plan{}
	wanted := map[string]bool{}
	swapped := map[string][]string{}
	for _, w := range set.swapped() {
		swapped[w.ID] = append(swapped[w.ID], w.Text)
	}
	for i := range set.Definitions {
		d := &set.Definitions[i]
		wanted[d.Fence.FenceID] = true
		if c := t.change(d); c != nil {
			for _, text := range slices.Concat(d.warnings(), swapped[d.Fence.FenceID]) {
				c.Notes = append(c.Notes, "warning: "+text)
			}
			p.Changes = append(p.Changes, *c)
		} else {
			p.Same++
		}
	}
	for _, r := range set.Refused {
		wanted[r.ID] = true
	}
	var gone []string
	for _, id := range slices.Sorted(maps.Keys(t.state)) {
		if wanted[id] || !t.state[id].There() {
			continue
		}
		if prune == nil || !prune(id) {
			p.Kept++
			continue
		}
		gone = append(gone, id)
	}
	if len(gone) > 0 && len(set.Refused) > 0 {
		p.Kept += len(gone)
		p.Notes = append(p.Notes, "nothing is deleted while definitions are refused; it would be "+strings.Join(gone, ", "))
		return p
	}
	for _, id := range gone {
		p.Changes = append(p.Changes, t.deletion(id))
	}
	return p
}

// PlanDeletion is the end of fences by id. One that is not there is an error, one
// that is deleted already a note.
func (t *Topic) PlanDeletion(ids []string) (*Plan, error) {
	p := &Plan{}
	var missing []string
	for _, id := range distinct(ids) {
		switch s := t.state[id]; {
		case s == nil:
			missing = append(missing, id)
		case !s.There():
			p.Notes = append(p.Notes, fmt.Sprintf("%s is deleted already, by version %d", id, s.Fence.Version))
		default:
			p.Changes = append(p.Changes, t.deletion(id))
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("no such fence: %s (odograph fences list shows all; nothing was deleted)", strings.Join(missing, ", "))
	}
	return p, nil
}

func (t *Topic) deletion(id string) Change {
	old := t.state[id]
	gone := schema.Fence{FenceID: id, Name: old.Fence.Name, Version: old.Highest + 1, Deleted: true}
	return Change{Mark: '-', Old: old, New: gone, What: []string{"deleted"}}
}

// change is what a definition changes; nil: nothing.
func (t *Topic) change(d *Definition) *Change {
	old := t.state[d.Fence.FenceID]
	c := &Change{Mark: '+', Old: old, New: d.Fence, Place: d.Place, Notes: slices.Clone(d.Notes)}
	if old != nil {
		c.New.Version = old.Highest + 1
	}
	m := measured(d.Ready)
	switch {
	case !old.There():
		c.What = append([]string{m.String(), forWhom(&d.Fence)}, ownSettings(&d.Fence)...)
		if old != nil {
			c.What = append(c.What, "it was deleted before")
		}
	case old.Err != nil:
		c.Mark, c.What = '~', []string{"the record before cannot be read: " + old.Err.Error()}
	default:
		if c.Mark, c.What = '~', differences(&old.Fence, &d.Fence, m); len(c.What) == 0 {
			return nil
		}
	}
	return c
}

// differences are the settings and the shape that are not the same.
func differences(old, now *schema.Fence, m measure) (what []string) {
	before := *old
	normalize(&before)
	if before.Name != now.Name {
		what = append(what, fmt.Sprintf("name %q -> %q", before.Name, now.Name))
	}
	what = append(what, reshaped(old, now, m)...)
	what = append(what, listed("imeis", before.IMEIs, now.IMEIs)...)
	what = append(what, listed("groups", before.Groups, now.Groups)...)
	for _, s := range own(&before, now) {
		if !reflect.DeepEqual(s.old, s.now) {
			what = append(what, fmt.Sprintf("%s %s -> %s", s.key, s.text(s.old), s.text(s.now)))
		}
	}
	return what
}

// reshaped compares two shapes, whatever form they are written in.
func reshaped(old, now *schema.Fence, m measure) []string {
	if bytes.Equal(old.GeoJSON, now.GeoJSON) {
		return nil
	}
	shape, err := geo.ParseShape(old.GeoJSON, geo.Form{})
	if err != nil {
		return []string{"shape: the one before cannot be read"}
	}
	if text, err := shape.GeoJSON(); err == nil && bytes.Equal(text, now.GeoJSON) {
		return nil
	}
	ready, err := geo.NewFence(old.FenceID, shape)
	if err != nil {
		return []string{"shape: the one before could not be used"}
	}
	was := measured(ready)
	var what []string
	if was.kind != m.kind {
		what = append(what, fmt.Sprintf("%s -> %s", was.kind, m.kind))
	}
	if was.vertices != m.vertices {
		what = append(what, fmt.Sprintf("vertices %d -> %d", was.vertices, m.vertices))
	}
	what = append(what, fmt.Sprintf("area %+.2f %% (%+.0f m2)", (m.areaM2/was.areaM2-1)*100, m.areaM2-was.areaM2))
	if moved := geo.DistanceM(was.lat, was.lng, m.lat, m.lng); moved >= 1 {
		what = append(what, "middle moved by "+metres(math.Round(moved)))
	}
	what[0] = "shape: " + what[0]
	return what
}

func listed(key string, old, now []string) []string {
	if slices.Equal(old, now) {
		return nil
	}
	if len(old) == 0 || len(now) == 0 {
		return []string{fmt.Sprintf("%s %s -> %s", key, several(old), several(now))}
	}
	var plus, minus []string
	for _, v := range now {
		if !slices.Contains(old, v) {
			plus = append(plus, v)
		}
	}
	for _, v := range old {
		if !slices.Contains(now, v) {
			minus = append(minus, v)
		}
	}
	text := key
	if len(plus) > 0 {
		text += " + " + several(plus)
	}
	if len(minus) > 0 {
		text += " - " + several(minus)
	}
	return []string{text}
}

func several(list []string) string {
	const most = 3
	switch {
	case len(list) == 0:
		return "none"
	case len(list) > most:
		return fmt.Sprintf("%s and %d more", strings.Join(list[:most-1], ", "), len(list)-most+1)
	}
	return strings.Join(list, ", ")
}

// When tells how versions that are written now come to hold.
type When struct {
	Always bool      // they held at any time
	At     time.Time // event time from which they hold
}

// Write writes a plan.
func (t *Topic) Write(ctx context.Context, p *Plan, when When) error {
	list := make([]schema.Fence, len(p.Changes))
	for i := range p.Changes {
		list[i] = p.Changes[i].New
		if !when.Always {
			list[i].ValidFrom = schema.Some(when.At.UTC())
		}
	}
	return t.Publish(ctx, list)
}

// Date notes what it means that the plan's versions hold from a time on, now being
// the time of the clock.
func (p *Plan) Date(when When, now time.Time) {
	if len(p.Changes) > 0 && (when.Always || when.At.Before(now)) {
		p.Notes = append(p.Notes, "they hold from a time that has passed: events that were told stay as they are, until odograph fences replay works them out anew")
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Old == nil || c.Old.Err != nil {
			continue
		}
		if from := c.Old.Fence.ValidFrom; when.Always || from.Valid && !when.At.After(from.Value) {
			c.Notes = append(c.Notes, fmt.Sprintf("takes the place of version %d wholly, which is %s", c.Old.Fence.Version, validFrom(&c.Old.Fence)))
		}
	}
}
