package fencing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

// The words of alert_type (A28).
const (
	alertIn      = "in"
	alertOut     = "out"
	alertStayIn  = "stayTimeIn"
	alertStayOut = "stayTimeOut"
)

const (
	secondsADay = 86_400
	mostDwell   = 7 // days
)

// PlatformFences are all fences of an account on the platform. Where a row of the
// list has no coordinates, the fence is asked for by itself.
func PlatformFences(ctx context.Context, c *openapi.Client, account string) (list []openapi.Fence, refused []Refusal, err error) {
	err = openapi.Each(ctx, c, &openapi.FenceList, openapi.FenceListParams{Account: account}, func(r openapi.Row[openapi.Fence]) error {
		switch {
		case r.Err != nil:
			refused = append(refused, unreadRow(r.Err, r.JSON))
		case r.Value.ID == "":
			refused = append(refused, unreadRow(errors.New("it has no fence_id"), r.JSON))
		default:
			list = append(list, r.Value)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for i := range list {
		if list[i].Coordinates != "" {
			continue
		}
		whole, err := openapi.Call(ctx, c, &openapi.FenceDetail, openapi.FenceDetailParams{ID: string(list[i].ID)})
		if err != nil {
			return nil, nil, fmt.Errorf("the platform's fence %s: %w", list[i].ID, err)
		}
		whole.ID = list[i].ID
		list[i] = whole
	}
	slices.SortFunc(list, func(a, b openapi.Fence) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return list, refused, nil
}

func unreadRow(err error, row []byte) Refusal {
	return Refusal{Place: "the platform", Err: fmt.Errorf("a row of its list of fences cannot be read, %w: %s", err, shortened(row))}
}

// PlatformPrefix begins the ids of fences that come from an account.
func PlatformPrefix(account string) string { return "platform/" + account + "/" }

// FromPlatform makes definitions of the platform's fences. One to which no device
// is bound watches none, while a definition without devices is for all: it is left
// out, unless unbound is set.
func FromPlatform(list []openapi.Fence, prefix string, unbound bool) *Set {
	s := &Set{Ignored: map[string]int{}}
	var left []string
	china := 0
	for i := range list {
		f := &list[i]
		if len(f.IMEIs) == 0 && !unbound {
			left = append(left, fmt.Sprintf("%s (%q)", f.ID, f.Name))
			continue
		}
		d, err := fromPlatform(f, prefix)
		if err != nil {
			s.refuse(prefix+string(f.ID), d.Place, err)
			continue
		}
		if m := measured(d.Ready); m.lat > 17 && m.lat < 54 && m.lng > 73 && m.lng < 136 {
			china++
		}
		s.Definitions = append(s.Definitions, d)
	}
	if len(left) > 0 {
		s.Notes = append(s.Notes, "left out, since no device is bound to them on the platform, and here they would be there for all devices (--unbound takes them so): "+strings.Join(left, ", "))
	}
	if china > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d fences lie in or near China, where the platform may hold coordinates that are shifted by 100 to 700 m (GCJ-02); they are taken as they are: compare one with a fix before you rely on them", china))
	}
	s.finish()
	return s
}

func fromPlatform(f *openapi.Fence, prefix string) (Definition, error) {
	d := Definition{Place: fmt.Sprintf("the platform's fence %s (%q)", f.ID, f.Name)}
	d.Fence = schema.Fence{FenceID: prefix + string(f.ID), Name: string(f.Name), Version: 1, IMEIs: f.IMEIs}
	if d.Fence.Name == "" {
		d.Fence.Name = d.Fence.FenceID
	}
	shape, err := platformShape(f)
	if err != nil {
		return d, err
	}
	d.Fence.Tell, d.Fence.DwellS, d.Notes = events(f)
	if f.Description != "" {
		d.Notes = append(d.Notes, fmt.Sprintf("not taken over: the description %q", f.Description))
	}
	return d, d.complete(shape)
}

func platformShape(f *openapi.Fence) (geo.Shape, error) {
	if f.Coordinates == "" {
		return geo.Shape{}, errors.New("the platform gives no coordinates of it")
	}
	s, err := geo.ParsePlatform(string(f.Coordinates), f.RadiusM.Value)
	if err != nil {
		return s, fmt.Errorf("its coordinates, %s: %w", shortened([]byte(f.Coordinates)), err)
	}
	kind := strings.ToLower(string(f.Type))
	switch {
	case kind != "circle" && kind != "polygon":
		return s, fmt.Errorf("its type is %q: only circle and polygon are known", f.Type)
	case kind != s.Kind.String():
		return s, fmt.Errorf("its type is %q, and its coordinates are a %s", f.Type, s.Kind)
	}
	return s, nil
}

// events are what the platform alarms about, in our words.
func events(f *openapi.Fence) (tell []string, dwellS []int64, notes []string) {
	var words []string
	for _, w := range strings.Split(string(f.AlertType), ",") {
		if w = strings.TrimSpace(w); w != "" {
			words = append(words, w)
		}
	}
	for _, w := range words {
		switch w {
		case alertIn:
			tell = append(tell, fences.TellEnter)
		case alertOut:
			tell = append(tell, fences.TellExit)
		case alertStayIn:
			days := f.StayInDays.Value
			if !(days > 0 && days <= mostDwell && days == float64(int64(days))) {
				notes = append(notes, fmt.Sprintf("not taken over: an alarm after %v days inside (here 1 s to %d days)", days, mostDwell))
				continue
			}
			tell, dwellS = append(tell, fences.TellDwell), []int64{int64(days) * secondsADay}
		case alertStayOut:
			notes = append(notes, fmt.Sprintf("not taken over: an alarm after %v days outside", f.StayOutDays.Value))
		default:
			notes = append(notes, fmt.Sprintf("not taken over: the alarm %q, which is not known", w))
		}
	}
	if len(tell) == 0 {
		notes = append(notes, fmt.Sprintf("its alert_type is %q: all events are told", f.AlertType))
	}
	return tell, dwellS, notes
}
