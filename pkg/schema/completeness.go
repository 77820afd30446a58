package schema

import "time"

// Completeness says of one device and one hour of fix time how many fixes it
// must have made, how many came, and why the others are missing. A record with
// a higher Revision replaces the earlier ones of the same device and hour.
type Completeness struct {
	IMEI     string    `json:"imei"`
	Account  string    `json:"account,omitzero"`
	Hour     time.Time `json:"hour"`     // its beginning
	Revision int64     `json:"revision"` // milliseconds since 1970 at which it was worked out

	CadenceS      Opt[float64] `json:"cadence_s,omitzero"`      // usual time between two fixes on the move, from the device's own stream
	ExpectedFixes Opt[int32]   `json:"expected_fixes,omitzero"` // received and missing; absent where nothing tells how many there were
	ReceivedFixes int32        `json:"received_fixes"`          // distinct fixes, from any source
	MissingFixes  int32        `json:"missing_fixes"`           // estimate: the time in holes by the cadence
	FirstByPush   int32        `json:"first_by_push"`           // of the received ones, those that a push brought first
	FirstByPoll   int32        `json:"first_by_poll"`           // of the received ones, those that a poll brought first
	Holes         int32        `json:"holes"`
	LongestHoleS  Opt[float64] `json:"longest_hole_s,omitzero"`
	Reason        HoleReason   `json:"reason,omitzero"` // of what is missing, the part that weighs most
	AskedHoles    int32        `json:"asked_holes"`     // holes for which the platform was asked
}

// A HoleReason says why fixes are missing.
type HoleReason string

// The reasons.
const (
	HolePending       HoleReason = "pending"          // found, the platform has not been asked yet
	HoleBudget        HoleReason = "budget"           // the account's rate budget or daily quota does not allow to ask yet
	HoleFailed        HoleReason = "failed"           // asked, and the platform did not answer; it is asked again
	HoleNotAtPlatform HoleReason = "not_at_platform"  // asked, and the platform has no fixes there either
	HoleNotPolled     HoleReason = "not_polled"       // no account that is polled has the device, or asking is switched off
	HoleSilent        HoleReason = "silent"           // nothing at all came from the device
	HoleLeftOut       HoleReason = "left_out_of_poll" // the fleet poll left the device out, and nothing else came
)
