package jimitest_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/odograph/odograph/pkg/jimi/jimitest"
)

// TestOnlyManoeuvresAreHarsh holds every second of a fleet's half day to its
// labels: what is harsh has one, what has one is harsh, and positions, headings,
// speeds and odometers agree.
func TestOnlyManoeuvresAreHarsh(t *testing.T) {
	const devices = 20
	p := jimitest.New(jimitest.Options{Seed: 11, Devices: devices, Start: start, FixEvery: time.Second})
	to := start.Add(12 * time.Hour)
	kinds, metres, alarms := map[string]int{}, 0.0, 0
	most := [2]float64{}
	for _, imei := range p.IMEIs() {
		labels := p.Manoeuvres(imei, start, to)
		labelled := func(at time.Time, kind string) bool {
			return slices.ContainsFunc(labels, func(m jimitest.Manoeuvre) bool {
				return (kind == "" || kind == m.Kind) && !at.Before(m.Start) && !at.After(m.End)
			})
		}
		truth := p.Truth(imei, start.Add(time.Hour), to.Add(-time.Hour)) // labels are whole
		metres += truth[len(truth)-1].OdometerM - truth[0].OdometerM
		for i := 1; i < len(truth); i++ {
			a, b := truth[i-1], truth[i]
			if b.Time.Sub(a.Time) != time.Second {
				require.Less(t, math.Hypot((b.Lat-a.Lat)*111_195, (b.Lng-a.Lng)*67_700), 3.0, "%s %s: moved at rest", imei, b.Time)
				continue
			}
			mean := (a.SpeedKMH + b.SpeedKMH) / 7.2
			along, across := math.Abs(b.SpeedKMH-a.SpeedKMH)/3.6, mean*math.Abs(math.Remainder(float64(b.HeadingDeg-a.HeadingDeg), 360))*math.Pi/180
			across = max(0, across-mean*math.Pi/180) // whole degrees
			way := math.Hypot((b.Lat-a.Lat)*111_195, (b.Lng-a.Lng)*111_195*math.Cos(a.Lat*math.Pi/180))
			require.InDelta(t, mean, way, 1, "%s %s: positions and speeds", imei, b.Time)
			require.InDelta(t, mean, b.OdometerM-a.OdometerM, 1.1, "%s %s: odometer and speeds", imei, b.Time)
			if (along > 2 || across > 1.7) && !labelled(b.Time, "") {
				t.Fatalf("%s %s: %.2f m/s² along, %.2f across without a label", imei, b.Time, along, across)
			}
			if !labelled(b.Time, "") {
				most[0], most[1] = max(most[0], along), max(most[1], across)
			}
			require.Equal(t, b.SpeedKMH > jimitest.SpeedLimitKMH+5.05, labelled(b.Time, jimitest.Speeding) && b.SpeedKMH > jimitest.SpeedLimitKMH+5.05, "%s %s", imei, b.Time)
		}
		for _, m := range labels {
			kinds[m.Kind]++
			require.True(t, m.End.After(m.Start), m)
			switch m.Kind {
			case jimitest.Idling:
				require.GreaterOrEqual(t, m.End.Sub(m.Start), 6*time.Minute)
			case jimitest.Speeding:
				require.GreaterOrEqual(t, m.End.Sub(m.Start), time.Minute)
				require.Greater(t, m.OverKMH, 5.0)
			default:
				require.GreaterOrEqual(t, m.PeakMPS2, 2.0)
				require.LessOrEqual(t, m.PeakMPS2, 4.6)
			}
			if m.Alarm != "" {
				alarms++
				require.True(t, p.RaisesAlarms(imei))
				require.True(t, slices.ContainsFunc(p.Alarms(imei, m.Start, m.End), func(a jimitest.Alarm) bool { return a.Code == m.Alarm }), m)
			}
		}
	}
	harsh := kinds[jimitest.HarshBraking] + kinds[jimitest.HarshAcceleration] + kinds[jimitest.HarshCornering]
	t.Logf("%.0f km, %v, %d with an alarm, %.1f harsh per 100 km; else at most %.2f m/s² along and %.2f across", metres/1000, kinds, alarms, float64(harsh)/metres*1e5, most[0], most[1])
	require.Len(t, kinds, 5)
	for kind, n := range kinds {
		require.Greater(t, n, 20, kind)
	}
	require.Greater(t, alarms, 20)
}

// TestEveryConditionOccurs: each kind happens to some vehicle within two hours.
func TestEveryConditionOccurs(t *testing.T) {
	p := jimitest.New(jimitest.Options{Seed: 3, Devices: 20, Start: start})
	kinds := map[string]int{}
	for _, imei := range p.IMEIs() {
		for _, c := range p.Conditions(imei, start, start.Add(3*time.Hour)) {
			kinds[c.Kind]++
			require.True(t, c.End.After(c.Start), c)
		}
	}
	t.Log(kinds)
	require.Len(t, kinds, 4, fmt.Sprint(kinds))
}
