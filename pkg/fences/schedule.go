package fences

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
	_ "time/tzdata" // the zones are the same on every machine

	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/schema"
)

// weekdays are in the order of time.Weekday.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func schedule(s *schema.FenceSchedule) (*geofence.Schedule, error) {
	out := &geofence.Schedule{}
	var errs []error
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil || s.Timezone == "" || s.Timezone == "Local" {
		errs = append(errs, fmt.Errorf("schedule.timezone is %q: want a name such as Europe/Berlin", s.Timezone))
	}
	out.Zone = zone
	for i := range s.Windows {
		w, err := window(&s.Windows[i])
		if err != nil {
			errs = append(errs, fmt.Errorf("schedule.windows, number %d: %w", i+1, err))
		}
		out.Windows = append(out.Windows, w)
	}
	if len(errs) == 0 {
		errs = append(errs, out.Validate())
	}
	return out, errors.Join(errs...)
}

func window(w *schema.FenceWindow) (out geofence.Window, err error) {
	if out.FromS, err = clock("from", w.From); err != nil {
		return out, err
	}
	if out.ToS, err = clock("to", w.To); err != nil {
		return out, err
	}
	if len(w.Days) == 0 {
		out.Days = [7]bool{true, true, true, true, true, true, true}
	}
	for _, d := range w.Days {
		i := slices.Index(weekdays, d)
		if i < 0 {
			return out, fmt.Errorf("days has %q: want mon, tue, wed, thu, fri, sat or sun", d)
		}
		out.Days[i] = true
	}
	return out, nil
}

// clock reads HH:MM as seconds since midnight.
func clock(key, text string) (int, error) {
	if len(text) == 5 && text[2] == ':' {
		h, err := strconv.ParseUint(text[:2], 10, 8)
		m, err2 := strconv.ParseUint(text[3:], 10, 8)
		if err == nil && err2 == nil && m < 60 && (h < 24 || h == 24 && m == 0 && key == "to") {
			return int(h)*3600 + int(m)*60, nil
		}
	}
	return 0, fmt.Errorf("%s is %q: want HH:MM", key, text)
}
