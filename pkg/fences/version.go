package fences

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/schema"
)

// A Version is one version of a fence, made ready. It never changes.
type Version struct {
	ID       string
	Number   int64
	From     int64      // event time from which it holds, in seconds since 1970; always: it always did
	Shape    *geo.Fence // nil: from then on there is no such fence
	Settings geofence.Settings
	LimitKMH float64 // speed limit inside; 0: none

	imeis, groups map[string]bool // both empty: it is there for all devices
}

// MaxIDBytes bounds a fence's id.
const MaxIDBytes = 200

// What may be told of a fence.
const (
	TellEnter = "enter"
	TellExit  = "exit"
	TellDwell = "dwell"
)

var tellable = []string{TellEnter, TellExit, TellDwell}

// Compile makes a definition ready, or tells everything that is wrong with it.
func Compile(f *schema.Fence) (*Version, error) {
	v := &Version{ID: f.FenceID, Number: f.Version, From: always, imeis: set(f.IMEIs), groups: set(f.Groups)}
	var errs []error
	fail := func(err error) {
		var named *geo.ShapeError
		if err != nil && !errors.As(err, &named) {
			err = fmt.Errorf("fence %q: %w", f.FenceID, err)
		}
		errs = append(errs, err)
	}
	fail(checkID(f.FenceID))
	if f.Version < 1 {
		fail(fmt.Errorf("version is %d: want 1 or more", f.Version))
	}
	if f.ValidFrom.Valid {
		v.From = f.ValidFrom.Value.Unix()
	}
	if !f.Deleted {
		fail(v.shape(f))
		v.settings(f, fail)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return v, nil
}

func checkID(id string) error {
	if id == "" || len(id) > MaxIDBytes || !utf8.ValidString(id) || strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fmt.Errorf("fence_id is %q: want 1 to %d bytes of text without control characters", id, MaxIDBytes)
	}
	return nil
}

func (v *Version) shape(f *schema.Fence) error {
	s, err := geo.ParseShape(f.GeoJSON, geo.Form{})
	if err != nil {
		return err
	}
	v.Shape, err = geo.NewFence(f.FenceID, s)
	if err != nil {
		return err
	}
	v.Shape.ID = fmt.Sprintf("%s\x00%d/%d", v.ID, v.Number, v.From) // versions stand beside each other in an index
	v.Shape.Of = v
	v.Settings.RadiusM = v.Shape.RadiusM()
	return nil
}

// settings takes over all but the shape.
func (v *Version) settings(f *schema.Fence, fail func(error)) {
	s := &v.Settings
	s.Version = f.Version
	if f.ValidFrom.Valid {
		s.Since = v.From
	}
	fail(v.tell(f.Tell))
	fail(v.speedLimit(f))
	if slices.Contains(f.IMEIs, "") || slices.Contains(f.Groups, "") {
		fail(errors.New("imeis or groups has an empty entry"))
	}
	if f.DwellS != nil {
		s.DwellS = f.DwellS
		fail(geofence.ValidDwell("dwell_s", f.DwellS))
	}
	if e := f.Enter; e != nil {
		s.Enter = &geofence.Enter{MinFixes: e.MinFixes, MinInsideS: e.MinInsideS, MarginM: e.MarginM}
		fail(s.Enter.Validate("enter"))
	}
	if e := f.Exit; e != nil {
		s.Exit = &geofence.Exit{MinFixes: e.MinFixes, MinOutsideS: e.MinOutsideS, MarginM: e.MarginM, MarginCapM: e.MarginM}
		fail(s.Exit.Validate("exit"))
	}
	if f.Schedule != nil {
		var err error
		s.Schedule, err = schedule(f.Schedule)
		fail(err)
	}
}

func (v *Version) tell(list []string) error {
	for _, what := range list {
		if !slices.Contains(tellable, what) {
			return fmt.Errorf("tell has %q: want some of %s", what, strings.Join(tellable, ", "))
		}
	}
	if len(list) > 0 {
		silent := func(what string) bool { return !slices.Contains(list, what) }
		v.Settings.Silent = geofence.Silent{Enter: silent(TellEnter), Exit: silent(TellExit), Dwell: silent(TellDwell)}
	}
	return nil
}

const minLimitKMH, maxLimitKMH = 5, 300

func (v *Version) speedLimit(f *schema.Fence) error {
	if !f.SpeedLimitKMH.Valid {
		return nil
	}
	v.LimitKMH = f.SpeedLimitKMH.Value
	if v.LimitKMH < minLimitKMH || v.LimitKMH > maxLimitKMH || math.IsNaN(v.LimitKMH) {
		return fmt.Errorf("speed_limit_kmh is %v: want %d to %d", v.LimitKMH, minLimitKMH, maxLimitKMH)
	}
	return nil
}

func set(list []string) map[string]bool {
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}

// For tells whether the fence is there for a device of a group.
func (v *Version) For(imei, group string) bool {
	return len(v.imeis) == 0 && len(v.groups) == 0 || v.imeis[imei] || group != "" && v.groups[group]
}
