package driving

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// Rules are the settings of all that this package decides.
type Rules struct {
	Harsh    Harsh    `yaml:"harsh"`
	Speeding Speeding `yaml:"speeding"`
}

// Harsh are the rules of harsh acceleration, braking and cornering.
type Harsh struct {
	Thresholds ThresholdsByClass `yaml:"thresholds_mps2"` // between two fixes 1 s apart

	GapFactor           map[int]float64 `yaml:"gap_factor"`        // by seconds between the fixes, linear between; times the threshold
	CornerGapFactor     map[int]float64 `yaml:"corner_gap_factor"` // the same for cornering, whose acceleration changes less within a gap
	MaxGapS             MaxGap          `yaml:"max_gap_s"`
	MinThresholdMPS2    float64         `yaml:"min_threshold_mps2"`    // after scaling; below it is noise
	MinThreshold1sMPS2  float64         `yaml:"min_threshold_1s_mps2"` // the same over 1 s, where whole km/h are 0.28 m/s² apart
	MinSpeedKMH         MinSpeed        `yaml:"min_speed_kmh"`         // the faster of the two fixes
	MinHeadingChangeDeg float64         `yaml:"min_event_heading_change_deg"`
	MaxHeadingRateDegS  float64         `yaml:"max_heading_rate_deg_s"` // above: noise of the heading, no corner

	MinRunFixes     int  `yaml:"min_run_fixes"`    // fixes in a row, none further apart than max_gap_s.inferred: two near ones of a device that sends each minute are chance
	MinSatellites   int  `yaml:"min_satellites"`   // of both fixes, where known
	RequireIgnition bool `yaml:"require_ignition"` // of both fixes, where known

	Reject           Reject  `yaml:"reject"`
	TimestampDamping float64 `yaml:"timestamp_damping_s"` // added to the gap when dividing (Wialon: 0.7); 0: off

	MergeS            int64  `yaml:"merge_s"`    // passed thresholds no further apart are one event
	CooldownS         int64  `yaml:"cooldown_s"` // after an event, before the next of its kind
	MatchDeviceAlarmS int64  `yaml:"match_device_alarm_s"`
	DeviceSeverity    string `yaml:"device_severity"` // of an alarm: low, medium or high; GPS can raise it
}

// ThresholdsByClass are the thresholds of each class.
type ThresholdsByClass struct {
	Car        Thresholds `yaml:"car"`
	Van        Thresholds `yaml:"van"`
	Truck      Thresholds `yaml:"truck"`
	Bus        Thresholds `yaml:"bus"`
	Motorcycle Thresholds `yaml:"motorcycle"`
}

// Thresholds are what low, medium and high severity begin at, in m/s². All 0:
// the kind is off.
type Thresholds struct {
	Accelerate [3]float64 `yaml:"accelerate,flow"`
	Brake      [3]float64 `yaml:"brake,flow"`
	Corner     [3]float64 `yaml:"corner,flow"`
}

// MaxGap is how far apart two fixes may be, in seconds.
type MaxGap struct {
	Measured int64 `yaml:"measured"` // counts in the score
	Inferred int64 `yaml:"inferred"` // does not
	Corner   int64 `yaml:"corner"`   // a turn and its return inside a gap are invisible
}

// MinSpeed is below what speed nothing is harsh, in km/h.
type MinSpeed struct {
	Longitudinal float64 `yaml:"longitudinal"`
	Corner       float64 `yaml:"corner"`
}

// Reject says what is a fault of the data and no driving.
type Reject struct {
	ImpliedSpeedKMH  float64 `yaml:"implied_speed_kmh"`  // distance by time between the two fixes, and the device's own speed
	SpeedVsDistance  float64 `yaml:"speed_vs_distance"`  // share by which the way and speed by time may differ
	DistanceSlackM   float64 `yaml:"distance_slack_m"`   // and metres by which they always may
	MaxAbsMPS2       float64 `yaml:"max_abs_mps2"`       // more is beyond tyres: the fix is not compared with
	HeldPositionM    float64 `yaml:"held_position_m"`    // driven by its speed while the position stood still: the device repeats old values
	HeldQuarantineS  int64   `yaml:"held_quarantine_s"`  // for how long such a device's speeds are not trusted afterwards
	MinHeldPairSpeed float64 `yaml:"held_min_speed_kmh"` // slower than this a receiver may pin the position
}

