package trip

import "github.com/odograph/odograph/pkg/schema"

// A Trip is what a State tells of a trip. Its identity is its Start.
type Trip struct {
	Start, End   int64 // seconds since 1970: departure, and last movement
	Ongoing      bool
	DistanceM    float64
	MaxSpeedKMH  schema.Opt[float64] // none where the device sent no speed
	IdleS        float64             // at rest within the trip, ignition on or not known
	DrivingS     float64             // from Start to End, less all rests
	ObservableS  float64             // of DrivingS, in gaps in which harsh events can be seen
	Fixes        int64
	LongestGapS  int64
	StartLatE6   int32 // 1e-6 degree
	StartLngE6   int32
	EndLatE6     int32
	EndLngE6     int32
	OdometerM    schema.Opt[float64] // by the odometer; none where it is absent or ran backwards
	EndReason    string              // empty while Ongoing
	Driver       string
	DriverSource string // the channel of the mark: rfid or sign_in
}

// Why a trip ended.
const (
	EndRest        = "rest"
	EndIgnitionOff = "ignition_off"
	EndSilence     = "silence"
)

// A Stop is what a State tells of a rest, or of a part of one: where the
// ignition is switched during a rest, an idling and a parking stop abut. Its
// identity is its Start alone: a stop that began as parking may turn out to be
// idling.
type Stop struct {
	Start, End int64 // seconds since 1970
	Ongoing    bool
	Kind       string
	LatE6      int32 // 1e-6 degree
	LngE6      int32
}

// The kinds of stops.
const (
	Parking = "parking"
	Idling  = "idling"
)

// Out takes what is found. The pointers are the callee's to keep. Telling a
// Start again replaces what was told of it before.
type Out struct {
	Trip func(*Trip)
	Stop func(*Stop)
}
