package simulate

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

// TestOnlyLabelsAreHarsh: what a vehicle does beyond the ordinary is a labelled
// manoeuvre, and those are as rare as they were asked to be.
func TestOnlyLabelsAreHarsh(t *testing.T) {
	c := newCity(3, 41.25, -95.93, citySize)
	kinds := map[schema.DrivingKind]int{}
	var metres, across, along float64
	alarms, labels := 0, 0
	for n := range uint64(30) {
		v := newVehicle(fmt.Sprint(n), c, n, testStart)
		v.be(n, DefaultHarshPer100KM, 0.5)
		begin := v.odometer
		type second struct {
			at            time.Time
			along, across float64
		}
		var worst []second
		raised := 0
		for at := testStart.Add(time.Second); at.Before(testStart.Add(4 * time.Hour)); at = at.Add(time.Second) {
			before, heading, running := v.speedMPS, v.heading, len(v.legs) > 0
			v.advance(at)
			raised += len(v.raised)
			s := second{at, math.Abs(v.speedMPS - before), (before + v.speedMPS) / 2 * math.Abs(math.Remainder(v.heading-heading, 2*math.Pi))}
			if running && max(s.along, s.across) > 2 {
				worst = append(worst, s)
			} else if running {
				along, across = max(along, s.along), max(across, s.across)
			}
		}
		for _, s := range worst {
			if !slices.ContainsFunc(v.done, func(m HarshManoeuvre) bool { return s.at.After(m.Start) && !s.at.After(m.End) }) && v.doing == nil {
				t.Errorf("vehicle %d at %s: %.2f m/s² along, %.2f across, without a label", n, s.at.Format(time.TimeOnly), s.along, s.across)
			}
		}
		for _, m := range v.done {
			kinds[m.Kind]++
			if m.PeakMPS2 < turnedMPS2 || m.PeakMPS2 > mostPeakMPS2+0.01 || m.End.Sub(m.Start) > 10*time.Second {
				t.Errorf("%+v", m)
			}
			if m.Alarm != "" {
				alarms++
				raised--
			}
		}
		if raised != 0 {
			t.Errorf("vehicle %d raised %d alarms too many", n, raised)
		}
		labels += len(v.done)
		metres += v.odometer - begin
	}
	per100 := float64(labels) / metres * 1e5
	t.Logf("%.0f km, %v, %.1f per 100 km, %d with an alarm; else at most %.2f m/s² along and %.2f across", metres/1000, kinds, per100, alarms, along, across)
	if per100 < 1 || per100 > 5 || len(kinds) != 3 || alarms < labels/3 || alarms > labels*2/3 {
		t.Errorf("%d labels, %.1f per 100 km, %d alarms", labels, per100, alarms)
	}
}

func TestTempersAreConfigured(t *testing.T) {
	for _, c := range []struct {
		per100, alarms         float64
		least, most, unalarmed int
	}{{-1, 0, 0, 0, 0}, {100, 1, 40, 1000, 0}} {
		f := NewFleet(FleetConfig{Devices: 4, Interval: time.Second, Start: testStart, For: time.Hour, Seed: 1, Lat: 41, Lng: 2, HarshPer100KM: c.per100, HarshAlarms: c.alarms})
		all(f)
		silent := 0
		for _, m := range f.Manoeuvres() {
			if m.Alarm == "" {
				silent++
			}
		}
		if n := len(f.Manoeuvres()); n < c.least || n > c.most || silent != c.unalarmed {
			t.Errorf("%v: %d manoeuvres, %d of them without an alarm", c, n, silent)
		}
	}
}
