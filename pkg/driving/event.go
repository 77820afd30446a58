package driving

import (
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A kind is a kind of event inside this package.
type kind uint8

const (
	acceleration kind = iota
	braking
	cornering
	speeding
	collision
	kinds = iota
)

var kindNames = [kinds]schema.DrivingKind{schema.HarshAcceleration, schema.HarshBraking, schema.HarshCornering, schema.Speeding, schema.Collision}

type severity uint8

const (
	severityNone severity = iota
	severityLow
	severityMedium
	severityHigh
)

var severityNames = [...]schema.Severity{schema.SeverityNone, schema.SeverityLow, schema.SeverityMedium, schema.SeverityHigh}

func severityOf(word string) severity {
	for i, s := range severityNames {
		if string(s) == word {
			return severity(i)
		}
	}
	return severityNone
}

// Sources says who saw an event.
type Sources uint8

// The sources, as bits.
const (
	Device Sources = 1 << iota
	GPS
)

// An Event is what happened. Kind and Start are its identity. The fields of a
// size that is not there are timeline.Unknown, a position timeline.NoPosition.
type Event struct {
	Kind       schema.DrivingKind
	Start, End int64 // seconds since 1970
	Severity   schema.Severity
	Sources    Sources
	Confidence schema.Confidence
	Class      Class
	LatE6      int32 // of the second fix of the peak, or of the alarm
	LngE6      int32

	AlarmCode string // of the device's alarms, "class/code"; more than one in the same second: sorted, with commas
	AlarmAt   int64  // when the device raised it; 0 without the source Device

	// Of a harsh event that GPS saw: PeakMPS2 is |SpeedAfterKMH -
	// SpeedBeforeKMH| / 3.6 / GapS, of cornering the mean of the two speeds by
	// the turn rate in radians.
	PeakMPS2         float64
	ThresholdMPS2    float64
	GapS             int64
	SpeedBeforeKMH   float64
	SpeedAfterKMH    float64
	PeakHeadingDeg   float64 // cornering: change of heading within the peak's gap, positive to the right
	HeadingChangeDeg float64 // cornering: of the whole turn

	// Of speeding that GPS saw, at the fix that was furthest above its limit.
	MaxSpeedKMH float64 // also of an alarm that carries a speed
	LimitKMH    float64
	LimitSource string
	DistanceM   float64
}

// Fill writes the event into the fields of a record that this package knows of.
func (e *Event) Fill(d *schema.DrivingEvent) {
	d.Kind, d.Severity, d.Confidence = e.Kind, e.Severity, e.Confidence
	d.StartTime, d.EndTime = unix(e.Start), unix(e.End)
	d.Source, d.Sources = schema.EvidenceGPS, nil
	if e.Sources&Device != 0 {
		d.Source, d.Sources = schema.EvidenceDevice, append(d.Sources, schema.EvidenceDevice)
	}
	if e.Sources&GPS != 0 {
		d.Sources = append(d.Sources, schema.EvidenceGPS)
	}
	d.AlarmCode, d.VehicleClass, d.LimitSource = e.AlarmCode, e.Class.String(), e.LimitSource
	d.Lat, d.Lng = schema.Opt[float64]{}, schema.Opt[float64]{}
	if e.LatE6 != timeline.NoPosition {
		d.Lat, d.Lng = schema.Some(float64(e.LatE6)/1e6), schema.Some(float64(e.LngE6)/1e6)
	}
	d.PeakMPS2, d.ThresholdMPS2 = known(e.PeakMPS2), known(e.ThresholdMPS2)
	d.GapS = known(float64(e.GapS))
	d.SpeedBeforeKMH, d.SpeedAfterKMH = known(e.SpeedBeforeKMH), known(e.SpeedAfterKMH)
	d.HeadingChangeDeg, d.PeakHeadingDeg = schema.Opt[float64]{}, schema.Opt[float64]{}
	if e.Kind == schema.HarshCornering && e.Sources&GPS != 0 { // -1 degree is a turn
		d.HeadingChangeDeg, d.PeakHeadingDeg = schema.Some(e.HeadingChangeDeg), schema.Some(e.PeakHeadingDeg)
	}
	d.MaxSpeedKMH, d.LimitKMH, d.DistanceM = known(e.MaxSpeedKMH), known(e.LimitKMH), known(e.DistanceM)
}

func known(v float64) schema.Opt[float64] {
	if v < 0 {
		return schema.Opt[float64]{}
	}
	return schema.Some(v)
}

// Out takes what is found.
type Out struct {
	Event  func(e *Event)                // e is only valid during the call
	Reject func(reason Reason, at int64) // may be nil; at: the time of the second fix
}

func (o *Out) reject(reason Reason, at int64) {
	if o.Reject != nil {
		o.Reject(reason, at)
	}
}

// A Reason says why two fixes gave no event though a threshold was passed.
type Reason uint8

// The reasons, in the order in which they are looked at.
const (
	TooFast         Reason = iota + 1 // the device's speed is above Reject.ImpliedSpeedKMH: the fix is not used
	MaxAbs                            // beyond tyres: the fix is not compared with
	Unsettled                         // across a fix that MaxAbs took out
	Gap                               // too long a gap to say anything
	BelowSpeed                        // too slow
	Alone                             // no third fix before them that is near enough
	HeadingRate                       // no vehicle turns so fast
	Satellites                        // too few at one of the two fixes
	Ignition                          // off at one of the two fixes
	HeldPosition                      // the position stands still while the speed says otherwise
	HeldDevice                        // the device did that a short while ago
	ImpliedSpeed                      // no vehicle gets from one position to the other in that time
	SpeedVsDistance                   // the way between the positions contradicts the speeds
	Cooldown                          // too soon after the last event of its kind
	reasons
)

var reasonNames = [reasons]string{"", "speed", "max_abs", "unsettled", "gap", "below_speed", "alone", "heading_rate", "gate_satellites", "gate_ignition",
	"held_position", "held_device", "implied_speed", "speed_vs_distance", "cooldown"}

func (r Reason) String() string {
	if r < reasons {
		return reasonNames[r]
	}
	return ""
}
