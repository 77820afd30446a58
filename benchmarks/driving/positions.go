package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// A judge decides a change of speed from b to c that may have passed the threshold
// by rounding alone; a is the row before b, or nil. sign is -1 for braking.
type judge func(sign, mps2 float64, a, b, c *row) bool

var judges = []struct {
	name string
	keep judge
}{
	{"taken (the detector)", func(float64, float64, *row, *row, *row) bool { return true }},
	{"left out", func(float64, float64, *row, *row, *row) bool { return false }},
	{"asked of the speeds as recorded, before rounding", func(sign, mps2 float64, _, b, c *row) bool {
		return sign*(c.speedKMH-b.speedKMH)/3.6/float64(c.at-b.at) >= mps2
	}},
	{"asked of the positions", byPositions},
}

// byPositions compares the mean speeds of the two ways that end and begin at b.
func byPositions(sign, mps2 float64, a, b, c *row) bool {
	if a == nil {
		return true
	}
	return sign*(wayM(b, c)/float64(c.at-b.at)-wayM(a, b)/float64(b.at-a.at))/(float64(c.at-a.at)/2) >= mps2
}

func wayM(a, b *row) float64 {
	return geo.DistanceM(a.fix.Lat(), a.fix.Lng(), b.fix.Lat(), b.fix.Lng())
}

// judged is what the thresholds of section 1 find on whole km/h in some of the
// rows, with a judge of what is near them.
func judged(rows []*row, kind schema.DrivingKind, keep judge) []span {
	h := driving.DefaultRules().Harsh
	sign := 1.0
	if kind == schema.HarshBraking {
		sign = -1
	}
	var out []span
	var a *row
	for i := 1; i < len(rows); i++ {
		b, c := rows[i-1], rows[i]
		gap, before := float64(c.at-b.at), a
		a = b
		if gap > float64(h.MaxGapS.Measured) {
			a = nil
			continue
		}
		mps2 := 2 * h.GapFactor[int(gap)]
		size := sign * (math.Round(c.speedKMH) - math.Round(b.speedKMH)) / 3.6 / gap
		if size < mps2 || size-1/3.6/gap < mps2 && !keep(sign, mps2, before, b, c) {
			continue
		}
		if n := len(out); n > 0 && float64(b.at)-out[n-1].end <= 5 {
			out[n-1].end = float64(c.at)
			continue
		}
		out = append(out, span{float64(b.at), float64(c.at)})
	}
	return out
}

// every keeps rows as thin keeps fixes.
func (d *drive) every(gap int64, from int) []*row {
	var out []*row
	for i := from; i < len(d.rows); i++ {
		if len(out) == 0 || d.rows[i].at-out[len(out)-1].at >= gap {
			out = append(out, &d.rows[i])
		}
	}
	return out
}

// reportPositions says why a change that is near its threshold is not asked of the
// positions, which are not rounded to km/h.
func (ds drives) reportPositions(w *strings.Builder) {
	fmt.Fprint(w, `
Why positions do not decide what rounding left open. A change of speed that is less than 1 km/h above its threshold may have passed it by rounding alone. Recall / precision, all phases, as above, when such a change is

| kind | | 1 s | 2 s | 3 s |
|---|---|---|---|---|
`)
	for _, k := range harshKinds[:2] {
		for _, j := range judges {
			fmt.Fprintf(w, "| %s | %s |", k, j.name)
			for gap := 1; gap <= 3; gap++ {
				var s score
				for _, d := range ds {
					truth := d.truth(k)
					for phase := range gap {
						s.add(truth, judged(d.every(int64(gap), phase), k, j.keep), truth)
					}
				}
				fmt.Fprintf(w, " %.2f / %.2f |", s.recall(), s.precision())
			}
			fmt.Fprintln(w)
		}
	}
	fmt.Fprint(w, `
Even the speeds before rounding find less at 2 s, for the mean over a gap is not the most within it: what is wrong there did slow down, by nearly as much. And the positions are the worse witness: from 10 km/h on, the way between two of them against the mean of the two recorded speeds, and what that makes of a change of speed that is reckoned from two such ways, beside what rounding to km/h makes of one (standard deviations; of the ways by the median, where the speed changes by less than 0.3 m/s² a second):

| gap | off by m/s | a change by positions, m/s² | a change by whole km/h, m/s² | ways off by more than 10 % | off in the median while braking by 1.5 m/s² and more, m |
|---|---|---|---|---|---|
`)
	for gap := 1; gap <= 3; gap++ {
		steady, wrong, braking := ds.waysOff(gap)
		g := float64(gap)
		off := spread(steady) / g
		fmt.Fprintf(w, "| %d s | %.2f | %.2f | %.2f | %.1f %% | %.1f |\n", gap, off, off*math.Sqrt2/g, math.Sqrt(2.0/12)/3.6/g, 100*wrong, middle(braking))
	}
	fmt.Fprintln(w, "\nThat braking makes the way too short says that the recorded speed is some 0.4 s older than the position.")
}

// waysOff are by how many metres the ways are longer than the recorded speeds say:
// at a steady speed and while braking, and the share that is off by a tenth.
func (ds drives) waysOff(gap int) (steady []float64, wrong float64, braking []float64) {
	n, bad := 0, 0
	for _, d := range ds {
		for i := gap; i < len(d.rows); i++ {
			rows := d.rows[i-gap : i+1]
			if rows[gap].at-rows[0].at != int64(gap) {
				continue
			}
			slowest, most := rows[0].speedKMH, 0.0
			for j := 1; j <= gap; j++ {
				slowest = min(slowest, rows[j].speedKMH)
				most = max(most, math.Abs(rows[j].speedKMH-rows[j-1].speedKMH)/3.6)
			}
			if slowest < 10 {
				continue
			}
			driven := (rows[0].speedKMH + rows[gap].speedKMH) / 7.2 * float64(gap)
			off := wayM(&rows[0], &rows[gap]) - driven
			n++
			if math.Abs(off) > driven/10 {
				bad++
			}
			if most < 0.3 {
				steady = append(steady, off)
			}
			if (rows[0].speedKMH-rows[gap].speedKMH)/3.6 >= 1.5*float64(gap) {
				braking = append(braking, off)
			}
		}
	}
	return steady, share(bad, n), braking
}

func middle(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// spread is the standard deviation of what is normal, by the median of the
// distances from the median.
func spread(v []float64) float64 {
	m := middle(v)
	off := make([]float64, len(v))
	for i := range v {
		off[i] = math.Abs(v[i] - m)
	}
	return 1.4826 * middle(off)
}
