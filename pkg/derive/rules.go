package derive

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the default rules
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/odograph/odograph/pkg/condition"
	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/timeline"
	"github.com/odograph/odograph/pkg/trip"
)

// DefaultRulesYAML are the rules that hold where an installation has none of its
// own, with comments.
//
//go:embed rules.yaml
var DefaultRulesYAML []byte

// Rules are everything that decides what is derived. They are read once and not
// changed.
type Rules struct {
	// Version is the name that the file gives itself and a hash of its values,
	// so that no two sets of values share one.
	Version string `yaml:"-"`

	Name         string              `yaml:"version"`
	EventTime    EventTime           `yaml:"event_time"`
	Driving      driving.Rules       `yaml:",inline"`
	Trip         trip.Rules          `yaml:"trip"`
	Condition    condition.Rules     `yaml:",inline"`
	Geofence     geofence.Rules      `yaml:"geofence"`
	DeviceAlarms map[string][]string `yaml:"device_alarms"`

	marks map[string]timeline.MarkKind // by class/code or class/code/subtype
	acc   map[string]float64           // value of the ignition marks among them

	reopenS int64 // how long after it was touched last a closed event may be touched again
}

// EventTime says how late something may come.
type EventTime struct {
	LatenessS int64 `yaml:"lateness_s"`
}

// alarmKinds are the marks that device alarms may become, by their names in the
// rules.
var alarmKinds = map[string]timeline.MarkKind{
	"harsh_acceleration": timeline.MarkHarshAcceleration,
	"harsh_braking":      timeline.MarkHarshBraking,
	"harsh_cornering":    timeline.MarkHarshCornering,
	"collision":          timeline.MarkCollision,
	"overspeed":          timeline.MarkOverspeed,
	"ignition_on":        timeline.MarkIgnition,
	"ignition_off":       timeline.MarkIgnition,
}

// SettledS is how long after its end, in the device's time and in seconds, nothing
// that comes may change an event any more. Its revisions are then forgotten.
func (r *Rules) SettledS() int64 {
	const told = 3600 // an end may be told so long after it
	return r.EventTime.LatenessS + r.reopenS + told
}

// DefaultRules are those of DefaultRulesYAML.
func DefaultRules() *Rules {
	r, err := ParseRules(DefaultRulesYAML)
	if err != nil { // a test reads them
		panic(err)
	}
	return r
}

// ParseRules reads rules from YAML. What a file leaves out has its default
// value. The error names every key that is unknown or wrong.
func ParseRules(b []byte) (*Rules, error) {
	r := &Rules{
		EventTime: EventTime{LatenessS: 8100},
		Driving:   driving.DefaultRules(), Trip: trip.DefaultRules(), Condition: condition.DefaultRules(), Geofence: geofence.DefaultRules(),
	}
	if !bytes.Equal(b, DefaultRulesYAML) {
		r.DeviceAlarms = DefaultRules().DeviceAlarms
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(r); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("rules: %w", err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("rules: more than one document: put all rules into one")
	}
	if err := r.prepare(); err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return r, nil
}

func (r *Rules) prepare() error {
	var errs []error
	if r.Name == "" || len(r.Name) > 40 || strings.ContainsAny(r.Name, "+ \t\n") {
		errs = append(errs, fmt.Errorf("version is %q, want a name of 1 to 40 characters without spaces and +", r.Name))
	}
	if r.EventTime.LatenessS < 60 || r.EventTime.LatenessS > 24*3600 {
		errs = append(errs, fmt.Errorf("event_time.lateness_s is %d, want 60 to 86400 seconds", r.EventTime.LatenessS))
	}
	errs = append(errs, r.Driving.Validate(), r.Trip.Validate(), r.Condition.Validate(), r.Geofence.Validate(), r.mapAlarms())
	if err := errors.Join(errs...); err != nil {
		return err
	}
	h, v := &r.Driving.Harsh, &r.Driving.Speeding
	r.reopenS = 300 + max(h.MergeS, h.CooldownS, h.MatchDeviceAlarmS, int64(r.Condition.Fuel.MergeS),
		v.MaxGapS+v.MinDurationS+v.RepeatS+v.MatchAlarmWithS, 3600-r.EventTime.LatenessS) // the end of a stretch may be told an hour late
	values, err := yaml.Marshal(r)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(values)
	r.Version = r.Name + "+" + hex.EncodeToString(sum[:4])
	return nil
}

func (r *Rules) mapAlarms() error {
	r.marks, r.acc = map[string]timeline.MarkKind{}, map[string]float64{}
	var errs []error
	for _, name := range sortedKeys(r.DeviceAlarms) {
		kind, ok := alarmKinds[name]
		if !ok {
			errs = append(errs, fmt.Errorf("device_alarms.%s is no kind, want one of %s", name, strings.Join(sortedKeys(alarmKinds), ", ")))
			continue
		}
		for _, code := range r.DeviceAlarms[name] {
			if n := strings.Count(code, "/"); n < 1 || n > 2 {
				errs = append(errs, fmt.Errorf("device_alarms.%s: %q, want class/code or class/code/subtype, such as 0/48", name, code))
			}
			if _, twice := r.marks[code]; twice {
				errs = append(errs, fmt.Errorf("device_alarms: %q is named twice", code))
			}
			r.marks[code] = kind
			if name == "ignition_on" {
				r.acc[code] = 1
			}
		}
	}
	return errors.Join(errs...)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
