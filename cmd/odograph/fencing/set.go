package fencing

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// A Definition is a fence as somebody wants it. Version and ValidFrom are for the
// topic to give.
type Definition struct {
	Fence schema.Fence
	Ready *geo.Fence // its shape
	Place string     // where it stands, for messages
	Notes []string   // what was repaired, or could not be taken over
}

// A Refusal is a definition that cannot be used.
type Refusal struct {
	ID    string // as far as it is known
	Place string
	Err   error
}

// A Set is what was read: the fences that can be used, in the order of their ids,
// and those that cannot.
type Set struct {
	Definitions []Definition
	Refused     []Refusal
	Ignored     map[string]int // members that are no settings, and how many fences have them
	Notes       []string       // about the whole
}

// A raw definition is one before it is judged.
type raw struct {
	place    string
	id       string // where it does not stand among the settings
	settings map[string][]byte
	shape    func(geo.Form) (geo.Shape, error)
}

// take judges a definition.
func (s *Set) take(r *raw, form *Form) {
	d := Definition{Place: r.place}
	var given settings
	errs := given.read(r.settings)
	f := &d.Fence
	*f = given.fence
	if f.FenceID == "" {
		f.FenceID = r.id
	}
	if f.FenceID != "" {
		f.FenceID = form.IDPrefix + f.FenceID
	}
	f.Version = 1
	if f.Name == "" {
		f.Name = f.FenceID
	}
	shape, err := r.shape(given.form)
	switch {
	case err != nil:
		errs = append(errs, err)
	case form.Repair:
		var done []string
		shape, done = geo.Repaired(shape)
		crossing := func(what string) bool { return strings.HasSuffix(what, "taken even-odd") }
		untangled, more := geo.Untangled(shape)
		if len(more) > 0 {
			shape, done = untangled, append(slices.DeleteFunc(done, crossing), more...)
		}
		for _, what := range done {
			d.Notes = append(d.Notes, "repaired: "+what)
		}
		fallthrough
	default:
		errs = append(errs, misplaced(shape, given.form), d.complete(shape))
	}
	if err := errors.Join(errs...); err != nil {
		s.refuse(f.FenceID, r.place, err)
		return
	}
	s.Definitions = append(s.Definitions, d)
}

// misplaced finds a radius or a width that nothing would come of.
func misplaced(s geo.Shape, form geo.Form) error {
	switch {
	case form.RadiusM != 0 && s.Kind != geo.Circle:
		return fmt.Errorf("radius_m is for a point, and this is a %s: leave it out", s.Kind)
	case form.WidthM != 0 && s.Kind != geo.Corridor:
		return fmt.Errorf("width_m is for a line, and this is a %s: leave it out", s.Kind)
	}
	return nil
}

// complete gives the definition its shape, as it will stand in the topic, and has
// it compiled as an enricher does.
func (d *Definition) complete(s geo.Shape) error {
	var err error
	if d.Fence.GeoJSON, err = s.GeoJSON(); err != nil { // a coordinate that is no number
		return errors.Join(s.Check(d.Fence.FenceID), err)
	}
	normalize(&d.Fence)
	v, err := fences.Compile(&d.Fence)
	if err != nil {
		return err
	}
	d.Ready = v.Shape
	return tooLarge(&d.Fence)
}

// maxValueBytes leaves room in a topic's record for its key, and for the version
// and the time that a definition gets.
const maxValueBytes = schema.MaxRecordBytes - 128<<10

func tooLarge(f *schema.Fence) error {
	b, err := schema.Encode(f)
	if err != nil {
		return err
	}
	if len(b) > maxValueBytes {
		return fmt.Errorf("fence %q: it takes %d bytes, a record of the topic at most %d: simplify its shape or shorten its lists", f.FenceID, len(b), maxValueBytes)
	}
	return nil
}

// normalize brings what means the same to the same form.
func normalize(f *schema.Fence) {
	f.IMEIs, f.Groups = distinct(f.IMEIs), distinct(f.Groups)
	var tell []string
	for _, what := range []string{fences.TellEnter, fences.TellExit, fences.TellDwell} {
		if slices.Contains(f.Tell, what) {
			tell = append(tell, what)
		}
	}
	unknown := slices.ContainsFunc(f.Tell, func(what string) bool { return !slices.Contains(tell, what) })
	switch {
	case unknown: // is for Compile to name
	case len(tell) == 3:
		f.Tell = nil
	default:
		f.Tell = tell
	}
}

func distinct(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

func (s *Set) refuse(id, place string, err error) {
	s.Refused = append(s.Refused, Refusal{ID: id, Place: place, Err: err})
}

// finish puts the set in order and refuses what is there twice: nobody can tell
// which of the two is meant.
func (s *Set) finish() {
	slices.SortStableFunc(s.Definitions, func(a, b Definition) int { return strings.Compare(a.Fence.FenceID, b.Fence.FenceID) })
	var kept []Definition
	for at := 0; at < len(s.Definitions); {
		id, end := s.Definitions[at].Fence.FenceID, at+1
		for end < len(s.Definitions) && s.Definitions[end].Fence.FenceID == id {
			end++
		}
		if end == at+1 {
			kept = append(kept, s.Definitions[at])
		}
		for i := at; end > at+1 && i < end; i++ {
			other := at
			if i == at {
				other = at + 1
			}
			s.refuse(id, s.Definitions[i].Place, fmt.Errorf("fence %q: it is defined at %s too: leave one out, or give them different ids", id, s.Definitions[other].Place))
		}
		at = end
	}
	s.Definitions = kept
}

// faults are the single errors of joined ones.
func faults(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var out []error
	for _, e := range joined.Unwrap() {
		out = append(out, faults(e)...)
	}
	return out
}