// Speeding are the rules of speeding.
type Speeding struct {
	OwnLimitKMH     LimitByClass `yaml:"own_limit_kmh"` // where nothing else is known; 0: none
	ToleranceKMH    float64      `yaml:"tolerance_kmh"`
	TolerancePct    float64      `yaml:"single_fix_percent"` // a single fix counts if it is over by this and the gap before it is long enough
	MinDurationS    int64        `yaml:"min_duration_s"`
	MaxGapS         int64        `yaml:"max_gap_s"` // between two fixes of one stretch
	MediumOverKMH   float64      `yaml:"medium_over_kmh"`
	MediumOverPct   float64      `yaml:"medium_over_percent"`
	HighOverKMH     float64      `yaml:"high_over_kmh"`
	HighOverPct     float64      `yaml:"high_over_percent"`
	RepeatS         int64        `yaml:"repeat_s"` // how often a stretch that goes on is told again
	MatchAlarmWithS int64        `yaml:"match_device_alarm_s"`
}

// LimitByClass is a limit for each class, in km/h; 0: none.
type LimitByClass struct {
	Car        float64 `yaml:"car"`
	Van        float64 `yaml:"van"`
	Truck      float64 `yaml:"truck"`
	Bus        float64 `yaml:"bus"`
	Motorcycle float64 `yaml:"motorcycle"`
}

// DefaultRules are the rules as shipped. The thresholds of cars follow published
// ones (DriveQuant, Verizon Connect, Powerfleet, MediRoutes); those of trucks,
// buses and motorcycles are a judgement. The own limits are what hardly any road
// allows the class: 130 km/h, 90 for trucks, 100 for buses; a real limit comes
// from the device, a fence or a map. The steps of speeding are Lightfoot's.
func DefaultRules() Rules {
	return Rules{
		Harsh: Harsh{
			Thresholds: ThresholdsByClass{
				Car:        Thresholds{Accelerate: [3]float64{2.5, 3.1, 4.0}, Brake: [3]float64{2.4, 3.1, 4.0}, Corner: [3]float64{2.5, 3.0, 4.0}},
				Van:        Thresholds{Accelerate: [3]float64{2.3, 2.9, 3.7}, Brake: [3]float64{2.3, 2.9, 3.7}, Corner: [3]float64{2.3, 2.8, 3.7}},
				Truck:      Thresholds{Accelerate: [3]float64{1.7, 2.2, 2.8}, Brake: [3]float64{2.0, 2.5, 3.2}, Corner: [3]float64{1.8, 2.2, 2.8}},
				Bus:        Thresholds{Accelerate: [3]float64{1.6, 2.0, 2.5}, Brake: [3]float64{1.8, 2.2, 2.8}, Corner: [3]float64{1.6, 2.0, 2.5}},
				Motorcycle: Thresholds{Accelerate: [3]float64{2.8, 3.4, 4.3}, Brake: [3]float64{2.8, 3.4, 4.3}}, // leans into corners
			},
			GapFactor:           map[int]float64{1: 1.00, 2: 0.90, 3: 0.80, 4: 0.80, 5: 0.75, 10: 0.60},
			CornerGapFactor:     map[int]float64{1: 1.00, 2: 0.95, 3: 0.90},
			MaxGapS:             MaxGap{Measured: 3, Inferred: 10, Corner: 3},
			MinThresholdMPS2:    1.2,
			MinThreshold1sMPS2:  1.6,
			MinSpeedKMH:         MinSpeed{Longitudinal: 10, Corner: 20},
			MinHeadingChangeDeg: 15,
			MaxHeadingRateDegS:  60,
			MinRunFixes:         3,
			MinSatellites:       5,
			RequireIgnition:     true,
			Reject: Reject{
				ImpliedSpeedKMH: 220, SpeedVsDistance: 0.5, DistanceSlackM: 30, MaxAbsMPS2: 9,
				HeldPositionM: 15, HeldQuarantineS: 900, MinHeldPairSpeed: 5,
			},
			MergeS:            5,
			CooldownS:         10,
			MatchDeviceAlarmS: 15,
			DeviceSeverity:    "medium",
		},
		Speeding: Speeding{
			OwnLimitKMH:     LimitByClass{Car: 130, Van: 130, Truck: 90, Bus: 100, Motorcycle: 130},
			ToleranceKMH:    5,
			TolerancePct:    20,
			MinDurationS:    60,
			MaxGapS:         300,
			MediumOverKMH:   16,
			MediumOverPct:   25,
			HighOverKMH:     30,
			HighOverPct:     40,
			RepeatS:         60,
			MatchAlarmWithS: 15,
		},
	}
}

