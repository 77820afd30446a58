package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/odograph/odograph/pkg/schema"
)

// central is where the central difference over two seconds, on whole km/h,
// passes a threshold, merged within 5 s.
func (d *drive) central(kind schema.DrivingKind, mps2, minKMH float64) []span {
	sign := 1.0
	if kind == schema.HarshBraking {
		sign = -1
	}
	var out []span
	for i := 2; i < len(d.rows); i++ {
		a, b, c := &d.rows[i-2], &d.rows[i-1], &d.rows[i]
		from, to := math.Round(a.speedKMH), math.Round(c.speedKMH)
		if c.at-b.at != 1 || b.at-a.at != 1 || sign*(to-from)/7.2 < mps2 || max(from, to) < minKMH {
			continue
		}
		if n := len(out); n > 0 && float64(b.at)-out[n-1].end <= 5 {
			out[n-1].end = float64(b.at)
			continue
		}
		out = append(out, span{float64(b.at), float64(b.at)})
	}
	return out
}

// forward is the difference that pkg/driving takes, likewise.
func (d *drive) forward(kind schema.DrivingKind, mps2, minKMH float64) []span {
	sign := 1.0
	if kind == schema.HarshBraking {
		sign = -1
	}
	var out []span
	for i := 1; i < len(d.rows); i++ {
		a, b := &d.rows[i-1], &d.rows[i]
		from, to := math.Round(a.speedKMH), math.Round(b.speedKMH)
		if b.at-a.at != 1 || sign*(to-from)/3.6 < mps2 || max(from, to) < minKMH {
			continue
		}
		if n := len(out); n > 0 && float64(b.at)-out[n-1].end <= 5 {
			out[n-1].end = float64(b.at)
			continue
		}
		out = append(out, span{float64(a.at), float64(b.at)})
	}
	return out
}

// reportCentral says why pkg/driving compares a fix with the one before and not
// its neighbours with each other.
func (ds drives) reportCentral(w *strings.Builder) {
	fmt.Fprint(w, `
Why each fix is compared with the one before it, and not its two neighbours with each other (the central difference): at the same threshold the central difference misses a third, and where it is lowered to find as many, more of them are not in the recording. For braking it is nearer to the accelerometer; it also knows a second later. At 1 s; the accelerometer's columns at 2.4 m/s² for the forward and 2.16 for the central difference, 10 km/h or more.

| kind | difference | threshold | recall | precision | found at the default | 0.2 g near | 0.3 g near |
|---|---|---|---|---|---|---|---|
`)
	for _, k := range harshKinds[:2] {
		for _, m := range []struct {
			name           string
			mps2, standard float64
			find           func(*drive, schema.DrivingKind, float64, float64) []span
		}{{"forward", 2, 2.4, (*drive).forward}, {"central", 2, 2.16, (*drive).central}, {"central", 1.8, 2.16, (*drive).central}} {
			var s, soft, hard score
			for _, d := range ds {
				truth := d.truth(k)
				s.add(truth, m.find(d, k, m.mps2, 0), truth)
				f := m.find(d, k, m.standard, 10)
				soft.add(nil, f, d.felt(k, 0.2))
				hard.add(nil, f, d.felt(k, 0.3))
			}
			fmt.Fprintf(w, "| %s | %s | %.1f | %.2f | %.2f | %d | %.2f | %.2f |\n", k, m.name, m.mps2, s.recall(), s.precision(), soft.found, soft.precision(), hard.precision())
		}
	}
}
