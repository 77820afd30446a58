package geofence

import (
	"errors"
	"fmt"
	"time"
)

// A Schedule is when a fence is open, in the local time of a zone.
type Schedule struct {
	Zone    *time.Location
	Windows []Window
}

// A Window is a time of day on some days of the week. One that ends no later
// than it starts goes on into the next day; one from 0 to 86,400 is all day.
type Window struct {
	Days       [7]bool // on which it starts, by time.Weekday
	FromS, ToS int     // seconds since midnight by the clock on the wall
}

// Validate tells what is wrong.
func (s *Schedule) Validate() error {
	const day = 86_400
	switch {
	case s.Zone == nil:
		return errors.New("schedule has no time zone")
	case len(s.Windows) == 0 || len(s.Windows) > 50:
		return fmt.Errorf("schedule has %d windows: want 1 to 50", len(s.Windows))
	}
	for i, w := range s.Windows {
		if w.FromS < 0 || w.FromS >= day || w.ToS <= 0 && w.FromS == 0 || w.ToS < 0 || w.ToS > day || w.Days == [7]bool{} {
			return fmt.Errorf("window %d is from %d to %d on %v: want seconds of a day and at least one day", i+1, w.FromS, w.ToS, w.Days)
		}
	}
	return nil
}

// Open tells whether a window is open at a time, in seconds since 1970. Where the
// clock is put back, an hour of it is there twice; where it is put forward, it
// may be open for less.
func (s *Schedule) Open(at int64) bool {
	if s == nil {
		return true
	}
	t := time.Unix(at, 0).In(s.Zone)
	h, m, sec := t.Clock()
	day, now := t.Weekday(), h*3600+m*60+sec
	for i := range s.Windows {
		if w := &s.Windows[i]; w.open(day, now) {
			return true
		}
	}
	return false
}

func (w *Window) open(day time.Weekday, now int) bool {
	if w.ToS > w.FromS {
		return w.Days[day] && now >= w.FromS && now < w.ToS
	}
	return w.Days[day] && now >= w.FromS || w.Days[(day+6)%7] && now < w.ToS
}

// Since is the time at which it became open or closed as it is at a time; of one
// that has been so for more than a week, that time itself. It does not depend on
// when anybody looked.
func (s *Schedule) Since(at int64) int64 {
	if s == nil {
		return at
	}
	t := time.Unix(at, 0).In(s.Zone)
	open, best := s.Open(at), int64(0)
	try := func(b int64) {
		if b > best && b <= at && s.Open(b) == open && s.Open(b-1) != open {
			best = b
		}
	}
	_, offset := t.Zone()
	offsets := []int{offset} // of the clocks that it may have begun by
	if start, _ := t.ZoneBounds(); !start.IsZero() {
		try(start.Unix()) // putting the clock may open and close too
		_, before := start.Add(-time.Second).Zone()
		offsets = append(offsets, before)
	}
	const day = 86_400
	midnight := at + int64(offset)
	midnight -= midnight % day
	for back := range int64(9) {
		for i := range s.Windows {
			for _, o := range offsets {
				try(midnight - back*day + int64(s.Windows[i].FromS-o))
				try(midnight - back*day + int64(s.Windows[i].ToS-o))
			}
		}
	}
	if best == 0 {
		return at
	}
	return best
}