// maxSeconds bounds every setting in seconds, so that nothing is remembered, or
// told of, long after it happened.
const maxSeconds = 3600

// Validate names every wrong key and what is wanted.
func (r *Rules) Validate() error {
	var c checks
	h := &r.Harsh
	for class := range Class(classes) {
		t, at := h.of(class), "harsh.thresholds_mps2."+class.String()
		c.steps(at+".accelerate", t.Accelerate)
		c.steps(at+".brake", t.Brake)
		c.steps(at+".corner", t.Corner)
		c.within("speeding.own_limit_kmh."+class.String(), r.Speeding.Own(class), 0, 300)
	}
	c.factors("harsh.gap_factor", h.GapFactor)
	c.factors("harsh.corner_gap_factor", h.CornerGapFactor)
	c.seconds("harsh.max_gap_s.measured", h.MaxGapS.Measured, 1, 60)
	c.seconds("harsh.max_gap_s.inferred", h.MaxGapS.Inferred, h.MaxGapS.Measured, 60)
	c.seconds("harsh.max_gap_s.corner", h.MaxGapS.Corner, 0, h.MaxGapS.Inferred)
	c.within("harsh.min_threshold_mps2", h.MinThresholdMPS2, 0.1, 9)
	c.within("harsh.min_threshold_1s_mps2", h.MinThreshold1sMPS2, h.MinThresholdMPS2, 9)
	c.within("harsh.min_speed_kmh.longitudinal", h.MinSpeedKMH.Longitudinal, 0, 200)
	c.within("harsh.min_speed_kmh.corner", h.MinSpeedKMH.Corner, 0, 200)
	c.within("harsh.min_event_heading_change_deg", h.MinHeadingChangeDeg, 0, 180)
	c.within("harsh.max_heading_rate_deg_s", h.MaxHeadingRateDegS, 1, 180)
	c.within("harsh.min_run_fixes", float64(h.MinRunFixes), 2, 100)
	c.within("harsh.min_satellites", float64(h.MinSatellites), 0, timeline.MaxSatellites)
	c.within("harsh.timestamp_damping_s", h.TimestampDamping, 0, 5)
	c.seconds("harsh.merge_s", h.MergeS, 0, 120)
	c.seconds("harsh.cooldown_s", h.CooldownS, 0, maxSeconds)
	c.seconds("harsh.match_device_alarm_s", h.MatchDeviceAlarmS, 0, 120)
	if severityOf(h.DeviceSeverity) == severityNone {
		c.want("harsh.device_severity", h.DeviceSeverity, "low, medium or high")
	}
	h.Reject.check(&c)
	r.Speeding.check(&c)
	return errors.Join(c.errs...)
}

func (j *Reject) check(c *checks) {
	c.within("harsh.reject.implied_speed_kmh", j.ImpliedSpeedKMH, 50, 1000)
	c.within("harsh.reject.speed_vs_distance", j.SpeedVsDistance, 0.05, 10)
	c.within("harsh.reject.distance_slack_m", j.DistanceSlackM, 0, 1000)
	c.within("harsh.reject.max_abs_mps2", j.MaxAbsMPS2, 4, 50)
	c.within("harsh.reject.held_position_m", j.HeldPositionM, 1, 10_000)
	c.seconds("harsh.reject.held_quarantine_s", j.HeldQuarantineS, 0, maxSeconds)
	c.within("harsh.reject.held_min_speed_kmh", j.MinHeldPairSpeed, 0, 100)
}

func (s *Speeding) check(c *checks) {
	c.within("speeding.tolerance_kmh", s.ToleranceKMH, 0, 50)
	c.within("speeding.single_fix_percent", s.TolerancePct, 0, 200)
	c.seconds("speeding.min_duration_s", s.MinDurationS, 0, maxSeconds)
	c.seconds("speeding.max_gap_s", s.MaxGapS, 1, maxSeconds)
	c.within("speeding.medium_over_kmh", s.MediumOverKMH, 0, 200)
	c.within("speeding.medium_over_percent", s.MediumOverPct, 0, 200)
	c.within("speeding.high_over_kmh", s.HighOverKMH, s.MediumOverKMH, 200)
	c.within("speeding.high_over_percent", s.HighOverPct, s.MediumOverPct, 200)
	c.seconds("speeding.repeat_s", s.RepeatS, 1, maxSeconds)
	c.seconds("speeding.match_device_alarm_s", s.MatchAlarmWithS, 0, 120)
}

