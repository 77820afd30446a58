package main

import (
	"slices"
	"time"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A trace is what one device sent, by time, one fix a second at most.
type trace struct {
	name     string
	fixes    []timeline.Fix
	driving  []bool // truth of each fix, where there is one
	rejected int    // rows that are no fix: impossible date, corrupt position
	dup      int    // rows of a second that another row had
}

// add takes a row that is a fix.
func (t *trace) add(at time.Time, lat, lng float64, speedKMH schema.Opt[float64]) {
	t.fixes = append(t.fixes, timeline.FixOf(&schema.Fix{FixTime: at, Lat: lat, Lng: lng, SpeedKMH: speedKMH}))
}

// order sorts by time and keeps the first fix of each second.
func (t *trace) order() {
	slices.SortStableFunc(t.fixes, func(a, b timeline.Fix) int { return int(a.Time - b.Time) })
	n := len(t.fixes)
	t.fixes = slices.CompactFunc(t.fixes, func(a, b timeline.Fix) bool { return a.Time == b.Time })
	t.dup = n - len(t.fixes)
}

// pointsM is the sum of the distances from fix to fix.
func (t *trace) pointsM() (sum float64) {
	for i := 1; i < len(t.fixes); i++ {
		a, b := &t.fixes[i-1], &t.fixes[i]
		sum += geo.DistanceM(a.Lat(), a.Lng(), b.Lat(), b.Lng())
	}
	return sum
}

// bySpeedM is the distance by the speeds that the device sent, over gaps of at
// most 5 s: it knows nothing of positions.
func (t *trace) bySpeedM() (sum float64) {
	for i := 1; i < len(t.fixes); i++ {
		a, b := &t.fixes[i-1], &t.fixes[i]
		if gap := b.Time - a.Time; gap <= 5 && a.SpeedDKMH >= 0 && b.SpeedDKMH >= 0 {
			sum += float64(a.SpeedDKMH+b.SpeedDKMH) / 2 / 36 * float64(gap)
		}
	}
	return sum
}

// thin keeps the first fix of every stretch of gapS, and what switches the
// ignition.
func (t *trace) thin(gapS int64) trace {
	out := trace{name: t.name}
	for i, f := range t.fixes {
		n := len(out.fixes)
		if n == 0 || f.Time-out.fixes[n-1].Time >= gapS || i > 0 && f.ACC != t.fixes[i-1].ACC {
			out.fixes = append(out.fixes, f)
		}
	}
	return out
}

// withoutSpeed is the trace of a device that sends none.
func (t *trace) withoutSpeed() trace {
	out := trace{name: t.name, fixes: slices.Clone(t.fixes)}
	for i := range out.fixes {
		out.fixes[i].SpeedDKMH = timeline.Unknown
	}
	return out
}

// slow gives the stretches of at least leastS in which no fix is faster than
// dkmh (0.1 km/h).
func (t *trace) slow(dkmh int32, leastS int64) (out []span) {
	for i := 0; i < len(t.fixes); i++ {
		j := i
		for j < len(t.fixes) && t.fixes[j].SpeedDKMH <= dkmh {
			j++
		}
		if j > i && t.fixes[j-1].Time-t.fixes[i].Time >= leastS {
			out = append(out, span{t.fixes[i].Time, t.fixes[j-1].Time})
		}
		i = j
	}
	return out
}
