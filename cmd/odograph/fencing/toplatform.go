package fencing

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

// An Export is one fence on its way to the platform.
type Export struct {
	ID         string // ours
	PlatformID string // empty: it is not there yet
	Name       string
	What       []string // changes; none: it is there as it is wanted
	Notes      []string // what the platform cannot hold

	kind, geom string
	radiusM    int
	imeis      []string
	alerts     []string
	stayInDays int
}

// ToPlatform compares fences with those of an account. Ours with an id of the
// account's prefix is the one it came from; any other is the one of the same name,
// since the platform has no place for our id. bind are devices for fences that are
// not for listed ones.
func ToPlatform(list []*schema.Fence, there []openapi.Fence, account string, bind []string) (out []Export, refused []Refusal) {
	names := map[string]int{}
	for _, f := range list {
		names[f.Name]++
	}
	for _, f := range list {
		e, err := exportOf(f, bind)
		if err == nil && names[f.Name] > 1 {
			err = fmt.Errorf("fence %q: %d of these fences are called %q, and the platform takes a name once: rename them", f.FenceID, names[f.Name], f.Name)
		}
		if err == nil {
			err = e.match(there, account)
		}
		if err != nil {
			refused = append(refused, Refusal{ID: f.FenceID, Place: "for the platform", Err: err})
			continue
		}
		out = append(out, *e)
	}
	return out, refused
}

func exportOf(f *schema.Fence, bind []string) (*Export, error) {
	s, err := shapeOf(f)
	if err != nil {
		return nil, err
	}
	e := &Export{ID: f.FenceID, Name: f.Name, kind: s.Kind.String(), imeis: f.IMEIs}
	if e.geom, e.radiusM, err = s.Platform(); err != nil {
		return nil, err
	}
	if s.Kind == geo.Circle && float64(e.radiusM) != s.RadiusM {
		e.Notes = append(e.Notes, fmt.Sprintf("the radius of %g m becomes %d m", s.RadiusM, e.radiusM))
	}
	if len(f.Groups) > 0 || len(f.IMEIs) == 0 {
		e.imeis = distinct(slices.Concat(f.IMEIs, bind))
		if len(bind) == 0 {
			return nil, fmt.Errorf("it is there %s, and the platform watches only devices that are bound one by one: name them by --bind", forWhom(f))
		}
	}
	if e.events(f); len(e.alerts) == 0 {
		return nil, errors.New("the platform can tell none of its events: it has entering, leaving and a stay of whole days")
	}
	for key, there := range map[string]bool{"schedule": f.Schedule != nil, "speed_limit_kmh": f.SpeedLimitKMH.Valid, "enter": f.Enter != nil, "exit": f.Exit != nil} {
		if there {
			e.Notes = append(e.Notes, "the platform has no "+key)
		}
	}
	slices.Sort(e.Notes)
	return e, nil
}

// events makes alert_type of what is told.
func (e *Export) events(f *schema.Fence) {
	told := func(what string) bool { return len(f.Tell) == 0 || slices.Contains(f.Tell, what) }
	if told(fences.TellEnter) {
		e.alerts = append(e.alerts, alertIn)
	}
	if told(fences.TellExit) {
		e.alerts = append(e.alerts, alertOut)
	}
	if !told(fences.TellDwell) {
		return
	}
	for _, s := range f.DwellS {
		if s%secondsADay == 0 && e.stayInDays == 0 {
			e.stayInDays = int(s / secondsADay)
			e.alerts = append(e.alerts, alertStayIn)
			continue
		}
		e.Notes = append(e.Notes, fmt.Sprintf("the platform has one time of stay, in whole days: not the dwell time of %d s", s))
	}
	if f.DwellS == nil {
		e.Notes = append(e.Notes, "the dwell times of the rules are not told by the platform")
	}
}

// match finds the platform's fence that this one is, and what is different.
func (e *Export) match(there []openapi.Fence, account string) error {
	own, isOwn := strings.CutPrefix(e.ID, PlatformPrefix(account))
	var found []*openapi.Fence
	for i := range there {
		if isOwn && string(there[i].ID) == own || !isOwn && string(there[i].Name) == e.Name {
			found = append(found, &there[i])
		}
	}
	switch {
	case len(found) > 1:
		return fmt.Errorf("the platform has %d fences called %q: rename or delete all but one there", len(found), e.Name)
	case len(found) == 0 && isOwn:
		return fmt.Errorf("the platform has no fence %s any more: give it another id here to make it anew", own)
	case len(found) == 0:
		e.What = []string{fmt.Sprintf("new, bound to %d devices, alarms %s", len(e.imeis), strings.Join(e.alerts, ","))}
		return nil
	}
	e.PlatformID = string(found[0].ID)
	e.What = e.differs(found[0])
	if extra := missing(found[0].IMEIs, e.imeis); len(extra) > 0 {
		e.Notes = append(e.Notes, "stay bound there, since the platform has no method to end it: "+several(extra))
	}
	return nil
}

