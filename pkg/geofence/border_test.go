package geofence_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/timeline"
)

var days = flag.Uint64("days", 100, "how many days a vehicle is parked on a border for each kind of noise, at 60 s")

// TestParkedOnABorder parks a vehicle on an edge, and 25 m to both sides of it,
// for 24 hours with noise of 15 m (standard deviation of each axis): noise of its
// own in each fix, and noise that lasts for about 1, 5 and 20 min. The device says
// that it stands, or says nothing. It may be entered once and left once.
func TestParkedOnABorder(t *testing.T) {
	r := geofence.DefaultRules()
	for _, every := range []int64{1, 10, 60} {
		for _, lastsS := range []float64{0, 60, 300, 1200} {
			t.Run(fmt.Sprintf("%d s, noise of %.0f s", every, lastsS), func(t *testing.T) {
				seeds, bad, moves := max(*days*uint64(every)/60, 4), 0, 0
				for seed := range seeds {
					begun, ended := parked(&r, seed, every, lastsS)
					moves += begun + ended
					if begun > 1 || ended > 1 {
						bad++
					}
				}
				t.Logf("%d days: %d with a second enter or exit; %d events", seeds, bad, moves)
				if bad > 0 {
					t.Fail()
				}
			})
		}
	}
}

func parked(r *geofence.Rules, seed uint64, every int64, lastsS float64) (begun, ended int) {
	rng := rand.New(rand.NewPCG(seed, uint64(every)))
	w := &world{shapes: []shape{rectangle("yard", -500, 0, 500, 500)}}
	where := float64(int(seed%3)-1) * 25
	speed := int32(-int(seed / 3 % 2))
	keep := 0.0
	if lastsS > 0 {
		keep = math.Exp(-float64(every) / lastsS)
	}
	x, y := 15*rng.NormFloat64(), 15*rng.NormFloat64()
	var s geofence.State
	out := geofence.Out{Event: func(e *geofence.Event) {
		if begins(e) {
			begun++
		}
		if ends(e) {
			ended++
		}
	}}
	for at := int64(0); at < 86_400; at += every {
		fresh := 15 * math.Sqrt(1-keep*keep)
		x, y = keep*x+fresh*rng.NormFloat64(), keep*y+fresh*rng.NormFloat64()
		s.Fix(r, w, fixAt(day+at, where+x, y, speed), &out)
	}
	return begun, ended
}

// TestStraightLines drives through a fence on straight lines with a fix every
// 60 s: every chord of 30 m and more is noticed, none is twice, and the times and
// places are where the line crosses the edge.
func TestStraightLines(t *testing.T) {
	r := geofence.DefaultRules()
	rng := rand.New(rand.NewPCG(1, 2))
	passes, inferred := 0, 0
	worstS, worstM := 0.0, 0.0
	for range 20_000 {
		s := circle("gate", 0, 0, 15+500*rng.Float64()*rng.Float64())
		if rng.IntN(2) == 0 {
			s = rectangle("gate", 0, 0, 15+400*rng.Float64(), 15+100*rng.Float64())
		}
		speed := (20 + 180*rng.Float64()) / 3.6
		turn, aside := 2*math.Pi*rng.Float64(), s.r*(2*rng.Float64()-1)
		cos, sin := math.Cos(turn), math.Sin(turn)
		place := func(m float64) (x, y float64) { return m*cos - aside*sin, m*sin + aside*cos }
		x1, y1 := place(-20_000)
		x2, y2 := place(20_000)
		in, out, meets := s.cut(x1, y1, x2, y2)
		if chord := (out - in) * 40_000; !meets || chord < 30.5 { // positions are rounded to 0.1 m
			continue
		}
		var entries []timeline.Entry
		for m, at := -4*60*speed-60*speed*rng.Float64()-1000, day; m < 5*60*speed+1000; m, at = m+60*speed, at+60 {
			x, y := place(m)
			entries = append(entries, timeline.Entry{Fix: fixAt(at, x, y, timeline.Unknown)})
		}
		events := play(&r, &world{shapes: []shape{s}}, entries)
		if len(events) > 2 {
			events = without(events, geofence.KindDwell)
		}
		if len(events) != 2 || events[0].Kind != geofence.KindEnter || events[1].Kind != geofence.KindExit {
			t.Fatalf("%.1f m/s, chord %.1f m:\n%s", speed, (out-in)*40_000, text(events))
		}
		passes++
		if events[0].Inferred {
			inferred++
		}
		for i, share := range []float64{in, out} {
			x, y := plane(&timeline.Fix{LatE6: events[i].LatE6, LngE6: events[i].LngE6})
			wx, wy := x1+share*(x2-x1), y1+share*(y2-y1)
			x0, y0 := plane(entries[0].Fix)
			when := float64(day) + math.Hypot(wx-x0, wy-y0)/speed
			worstM, worstS = max(worstM, math.Hypot(x-wx, y-wy)), max(worstS, math.Abs(when-float64(events[i].At)))
		}
	}
	t.Logf("%d passes, %d of them without a fix inside, 0 missed; at most %.1f s and %.1f m off", passes, inferred, worstS, worstM)
	if worstS > 1.1 || worstM > 5 {
		t.Errorf("crossings are off")
	}
}

func without(events []geofence.Event, kind string) (rest []geofence.Event) {
	for _, e := range events {
		if e.Kind != kind {
			rest = append(rest, e)
		}
	}
	return rest
}
