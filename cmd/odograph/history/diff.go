package history

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// What a Change is.
const (
	Added = "added" // the candidate finds what is not stored
	Lost  = "lost"  // the candidate does not find what is stored
	Moved = "moved" // both have it, with another start, end, severity or size
)

// A Change is one difference. Of an added event there is no Stored, of a lost
// one no Candidate.
type Change struct {
	What      string `json:"what"`
	Stored    *Event `json:"stored,omitzero"`
	Candidate *Event `json:"candidate,omitzero"`

	Differ []Difference `json:"differ,omitzero"` // of corrections that moved
}

// event is that which is stored, else that of the candidate.
func (c *Change) event() *Event {
	if c.Stored != nil {
		return c.Stored
	}
	return c.Candidate
}

// A Tally counts the events of one kind. Stored is Same, Lost and Moved
// together, Candidate is Same, Added and Moved; but for events that moved over
// the edge of the range, which only one of the two has in it.
type Tally struct {
	Stored    int `json:"stored"`
	Candidate int `json:"candidate"`
	Same      int `json:"same"`
	Added     int `json:"added"`
	Lost      int `json:"lost"`
	Moved     int `json:"moved"`
}

func (t *Tally) add(o *Tally) {
	t.Stored += o.Stored
	t.Candidate += o.Candidate
	t.Same += o.Same
	t.Added += o.Added
	t.Lost += o.Lost
	t.Moved += o.Moved
}

// A Span is the range that is compared, in seconds since 1970: events that
// start from From on and before To. Events around it may be given as well, so
// that one that moved over the edge is not told to be lost.
type Span struct {
	From, To int64
	NearS    int64 // two events of one kind that do not overlap are one where they are at most this far apart
}

func (s Span) holds(e *Event) bool { return e.Start >= s.From && e.Start < s.To }

// sizeShare is by how much of it the size of an event may differ that has not
// changed: positions are stored in another precision than they are judged in.
const sizeShare = 0.01

// same tells whether nothing of an event has changed. How an event goes on
// after the range does not count.
func (s Span) same(a, b *Event) bool {
	if a.Start != b.Start || a.Severity != b.Severity || min(a.End, s.To) != min(b.End, s.To) {
		return false
	}
	if a.End > s.To && b.End > s.To {
		return true
	}
	return a.Ongoing == b.Ongoing && math.Abs(a.Size-b.Size) <= sizeShare*max(math.Abs(a.Size), math.Abs(b.Size))
}

// touch tells whether two events of one kind may be the same one.
func (s Span) touch(a, b *Event) bool {
	return a.Start <= b.End+s.NearS && b.Start <= a.End+s.NearS
}

// Diff compares the events of one device. The tallies are by kind; the changes
// are in the order of time.
func Diff(stored, candidate []Event, span Span) (map[string]*Tally, []Change) {
	type group struct{ stored, candidate []*Event }
	type name struct{ kind, of string }
	groups := map[name]*group{}
	at := func(e *Event) *group {
		k := name{e.Kind, e.Of}
		if groups[k] == nil {
			groups[k] = &group{}
		}
		return groups[k]
	}
	for i := range stored {
		g := at(&stored[i])
		g.stored = append(g.stored, &stored[i])
	}
	for i := range candidate {
		g := at(&candidate[i])
		g.candidate = append(g.candidate, &candidate[i])
	}
	tallies := map[string]*Tally{}
	var changes []Change
	for _, k := range slices.SortedFunc(maps.Keys(groups), func(a, b name) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.of, b.of))
	}) {
		if tallies[k.kind] == nil {
			tallies[k.kind] = &Tally{}
		}
		g := groups[k]
		changes = span.compare(tallies[k.kind], g.stored, g.candidate, changes)
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.event().Start, b.event().Start) })
	return tallies, changes
}

// compare adds what two lists of events of one kind differ in.
func (s Span) compare(t *Tally, stored, candidate []*Event, changes []Change) []Change {
	partner := s.pair(stored, candidate)
	for i, a := range stored {
		j := partner[i]
		switch in := s.holds(a); {
		case j < 0 && in:
			t.Stored++
			t.Lost++
			changes = append(changes, Change{What: Lost, Stored: a})
		case j >= 0 && (in || s.holds(candidate[j])):
			t.Stored += one(in)
			t.Candidate += one(s.holds(candidate[j]))
			if s.same(a, candidate[j]) {
				t.Same++
			} else {
				t.Moved++
				changes = append(changes, Change{What: Moved, Stored: a, Candidate: candidate[j]})
			}
		}
	}
	for j, b := range candidate {
		if s.holds(b) && !slices.Contains(partner, j) {
			t.Candidate++
			t.Added++
			changes = append(changes, Change{What: Added, Candidate: b})
		}
	}
	return changes
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// pair gives the candidate that each stored event is, -1 where there is none:
// first those that differ least.
func (s Span) pair(stored, candidate []*Event) []int {
	type couple struct{ i, j, apart int }
	byStart := func(a, b *Event) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) }
	slices.SortStableFunc(stored, byStart)
	slices.SortStableFunc(candidate, byStart)
	var couples []couple
	for i, a := range stored {
		for j, b := range candidate {
			if b.Start > a.End+s.NearS {
				break
			}
			if s.touch(a, b) {
				apart := math.Abs(float64(a.Start-b.Start)) + math.Abs(float64(min(a.End, s.To)-min(b.End, s.To)))
				couples = append(couples, couple{i, j, int(apart)})
			}
		}
	}
	slices.SortStableFunc(couples, func(a, b couple) int { return cmp.Compare(a.apart, b.apart) })
	partner := make([]int, len(stored))
	for i := range partner {
		partner[i] = -1
	}
	taken := make([]bool, len(candidate))
	for _, c := range couples {
		if partner[c.i] < 0 && !taken[c.j] {
			partner[c.i], taken[c.j] = c.j, true
		}
	}
	return partner
}
