package geo

// An Index answers which fences contain a position. It never changes: With and
// Without give another one that shares all the rest, so that readers need no lock.
type Index struct{}

// NewIndex is an index of fences. Of two with one ID the later counts.
func NewIndex(fences ...*Fence) *Index { return &Index{} }

// With is the index with a fence added, or put in the place of the one with its ID.
func (x *Index) With(f *Fence) *Index { return x }

// Without is the index without the fence of an ID.
func (x *Index) Without(id string) *Index { return x }

// Len is the number of fences.
func (x *Index) Len() int { return 0 }

// Fence is the fence with an ID, or nil.
func (x *Index) Fence(id string) *Fence { return nil }

// All yields all fences, in no order.
func (x *Index) All(yield func(*Fence) bool) {}

// At appends the fences that contain a position, in no order, each once: exactly
// those whose Contains says so. A position that is none is in no fence.
func (x *Index) At(dst []*Fence, lat, lng float64) []*Fence { return dst }

// A Crossing is one stay of a straight way inside a fence.
type Crossing struct {
	Fence *Fence
	Enter float64 // part of the way at which it begins: 0 at the start, also if it began before
	Exit  float64 // part of the way at which it ends: 1 at the end
	// ChordM is the way inside, in metres.
	ChordM float64
}

// Across appends the stays inside fences of the straight way (in longitude and
// latitude, the short way around) between two positions, ordered by fence ID and
// then by Enter. A way along or touching an edge from outside is no stay.
func (x *Index) Across(dst []Crossing, from, to Point) []Crossing { return dst }