// checks gathers what is wrong with the rules.
type checks struct{ errs []error }

func (c *checks) want(key string, have any, want string) {
	c.errs = append(c.errs, fmt.Errorf("%s is %v: want %s", key, have, want))
}

func (c *checks) within(key string, v, low, high float64) {
	if math.IsNaN(v) || v < low || v > high {
		c.want(key, v, fmt.Sprintf("%v to %v", low, high))
	}
}

func (c *checks) seconds(key string, v, low, high int64) {
	if v < low || v > high {
		c.want(key, v, fmt.Sprintf("%d to %d whole seconds", low, high))
	}
}

func (c *checks) factors(key string, f map[int]float64) {
	if len(f) == 0 {
		c.want(key, f, "at least one gap in seconds and its factor, as {1: 1.0, 10: 0.6}")
	}
	for _, gap := range slices.Sorted(maps.Keys(f)) {
		c.within(key, float64(gap), 1, 60)
		c.within(fmt.Sprintf("%s.%d", key, gap), f[gap], 0.05, 2)
	}
}

func (c *checks) steps(key string, t [3]float64) {
	if t == ([3]float64{}) {
		return
	}
	// A NaN fails each comparison that is asked for.
	if !(t[0] >= 0.5 && t[0] <= t[1] && t[1] <= t[2] && t[2] <= 20) {
		c.want(key, t, "three steps of 0.5 to 20, none below the one before, or [0, 0, 0] for off")
	}
}

func (h *Harsh) of(c Class) *Thresholds {
	switch c {
	case Van:
		return &h.Thresholds.Van
	case Truck:
		return &h.Thresholds.Truck
	case Bus:
		return &h.Thresholds.Bus
	case Motorcycle:
		return &h.Thresholds.Motorcycle
	}
	return &h.Thresholds.Car
}

// Own is the limit of a class of vehicles in km/h, 0 where it has none.
func (s *Speeding) Own(c Class) float64 {
	switch c {
	case Van:
		return s.OwnLimitKMH.Van
	case Truck:
		return s.OwnLimitKMH.Truck
	case Bus:
		return s.OwnLimitKMH.Bus
	case Motorcycle:
		return s.OwnLimitKMH.Motorcycle
	}
	return s.OwnLimitKMH.Car
}

// factor is what a threshold is multiplied by over a gap: linear between the
// gaps that are given, and that of the nearest outside them.
func factor(factors map[int]float64, gap int64) float64 {
	if f, given := factors[int(gap)]; given {
		return f
	}
	below, above := math.MinInt, math.MaxInt
	for g := range factors { // only for the nearest two, so the order does not matter
		if int64(g) < gap {
			below = max(below, g)
		} else {
			above = min(above, g)
		}
	}
	switch {
	case below == math.MinInt && above == math.MaxInt:
		return 1
	case below == math.MinInt:
		return factors[above]
	case above == math.MaxInt:
		return factors[below]
	}
	f, g := factors[below], factors[above]
	return f + (g-f)*float64(gap-int64(below))/float64(above-below)
}

// steps are the thresholds of a kind over a gap; false: the kind is off.
func (h *Harsh) steps(k kind, c Class, gap int64) (low, medium, high float64, on bool) {
	t := h.of(c)
	at, factors := t.Accelerate, h.GapFactor
	switch k {
	case braking:
		at = t.Brake
	case cornering:
		at, factors = t.Corner, h.CornerGapFactor
	}
	if at[0] <= 0 {
		return 0, 0, 0, false
	}
	by, least := factor(factors, gap), h.MinThresholdMPS2
	if gap <= 1 {
		least = h.MinThreshold1sMPS2
	}
	low = max(at[0]*by, least)
	return low, max(at[1]*by, low), max(at[2]*by, low), true
}

// Steps are what low, medium and high severity of a harsh kind begin at over a
// gap in seconds, in m/s²; false: the kind is off for this class.
func (h *Harsh) Steps(k schema.DrivingKind, c Class, gapS int64) (low, medium, high float64, on bool) {
	for _, harsh := range [...]kind{acceleration, braking, cornering} {
		if kindNames[harsh] == k {
			return h.steps(harsh, c, gapS)
		}
	}
	return 0, 0, 0, false
}

// Classes are all classes of vehicles.
func Classes() []Class { return []Class{Car, Van, Truck, Bus, Motorcycle} }
