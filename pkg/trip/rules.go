package trip

import (
	"errors"
	"fmt"
	"math"
)

// Rules say what a rest, a stop and a trip are. Speeds are in km/h, distances in
// metres, times in whole seconds of event time.
type Rules struct {
	MovingSpeedKMH float64 `yaml:"moving_speed_kmh"` // a device that says it is slower stands (idling: below 3 km/h)
	DriftSpeedKMH  float64 `yaml:"drift_speed_kmh"`  // slower displacement is drift or a walk, not a drive, unless the ignition is on
	MaxSpeedKMH    float64 `yaml:"max_speed_kmh"`    // a device's speed above it is no speed

	MaxAccelerationMPS2 float64 `yaml:"max_acceleration_mps2"` // a speed that was gained faster is no top speed

	RestRadiusM  float64 `yaml:"rest_radius_m"`  // fixes within this of a place are at the place
	LeaveM       float64 `yaml:"leave_m"`        // a rest ends by movement of more than this away from its place (idling: 50 m)
	RestConfirmS int64   `yaml:"rest_confirm_s"` // at a place for this long is a rest; shorter is driving
	StaleSpeedS  int64   `yaml:"stale_speed_s"`  // a device that says it moves and stays at a place for this long stands

	MinStopS   int64 `yaml:"min_stop_s"`   // a rest of this long is a stop
	IdlingMinS int64 `yaml:"idling_min_s"` // at rest with the ignition on for this long is idling; else it is parking

	MinTripDistanceM    float64 `yaml:"min_trip_distance_m"`     // shorter is no trip, the rest goes on
	MinTripDistanceOffM float64 `yaml:"min_trip_distance_off_m"` // the same where the ignition is off: towed, on a ferry, or drift
	MinTripS            int64   `yaml:"min_trip_s"`              // shorter is no trip

	SplitRestS        int64 `yaml:"split_rest_s"`         // a rest of this long ends a trip
	SplitIdlingS      int64 `yaml:"split_idling_s"`       // the same where the ignition is known to have been on all the while
	SplitIgnitionOffS int64 `yaml:"split_ignition_off_s"` // a rest with the ignition off for this long ends a trip; shorter is a flicker or a start-stop engine

	SplitGapS      int64   `yaml:"split_gap_s"`      // a longer silence ends a trip, unless it is bridged
	BridgeGapS     int64   `yaml:"bridge_gap_s"`     // the longest silence that can be bridged
	BridgeSpeedKMH float64 `yaml:"bridge_speed_kmh"` // a silence is bridged if the vehicle came out of it so far away that it drove at least this fast, in a straight line
	StartGapS      int64   `yaml:"start_gap_s"`      // after a longer silence the time of departure is estimated
	SilentSpeedKMH float64 `yaml:"silent_speed_kmh"` // who drove through a silence was at least this fast, in a straight line; the time that is left was rest
	DepartSpeedKMH float64 `yaml:"depart_speed_kmh"` // at which a vehicle is taken to have come from its rest to the first fix after a silence
	StartBackS     int64   `yaml:"start_back_s"`     // after a silence beyond split_gap_s a departure is estimated at most this long before the first moving fix

	TripUpdateS int64 `yaml:"trip_update_s"` // a trip that goes on is told again this often
	StopUpdateS int64 `yaml:"stop_update_s"` // a stop that goes on is told again this often
	MinUpdateS  int64 `yaml:"min_update_s"`  // a trip that goes on is told at most this often
}

// DefaultRules suit vehicles with wired trackers that send every 1 s to 2 min
// on the move. driving.md gives the thresholds of idling; drift_speed_kmh is
// above the 90th percentile of people on foot (1.6 m/s).
func DefaultRules() Rules {
	return Rules{
		MovingSpeedKMH: 3, DriftSpeedKMH: 7.5, MaxSpeedKMH: 220, MaxAccelerationMPS2: 9,
		RestRadiusM: 30, LeaveM: 50, RestConfirmS: 20, StaleSpeedS: 120,
		MinStopS: 120, IdlingMinS: 300,
		MinTripDistanceM: 300, MinTripDistanceOffM: 1000, MinTripS: 30,
		SplitRestS: 300, SplitIdlingS: 900, SplitIgnitionOffS: 120,
		SplitGapS: 1200, BridgeGapS: 3600, BridgeSpeedKMH: 30,
		StartGapS: 120, SilentSpeedKMH: 15, DepartSpeedKMH: 30, StartBackS: 120,
		TripUpdateS: 300, StopUpdateS: 1800, MinUpdateS: 60,
	}
}

// Validate names every key that is wrong, and what is wanted.
func (r *Rules) Validate() error {
	var errs []error
	want := func(ok bool, key string, is any, wanted string) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s is %v: want %s", key, is, wanted))
		}
	}
	between := func(key string, v, low, high float64) {
		want(v >= low && v <= high && !math.IsNaN(v), key, v, fmt.Sprintf("%v to %v", low, high))
	}
	const day = 86_400
	between("moving_speed_kmh", r.MovingSpeedKMH, 0.1, 20)
	between("drift_speed_kmh", r.DriftSpeedKMH, r.MovingSpeedKMH, 30)
	between("max_speed_kmh", r.MaxSpeedKMH, 50, 1000)
	between("max_acceleration_mps2", r.MaxAccelerationMPS2, 1, 100)
	between("rest_radius_m", r.RestRadiusM, 5, 500)
	between("leave_m", r.LeaveM, r.RestRadiusM, 1000)
	between("rest_confirm_s", float64(r.RestConfirmS), 1, float64(r.MinStopS))
	between("stale_speed_s", float64(r.StaleSpeedS), 10, day)
	between("min_stop_s", float64(r.MinStopS), 1, day)
	between("idling_min_s", float64(r.IdlingMinS), float64(r.MinStopS), day)
	between("min_trip_distance_m", r.MinTripDistanceM, r.LeaveM, 100_000)
	between("min_trip_distance_off_m", r.MinTripDistanceOffM, r.MinTripDistanceM, 100_000)
	between("min_trip_s", float64(r.MinTripS), 1, day)
	between("split_rest_s", float64(r.SplitRestS), float64(r.MinStopS), day)
	between("split_idling_s", float64(r.SplitIdlingS), float64(r.SplitRestS), day)
	between("split_ignition_off_s", float64(r.SplitIgnitionOffS), float64(r.MinStopS), day)
	between("split_gap_s", float64(r.SplitGapS), float64(r.SplitRestS), day)
	between("bridge_gap_s", float64(r.BridgeGapS), float64(r.SplitGapS), day)
	between("bridge_speed_kmh", r.BridgeSpeedKMH, r.DriftSpeedKMH, 200)
	between("start_gap_s", float64(r.StartGapS), 1, float64(r.SplitGapS))
	between("silent_speed_kmh", r.SilentSpeedKMH, 1, 200)
	between("depart_speed_kmh", r.DepartSpeedKMH, r.SilentSpeedKMH, 200)
	between("start_back_s", float64(r.StartBackS), 0, float64(r.SplitGapS))
	between("trip_update_s", float64(r.TripUpdateS), float64(r.MinUpdateS), day)
	between("stop_update_s", float64(r.StopUpdateS), 60, day)
	between("min_update_s", float64(r.MinUpdateS), 1, day)
	return errors.Join(errs...)
}
