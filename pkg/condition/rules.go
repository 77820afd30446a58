package condition

import (
	"errors"
	"fmt"
	"math"
)

// Rules say what becomes an event. In YAML they are the sections fuel,
// temperature and faults.
type Rules struct {
	Fuel        FuelRules        `yaml:"fuel"`
	Temperature TemperatureRules `yaml:"temperature"`
	Faults      FaultRules       `yaml:"faults"`
}

// MaxMergeS is the longest time after which an event that was closed is told
// again: whoever keeps what was told must keep it for so long.
const MaxMergeS = 600

// FuelRules are about refuels and thefts. What a level means differs by the
// sensor's unit, so each has limits of its own; a reading in another unit is
// left alone.
type FuelRules struct {
	MinRestS      float64 `yaml:"min_rest_s"`      // a level changes by hand only where the vehicle stood this long
	RestSpeedKMH  float64 `yaml:"rest_speed_kmh"`  // at rest: not faster than this
	RestRadiusM   float64 `yaml:"rest_radius_m"`   // and not farther than this from where the rest began
	MergeS        float64 `yaml:"merge_s"`         // a change that goes on within this time is still the same
	MaxSilenceS   float64 `yaml:"max_silence_s"`   // after a longer one the level is learnt anew, without an event
	ZeroIsReading bool    `yaml:"zero_is_reading"` // 0 is what a sensor sends whose wire is off, so it is none by default

	Litres  FuelLimits `yaml:"litres"`  // unit L
	Percent FuelLimits `yaml:"percent"` // of the tank
	Cm      FuelLimits `yaml:"cm"`      // height of the level
	Volts   FuelLimits `yaml:"volts"`   // of the sensor
}

// FuelLimits are in the unit of the section they stand in.
type FuelLimits struct {
	MinRefuel    float64 `yaml:"min_refuel"`
	MinTheft     float64 `yaml:"min_theft"`
	ParkedPerH   float64 `yaml:"parked_per_h"`  // the level may drift this fast with the ignition off
	IdlingPerH   float64 `yaml:"idling_per_h"`  // most that is burnt at rest with the ignition on, or not known
	DrivingPerH  float64 `yaml:"driving_per_h"` // most that is burnt on the move
	GreatestRead float64 `yaml:"greatest_read"` // a reading above it is none
}

// TemperatureRules are about temperatures that leave the range of their device.
// Where the device has none, the default range counts, if there is one.
type TemperatureRules struct {
	DefaultMinC  *float64 `yaml:"default_min_c"`
	DefaultMaxC  *float64 `yaml:"default_max_c"`
	MinDurationS float64  `yaml:"min_duration_s"` // out of range for at least this long
	HysteresisC  float64  `yaml:"hysteresis_c"`   // back in range is this far inside it
	MaxGapS      float64  `yaml:"max_gap_s"`      // a longer silence of the sensor ends the event
	ReportStepC  float64  `yaml:"report_step_c"`  // an event that goes on is told again when its extreme has grown by this
	ReportS      float64  `yaml:"report_s"`       // or when this time has passed
	LeastReadC   float64  `yaml:"least_read_c"`   // a reading beyond these two is a fault of the sensor, and none
	GreatReadC   float64  `yaml:"greatest_read_c"`
}

// FaultRules are about the trouble codes of the vehicle's bus.
type FaultRules struct {
	ClearReports int     `yaml:"clear_reports"` // a code is cleared when it is missing from this many reports in a row
	ReportS      float64 `yaml:"report_s"`      // one that stays is told again when this time has passed
}

// DefaultRules suit cars and trucks alike. The limits in litres are those that
// fuel sensors are commonly set up with; those in other units assume a tank of
// 60 to 400 l and should be set for one's own.
func DefaultRules() Rules {
	return Rules{
		Fuel: FuelRules{
			MinRestS: 120, RestSpeedKMH: 5, RestRadiusM: 100, MergeS: 600, MaxSilenceS: 72 * 3600,
			Litres:  FuelLimits{MinRefuel: 10, MinTheft: 10, ParkedPerH: 1, IdlingPerH: 15, DrivingPerH: 60, GreatestRead: 5000},
			Percent: FuelLimits{MinRefuel: 8, MinTheft: 8, ParkedPerH: 1, IdlingPerH: 10, DrivingPerH: 40, GreatestRead: 100},
			Cm:      FuelLimits{MinRefuel: 4, MinTheft: 4, ParkedPerH: 0.5, IdlingPerH: 3, DrivingPerH: 15, GreatestRead: 300},
			Volts:   FuelLimits{MinRefuel: 0.4, MinTheft: 0.4, ParkedPerH: 0.05, IdlingPerH: 0.4, DrivingPerH: 2, GreatestRead: 36},
		},
		Temperature: TemperatureRules{
			MinDurationS: 300, HysteresisC: 0.5, MaxGapS: 1800, ReportStepC: 1, ReportS: 900, LeastReadC: -60, GreatReadC: 120,
		},
		Faults: FaultRules{ClearReports: 1, ReportS: 6 * 3600},
	}
}

