package geo

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
