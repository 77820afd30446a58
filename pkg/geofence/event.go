package geofence

import "github.com/odograph/odograph/pkg/timeline"

// The kinds of events.
const (
	KindEnter         = "enter"
	KindDwell         = "dwell" // inside for one of the dwell times
	KindExit          = "exit"
	KindInsideAtStart = "inside_at_start" // when the device was first seen, or the fence came to be
	KindInsideAtOpen  = "inside_at_open"  // when the fence's window opened
	KindInsideAtClose = "inside_at_close" // when it closed
	KindUnknown       = "unknown"         // inside when it was last heard of, at At
	KindInsideAgain   = "inside_again"    // and still, or again, when it was found next
)

// An Event is one thing that happened between a device and a fence. Fence, Kind,
// At and, of dwell, DwellS are its identity; an event is told once.
type Event struct {
	Fence       string // id
	Version     int64  // of the fence
	Kind        string
	At          int64 // seconds since 1970: the first crossing
	ConfirmedAt int64 // of the entry that made it certain
	Inferred    bool  // no fix was inside: the straight line between two fixes passes through
	DwellS      int64 // of dwell, the time that was passed; of exit and inside_at_close, how long it was inside
	GapS        int64 // of enter and exit, seconds between the fixes around the crossing; 0: there was none before
	SpeedDKMH   int32 // of the fix after the crossing, 0.1 km/h, or timeline.Unknown
	LatE6       int32 // 1e-6 degree, at At; the nearest fix where it is not a crossing
	LngE6       int32
}

// Out takes what is found. It lends its memory to the steps, so one Out serves
// one goroutine.
type Out struct {
	Event func(*Event) // the pointer is the callee's to keep
	// Full is told of a fence that is not followed, because the device is in
	// MaxFences others; it may be nil. It is told with each fix inside.
	Full func(fence string, at int64)

	places    []Place
	passes    []Pass
	prev, cur timeline.Fix
}