// differs says what of the platform's fence is not as it is wanted.
func (e *Export) differs(f *openapi.Fence) (what []string) {
	if string(f.Name) != e.Name {
		what = append(what, fmt.Sprintf("name %q -> %q", f.Name, e.Name))
	}
	if e.kind != strings.ToLower(string(f.Type)) || !samePoints(string(f.Coordinates), e.geom) {
		what = append(what, "shape")
	}
	if e.kind == geo.Circle.String() && int(math.Round(f.RadiusM.Value)) != e.radiusM {
		what = append(what, fmt.Sprintf("radius %v m -> %d m", f.RadiusM.Value, e.radiusM))
	}
	if more := missing(e.imeis, f.IMEIs); len(more) > 0 {
		what = append(what, "binds "+several(more))
	}
	alerts := strings.Split(strings.ReplaceAll(string(f.AlertType), " ", ""), ",")
	if !slices.Equal(distinct(alerts), distinct(e.alerts)) || int(f.StayInDays.Value) != e.stayInDays {
		what = append(what, fmt.Sprintf("alarms %s -> %s", f.AlertType, strings.Join(e.alerts, ",")))
	}
	return what
}

// missing are those of a list that another has not.
func missing(list, from []string) (out []string) {
	for _, v := range list {
		if !slices.Contains(from, v) {
			out = append(out, v)
		}
	}
	return out
}

// samePoints compares two texts of the platform, to a centimetre.
func samePoints(a, b string) bool {
	s, err := geo.ParsePlatform(a, 1)
	t, err2 := geo.ParsePlatform(b, 1)
	if err != nil || err2 != nil || s.Kind != t.Kind {
		return false
	}
	if s.Kind == geo.Circle {
		return near(s.Centre, t.Centre)
	}
	return slices.EqualFunc(s.Polygons[0][0], t.Polygons[0][0], near)
}

func near(a, b geo.Point) bool {
	const centimetre = 1e-7 // degrees
	return math.Abs(a.Lat-b.Lat) <= centimetre && math.Abs(a.Lng-b.Lng) <= centimetre
}

// A Caller calls a method of the platform that changes something, by its
// parameters, and gives the answer's only value.
type Caller func(method string, params map[string]string) (string, error)

// Do makes the fence on the platform, or changes it, and binds its devices.
func (e *Export) Do(account string, call Caller) error {
	params := map[string]string{"account": account, "fence_name": e.Name, "fence_type": e.kind, "geom": e.geom}
	if e.radiusM > 0 {
		params["radius"] = strconv.Itoa(e.radiusM)
	}
	if e.PlatformID == "" {
		id, err := call(openapi.FenceCreate.Name, params)
		if err != nil {
			return err
		}
		if id == "" {
			return errors.New("the platform made the fence and did not say its id: look there, and run it again")
		}
		e.PlatformID = id
	} else {
		params["fence_id"] = e.PlatformID
		if _, err := call(openapi.FenceUpdate.Name, params); err != nil {
			return err
		}
	}
	bind := map[string]string{"fence_id": e.PlatformID, "imeis": strings.Join(e.imeis, ","), "alert_type": strings.Join(e.alerts, ",")}
	if e.stayInDays > 0 {
		bind["stay_time_in"] = strconv.Itoa(e.stayInDays)
	}
	if _, err := call(openapi.FenceBind.Name, bind); err != nil {
		return fmt.Errorf("the fence is there as %s, and its devices are not bound: %w", e.PlatformID, err)
	}
	return nil
}

// Verify compares what the platform says afterwards with what was wanted.
func (e *Export) Verify(now *openapi.Fence) error {
	if left := e.differs(now); len(left) > 0 {
		return fmt.Errorf("the platform took the fence %s and has it otherwise: %s", e.PlatformID, strings.Join(left, "; "))
	}
	return nil
}

// PrintExports shows what would be done.
func PrintExports(out io.Writer, list []Export) error {
	p := printer{out: out}
	for i := range list {
		e := &list[i]
		switch {
		case e.PlatformID == "":
			p.line("+ %s: %s", e.ID, strings.Join(e.What, "; "))
		case len(e.What) > 0:
			p.line("~ %s (the platform's %s, %q): %s", e.ID, e.PlatformID, e.Name, strings.Join(e.What, "; "))
		default:
			p.line("= %s (the platform's %s, %q)", e.ID, e.PlatformID, e.Name)
		}
		for _, note := range e.Notes {
			p.line("    %s", note)
		}
	}
	return p.err
}

// Bound is how many devices the fence is to have.
func (e *Export) Bound() int { return len(e.imeis) }
