package geofence

import "github.com/odograph/odograph/pkg/timeline"

// A Place is a fence that contains a position.
type Place struct {
	Fence string // id
	// DepthM is the distance to the edge, which belongs to the fence. It is looked
	// at where enter.margin_m is not 0; else 0 will do.
	DepthM float64
}

// A Pass is what a straight line from one position to another has of a fence, one
// of each fence: also where it is inside several times.
type Pass struct {
	Fence   string
	EnterAt float64 // share of the line before it first meets the fence; 0 where it begins inside
	ExitAt  float64 // share of the line before it last leaves the fence; 1 where it ends inside
	ChordM  float64 // length inside
}

// A View says how one device's positions lie to the fences that are there for
// it. Of fixes it looks at time and position alone. Its answers to the same
// questions must be the same, also when history is judged again: it should answer
// by the versions of the fences that held at the time of the fix, as far back as
// something may come late. One that knows only the newest versions does no harm
// as long as their Since is right: what is told of older ones then stays as it
// is, and is corrected no more.
type View interface {
	// At appends the fences that contain f.
	At(f *timeline.Fix, out []Place) []Place
	// OutsideM is how far f is from the edge of a fence that does not contain it,
	// in metres. It is asked about fences that the device has not left yet, and
	// only where they have an exit margin.
	OutsideM(fence string, f *timeline.Fix) float64
	// Across appends the fences that the straight line from prev to cur meets,
	// at the time of cur. The two may be at one place: a fence that contains it is
	// met from 0 to 1.
	Across(prev, cur *timeline.Fix, out []Pass) []Pass
	// Settings are those of a fence at a time, in seconds since 1970; nil where
	// there is no such fence for the device. They are not changed.
	Settings(fence string, at int64) *Settings
}

// Settings are what a fence is judged with beside its shape.
type Settings struct {
	Version  int64
	Since    int64     // when this version began to hold, in seconds since 1970; 0: it always did
	RadiusM  float64   // of a circle of its area
	DwellS   []int64   // its own dwell times, ascending; nil: those of the rules
	Enter    *Enter    // its own; nil: that of the rules
	Exit     *Exit     // its own; nil: that of the rules
	Schedule *Schedule // nil: always open
	Silent   Silent    // what happens, but is not told
}

// Silent says which events of a fence nobody wants. Who does not want enter does
// not want the other beginnings either, nor the other ends who does not want exit;
// unknown and inside_again go with both.
type Silent struct{ Enter, Exit, Dwell bool }

func (s Silent) about(kind string) bool {
	switch kind {
	case KindEnter, KindInsideAtStart, KindInsideAtOpen:
		return s.Enter
	case KindExit, KindInsideAtClose:
		return s.Exit
	case KindDwell:
		return s.Dwell
	}
	return s.Enter && s.Exit
}

func (s *Settings) enter(r *Rules) *Enter {
	if s.Enter != nil {
		return s.Enter
	}
	return &r.Enter
}

func (s *Settings) exit(r *Rules) *Exit {
	if s.Exit != nil {
		return s.Exit
	}
	return &r.Exit
}

func (s *Settings) dwells(r *Rules) []int64 {
	if s.DwellS != nil {
		return s.DwellS
	}
	return r.DwellS
}
