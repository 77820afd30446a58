// Package geofence finds out when a device enters, stays in and leaves
// geofences. It sees memberships alone: a View says how deep within which fences
// a position lies and which of them a straight line meets; shapes are not known
// here.
//
// Of each fence that a device is not simply outside of there is a small machine:
//
//	outside -> entering -> inside -> leaving -> outside
//
// It enters with enter.min_fixes fixes inside, over at least enter.min_inside_s,
// or one that is enter.margin_m deep. It leaves with exit.min_fixes fixes in a
// row that are further outside than the fence's exit margin, over at least
// exit.min_outside_s; a fix back inside takes that back. Between the edge and the
// margin nothing is decided; who stays there for longer than jump.max_gap_s is
// taken to be inside. Nothing is told before it is confirmed, and what was told
// never changes its time: At is the first crossing, ConfirmedAt the confirmation.
//
// Time of a crossing. Between two fixes at most jump.max_gap_s apart it is
// interpolated on the straight line; over longer gaps, and where a position
// contradicts the one before, it is the later fix. A fence that the line passes
// through with a chord of jump.min_chord_m, without a fix inside, was entered and
// left: both are told, as inferred, at once.
//
// Rest. Positions of a vehicle that stands wander by the noise of its receiver,
// and a fence's edge may lie in between. While fixes stay within rest.radius_m of
// their mean (and the device does not say that it moves, nor, where it does not send
// its speed, several fixes in a row go one way), it is the mean that is
// judged, and a change within a rest must hold for rest.confirm_s. A rest ends with two fixes
// away from it, or one that says it moves; the first is taken into account once
// the second has come, so a single outlier does nothing.
//
// Trust. Old coordinates, fixes with too few satellites, and those that imply an
// impossible speed never move a machine. They say that the device is alive, as
// marks do while the ignition is not on. After unknown_after_s without a sign of
// life it is not known where the vehicle is: unknown is told, never exit, and
// inside_again if it is found where it was.
//
// Schedule. The machine runs at all times; what is told is what happens while the
// fence's window is open. Who is inside when it opens is told as inside_at_open,
// at the opening; who is inside when it closes, as inside_at_close.
//
// Beginnings are enter, inside_at_open and inside_at_start (there when the device
// was first seen, or when the fence came to be); ends are exit and
// inside_at_close. Of one device and fence they alternate, in the order of At,
// with dwell, unknown and inside_again in between.
//
// Changes of fences. A fence that a fence's definition no longer gives to the
// device is forgotten without an event: nothing happened to the vehicle. A new
// version holds from Settings.Since on: who is inside the old and the new shape
// stays inside, who is no longer inside leaves by the usual rules, who is found
// inside a new shape was not seen to enter it and is inside_at_start.
package geofence
