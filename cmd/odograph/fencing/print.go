package fencing

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// A printer writes lines and keeps the first error.
type printer struct {
	out io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format+"\n", args...)
	}
}

// Print tells what was refused or ignored, and what is to be known about the whole.
func (s *Set) Print(out io.Writer) error {
	p := printer{out: out}
	for _, note := range s.Notes {
		p.line("note: %s", note)
	}
	if len(s.Ignored) > 0 {
		names := make([]string, 0, len(s.Ignored))
		for _, name := range slices.Sorted(maps.Keys(s.Ignored)) {
			names = append(names, fmt.Sprintf("%s (%d)", name, s.Ignored[name]))
		}
		p.line("note: properties that are no settings, and how many fences have them: %s", strings.Join(names, ", "))
	}
	s.printRefused(&p)
	return p.err
}

// printRefused names what was refused. Of those without an id that have the same
// fault the first are enough.
func (s *Set) printRefused(p *printer) {
	const most = 3
	same := map[string]int{}
	var faultsOf []string
	for _, r := range s.Refused {
		for _, err := range faults(r.Err) {
			text := named(r.ID, err)
			if r.ID == "" {
				if same[text]++; same[text] == most+1 {
					faultsOf = append(faultsOf, text)
				}
			}
			if same[text] <= most {
				p.line("refused: %s: %s", r.Place, text)
			}
		}
	}
	for _, text := range faultsOf {
		p.line("refused: and %d more, each: %s", same[text]-most, text)
	}
}

// named is an error that names its fence.
func named(id string, err error) string {
	text := strings.ReplaceAll(err.Error(), "\n", " ")
	if id == "" || strings.HasPrefix(text, "fence ") {
		return text
	}
	return fmt.Sprintf("fence %q: %s", id, text)
}

// RefusedError says how many definitions could not be used.
func (s *Set) RefusedError(others string) error {
	switch n := len(s.Refused); n {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("1 definition was refused, see above; %s", others)
	default:
		return fmt.Errorf("%d definitions were refused, see above; %s", n, others)
	}
}

// Print shows what a plan would change.
func (p *Plan) Print(out io.Writer) error {
	w := printer{out: out}
	for i := range p.Changes {
		c := &p.Changes[i]
		version := fmt.Sprintf("version %d", c.New.Version)
		if c.Old != nil {
			version = fmt.Sprintf("version %d -> %d", c.Old.Fence.Version, c.New.Version)
		}
		w.line("%c %s (%s): %s", c.Mark, c.New.FenceID, version, strings.Join(c.What, "; "))
		for _, note := range c.Notes {
			w.line("    %s", note)
		}
	}
	for _, note := range p.Notes {
		w.line("note: %s", note)
	}
	w.line("%s", p.summary())
	return w.err
}

func (p *Plan) summary() string {
	count := map[byte]int{}
	for i := range p.Changes {
		count[p.Changes[i].Mark]++
	}
	parts := []string{
		fmt.Sprintf("%d new", count['+']), fmt.Sprintf("%d changed", count['~']),
		fmt.Sprintf("%d deleted", count['-']), fmt.Sprintf("%d unchanged", p.Same),
	}
	if p.Kept > 0 {
		parts = append(parts, fmt.Sprintf("%d not in the files and left alone", p.Kept))
	}
	return strings.Join(parts, ", ")
}

// ErrRefused is what a strict reading of a set ends with.
var ErrRefused = errors.New("nothing was done, since definitions were refused and --strict is set")

// PrintCheck tells everything that is wrong or doubtful, and what is fine.
func (s *Set) PrintCheck(out io.Writer) error {
	if err := s.Print(out); err != nil {
		return err
	}
	p := printer{out: out}
	for i := range s.Definitions {
		for _, note := range s.Definitions[i].Notes {
			p.line("%s: fence %q: %s", s.Definitions[i].Place, s.Definitions[i].Fence.FenceID, note)
		}
	}
	warnings := s.Warnings()
	for _, w := range warnings {
		p.line("warning: %s: fence %q: %s", w.Place, w.ID, w.Text)
	}
	total, kinds := 0, map[string]int{}
	for i := range s.Definitions {
		m := measured(s.Definitions[i].Ready)
		total += m.vertices
		kinds[m.kind.String()]++
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		parts = append(parts, fmt.Sprintf("%ss %d", kind, kinds[kind]))
	}
	parts = append(parts, fmt.Sprintf("vertices %d", total))
	p.line("%d fences can be used (%s), %d refused, %d warnings", len(s.Definitions), strings.Join(parts, ", "), len(s.Refused), len(warnings))
	return p.err
}