// Validate names every wrong key and what is wanted.
func (r *Rules) Validate() error {
	var c checker
	f, t := &r.Fuel, &r.Temperature
	c.between("fuel.min_rest_s", f.MinRestS, 0, 86_400)
	c.between("fuel.rest_speed_kmh", f.RestSpeedKMH, 0, 30)
	c.between("fuel.rest_radius_m", f.RestRadiusM, 10, 2_000)
	c.between("fuel.merge_s", f.MergeS, 0, MaxMergeS)
	c.between("fuel.max_silence_s", f.MaxSilenceS, 60, 30*86_400)
	c.limits("fuel.litres", &f.Litres)
	c.limits("fuel.percent", &f.Percent)
	c.limits("fuel.cm", &f.Cm)
	c.limits("fuel.volts", &f.Volts)
	c.between("temperature.min_duration_s", t.MinDurationS, 0, 86_400)
	c.between("temperature.hysteresis_c", t.HysteresisC, 0, 20)
	c.between("temperature.max_gap_s", t.MaxGapS, 1, 7*86_400)
	c.between("temperature.report_step_c", t.ReportStepC, 0.01, 100)
	c.between("temperature.report_s", t.ReportS, 60, 7*86_400)
	c.between("temperature.least_read_c", t.LeastReadC, -273, t.GreatReadC)
	c.between("temperature.greatest_read_c", t.GreatReadC, t.LeastReadC, 2_000)
	low, high := t.bounds(Input{TemperatureMinC: math.NaN(), TemperatureMaxC: math.NaN()})
	if low >= high {
		c.errs = append(c.errs, fmt.Errorf("temperature.default_min_c: want less than default_max_c (%v), got %v", high, low))
	}
	c.between("faults.clear_reports", float64(r.Faults.ClearReports), 1, 100)
	c.between("faults.report_s", r.Faults.ReportS, 60, 30*86_400)
	return errors.Join(c.errs...)
}

type checker struct{ errs []error }

// between also refuses what is no number.
func (c *checker) between(key string, v, low, high float64) {
	if !(v >= low && v <= high) {
		c.errs = append(c.errs, fmt.Errorf("%s: want %v to %v, got %v", key, low, high, v))
	}
}

func (c *checker) limits(section string, l *FuelLimits) {
	c.between(section+".greatest_read", l.GreatestRead, 0.01, 100_000)
	c.between(section+".min_refuel", l.MinRefuel, 0.01, l.GreatestRead)
	c.between(section+".min_theft", l.MinTheft, 0.01, l.GreatestRead)
	c.between(section+".parked_per_h", l.ParkedPerH, 0, l.GreatestRead)
	c.between(section+".idling_per_h", l.IdlingPerH, 0, l.GreatestRead)
	c.between(section+".driving_per_h", l.DrivingPerH, 0, l.GreatestRead)
}

// of is the limits of a unit as schema.Sensor names it, nil for any other.
func (f *FuelRules) of(unit string) *FuelLimits {
	switch unit {
	case "L":
		return &f.Litres
	case "percent":
		return &f.Percent
	case "cm":
		return &f.Cm
	case "V":
		return &f.Volts
	}
	return nil
}

// least is the smaller of the two changes that count.
func (l *FuelLimits) least() float64 { return min(l.MinRefuel, l.MinTheft) }

// bounds is the range that counts for a device; infinite where there is none.
func (t *TemperatureRules) bounds(in Input) (low, high float64) {
	low, high = in.TemperatureMinC, in.TemperatureMaxC
	if math.IsNaN(low) && math.IsNaN(high) {
		if t.DefaultMinC != nil {
			low = *t.DefaultMinC
		}
		if t.DefaultMaxC != nil {
			high = *t.DefaultMaxC
		}
	}
	if math.IsNaN(low) {
		low = math.Inf(-1)
	}
	if math.IsNaN(high) {
		high = math.Inf(1)
	}
	return low, high
}
