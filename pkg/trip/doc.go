// Package trip finds trips and stops in a device's fixes.
//
// A device is at rest at a place, or it moves. It comes to rest when its fixes
// stay within rest_radius_m of a place for rest_confirm_s (and the device, where
// it says a speed, says that it stands); a rest ends when it gets more than
// leave_m away, faster than drift. So nothing is added to a distance while a
// parked tracker's position wanders, and a ghost of a speed starts no trip.
// Where the device sends no speed, positions alone decide; where it does, the
// positions must still agree.
//
// A trip is what lies between two rests that are long enough: split_rest_s, or
// split_ignition_off_s with the ignition off. Its start and its end are the
// times at which the vehicle left and arrived, not those at which that was
// certain. It is told once it is certain to be one; what is too short is no
// trip, and the rest before it goes on.
//
// Silence. Up to split_gap_s a silence is driving over its straight line, as
// far as the distance is more than the vehicle would have driven at
// silent_speed_kmh in the time that is left by a rest of split_rest_s; else the
// vehicle rested where it was last seen. A longer silence ends the trip at its
// last fix, unless bridge_speed_kmh says that it was driven through. Where the
// departure lies in a silence of more than start_gap_s it is estimated: as long
// before the first fix as the distance takes at silent_speed_kmh.
//
// Ignition. Motion by distance wins: a vehicle that is towed or on a ferry makes
// a trip with the ignition off, of at least min_trip_distance_off_m. An ignition
// that is off for less than split_ignition_off_s is a flicker. One that was off
// since before the trip says nothing of its rests.
//
// Time passes only with fixes and marks: what goes on when a device falls silent
// is told as going on until the next of them.
package trip
