package geofence

import (
	"errors"
	"fmt"

	"github.com/odograph/odograph/pkg/timeline"
)

// Rules say when a device is in a geofence. Distances are in metres, times in
// seconds of event time. A fence may have its own in its Settings.
type Rules struct {
	Enter         Enter   `yaml:"enter"`
	Exit          Exit    `yaml:"exit"`
	DwellS        []int64 `yaml:"dwell_s"` // how long inside is told as dwell, ascending
	Jump          Jump    `yaml:"jump"`
	Trust         Trust   `yaml:"trust"`
	Rest          Rest    `yaml:"rest"`
	UnknownAfterS int64   `yaml:"unknown_after_s"` // without a sign of life
}

// Enter says when a device that is found inside has entered.
type Enter struct {
	MinFixes   int64   `yaml:"min_fixes"`    // in a row
	MinInsideS int64   `yaml:"min_inside_s"` // from the first to the last of them
	MarginM    float64 `yaml:"margin_m"`     // so deep inside, one fix is enough; 0: off
}

// Exit says when a device that is found outside has left.
type Exit struct {
	MinFixes    int64   `yaml:"min_fixes"`     // in a row, outside the margin
	MinOutsideS int64   `yaml:"min_outside_s"` // from the first to the last of them
	MarginM     float64 `yaml:"margin_m"`      // around the fence; at least this
	MarginShare float64 `yaml:"margin_share"`  // and this share of the radius of a circle of its area
	MarginCapM  float64 `yaml:"margin_cap_m"`  // at most this
}

// Jump says what may be concluded from two fixes about the way between them.
type Jump struct {
	MaxGapS       int64   `yaml:"max_gap_s"`
	MaxImpliedKMH float64 `yaml:"max_implied_kmh"` // a fix that a vehicle would have to be faster for is not trusted
	MinChordM     float64 `yaml:"min_chord_m"`     // length within a fence of a way that has no fix in it; 0: none are passed
}

// Trust says which fixes count.
type Trust struct {
	MinSatellites int32 `yaml:"min_satellites"` // where the count is known
}

// Rest says when a vehicle stands.
type Rest struct {
	RadiusM   float64 `yaml:"radius_m"`   // of fixes around their mean; 0: every fix is judged by itself
	AfterS    int64   `yaml:"after_s"`    // they stay there
	MeanS     int64   `yaml:"mean_s"`     // over which the mean is taken, older fixes fade
	ConfirmS  int64   `yaml:"confirm_s"`  // for which it must be inside or outside
	MovingKMH float64 `yaml:"moving_kmh"` // a device that says it is as fast as this moves
}

// DefaultRules suit trackers that send every 1 s to 2 min, with noise of up to
// 15 m.
func DefaultRules() Rules {
	return Rules{
		Enter:         Enter{MinFixes: 1},
		Exit:          Exit{MinFixes: 2, MinOutsideS: 60, MarginM: 20, MarginShare: 0.1, MarginCapM: 100},
		DwellS:        []int64{300},
		Jump:          Jump{MaxGapS: 300, MaxImpliedKMH: 220, MinChordM: 30},
		Trust:         Trust{MinSatellites: 4},
		Rest:          Rest{RadiusM: 75, AfterS: 60, MeanS: 1800, ConfirmS: 300, MovingKMH: 5},
		UnknownAfterS: 1800,
	}
}

// marginM is how far outside a fence a device is still taken to be inside, by the
// radius of a circle of the fence's area.
func (e *Exit) marginM(radiusM float64) float64 {
	return min(max(e.MarginM, e.MarginShare*radiusM), e.MarginCapM)
}

// Validate names every key that is wrong, and what is wanted.
func (r *Rules) Validate() error {
	var errs []error
	between := func(key string, v, low, high float64) {
		errs = append(errs, inRange("geofence."+key, v, low, high))
	}
	errs = append(errs, r.Enter.Validate("geofence.enter"), r.Exit.Validate("geofence.exit"))
	between("jump.max_gap_s", float64(r.Jump.MaxGapS), 0, float64(r.UnknownAfterS))
	between("jump.max_implied_kmh", r.Jump.MaxImpliedKMH, 50, 1000)
	between("jump.min_chord_m", r.Jump.MinChordM, 0, 10_000)
	between("trust.min_satellites", float64(r.Trust.MinSatellites), 0, timeline.MaxSatellites)
	between("rest.radius_m", r.Rest.RadiusM, 0, 500)
	between("rest.after_s", float64(r.Rest.AfterS), 1, day)
	between("rest.mean_s", float64(r.Rest.MeanS), 1, day)
	between("rest.confirm_s", float64(r.Rest.ConfirmS), 0, day)
	between("rest.moving_kmh", r.Rest.MovingKMH, 1, 50)
	between("unknown_after_s", float64(r.UnknownAfterS), 60, 30*day)
	return errors.Join(append(errs, ValidDwell("geofence.dwell_s", r.DwellS))...)
}

// Validate names every key that is wrong, under the name that enter has.
func (e *Enter) Validate(name string) error {
	return errors.Join(
		inRange(name+".min_fixes", float64(e.MinFixes), 1, 100),
		inRange(name+".min_inside_s", float64(e.MinInsideS), 0, day),
		inRange(name+".margin_m", e.MarginM, 0, 10_000))
}

// Validate names every key that is wrong, under the name that exit has.
func (e *Exit) Validate(name string) error {
	return errors.Join(
		inRange(name+".min_fixes", float64(e.MinFixes), 1, 100),
		inRange(name+".min_outside_s", float64(e.MinOutsideS), 0, day),
		inRange(name+".margin_m", e.MarginM, 0, e.MarginCapM),
		inRange(name+".margin_share", e.MarginShare, 0, 1),
		inRange(name+".margin_cap_m", e.MarginCapM, 0, 1000))
}

const day = 86_400

func inRange(key string, v, low, high float64) error {
	if v >= low && v <= high {
		return nil
	}
	return fmt.Errorf("%s is %v: want %v to %v", key, v, low, high)
}

// MaxDwells is how many dwell times a fence may have.
const MaxDwells = 8

// ValidDwell tells what is wrong with dwell times that have this name.
func ValidDwell(key string, dwellS []int64) error {
	const week = 7 * 86_400
	if len(dwellS) > MaxDwells {
		return fmt.Errorf("%s has %d times: want at most %d", key, len(dwellS), MaxDwells)
	}
	for i, s := range dwellS {
		if s < 1 || s > week || i > 0 && s <= dwellS[i-1] {
			return fmt.Errorf("%s is %v: want seconds from 1 to %d, each greater than the one before", key, dwellS, week)
		}
	}
	return nil
}
