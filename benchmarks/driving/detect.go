package main

import (
	"cmp"
	"maps"
	"slices"

	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// An id is what makes an event the same when it is told again.
type id struct {
	kind  schema.DrivingKind
	start int64
}

// found is what the detector makes of a drive.
type found struct {
	events  []driving.Event
	rejects map[driving.Reason]int
}

// detect runs the detector over entries in the order of time.
func detect(r *driving.Rules, in driving.Input, entries []timeline.Entry) found {
	last := map[id]driving.Event{}
	f := found{rejects: map[driving.Reason]int{}}
	out := driving.Out{
		Event:  func(e *driving.Event) { last[id{e.Kind, e.Start}] = *e },
		Reject: func(reason driving.Reason, _ int64) { f.rejects[reason]++ },
	}
	var s driving.State
	for _, e := range entries {
		if e.Fix != nil {
			s.Fix(r, in, e.Fix, &out)
		} else {
			s.Mark(r, in, e.Mark, &out)
		}
	}
	f.events = slices.SortedFunc(maps.Values(last), func(a, b driving.Event) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Kind, b.Kind))
	})
	return f
}

// A span is something that happened, from one second to another.
type span struct{ start, end float64 }

func spans(f found, kind schema.DrivingKind) []span {
	var out []span
	for _, e := range f.events {
		if e.Kind == kind {
			out = append(out, span{float64(e.Start), float64(e.End)})
		}
	}
	return out
}

// toleranceS is how far apart what was found and what was true may be.
const toleranceS = 2

func near(a span, all []span) bool {
	return slices.ContainsFunc(all, func(b span) bool { return a.start-toleranceS <= b.end && b.start-toleranceS <= a.end })
}

// A score counts what was true and what was found.
type score struct{ truth, seen, found, right int }

// add counts truth that was found, and what was found that is near something
// that may be found.
func (s *score) add(truth, found, allowed []span) {
	s.truth += len(truth)
	s.found += len(found)
	for _, t := range truth {
		if near(t, found) {
			s.seen++
		}
	}
	for _, f := range found {
		if near(f, allowed) {
			s.right++
		}
	}
}

func (s *score) recall() float64    { return share(s.seen, s.truth) }
func (s *score) precision() float64 { return share(s.right, s.found) }

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// thin keeps a fix and the next one at least gap seconds later, beginning with
// the one of the given place.
func thin(fixes []timeline.Fix, gap int64, from int) []timeline.Entry {
	var out []timeline.Entry
	for i := from; i < len(fixes); i++ {
		if len(out) == 0 || fixes[i].Time-out[len(out)-1].Time() >= gap {
			out = append(out, timeline.Entry{Fix: &fixes[i]})
		}
	}
	return out
}
