package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// Of the made-up drives.
const (
	seeds             = 40
	manoeuvresPerSeed = 60
)

var manoeuvreGaps = []int{1, 2, 3, 5, 10, 30, 60}

// epoch is when the made-up drives begin.
var epoch = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

// ownThreshold is what a label must have to be harsh: the low threshold of cars.
func ownThreshold(kind schema.DrivingKind) float64 {
	t := driving.DefaultRules().Harsh.Thresholds.Car
	switch kind {
	case schema.HarshBraking:
		return t.Brake[0]
	case schema.HarshAcceleration:
		return t.Accelerate[0]
	}
	return t.Corner[0]
}

// truths are the manoeuvres that rules must find, those at most 10 % below the
// threshold, and all of the kind.
func truths(d *simulate.Drive, kind schema.DrivingKind) (must, almost, all []span) {
	rules := driving.DefaultRules()
	for _, m := range d.Labels {
		if m.Kind != kind {
			continue
		}
		s := span{float64(epoch.Unix()) + m.Start, float64(epoch.Unix()) + m.End}
		is := m.PeakMPS2 >= ownThreshold(kind)
		nearly := m.PeakMPS2 >= 0.9*ownThreshold(kind)
		if kind == schema.Speeding {
			length, least := m.End-m.Start, float64(rules.Speeding.MinDurationS)
			is, nearly = length >= least, length >= 0.9*least
		}
		if is {
			must = append(must, s)
		}
		if nearly {
			almost = append(almost, s)
		}
		all = append(all, s)
	}
	return must, almost, all
}

// manoeuvreScore samples the made-up drives at a gap and counts what was found
// against each of the truths.
func manoeuvreScore(kind schema.DrivingKind, gap int, drives []*simulate.Drive) (right, almost, something score) {
	r := driving.DefaultRules()
	in := driving.Input{LimitAt: func(*timeline.Fix) (float64, string) { return simulate.ManoeuvreLimitKMH, driving.LimitOwn }}
	for seed, d := range drives {
		fixes := d.Fixes(uint64(seed), epoch, simulate.Receiver{GapS: gap, PhaseS: seed % gap, SpeedMPS: 0.15, PositionM: 2, Satellites: 9})
		entries := make([]timeline.Entry, 0, len(fixes))
		for i := range fixes {
			f := timeline.FixOf(&fixes[i])
			entries = append(entries, timeline.Entry{Fix: &f})
		}
		must, nearly, all := truths(d, kind)
		found := spans(detect(&r, in, entries), kind)
		right.add(must, found, must)
		almost.add(must, found, nearly)
		something.add(must, found, all)
	}
	return right, almost, something
}

func madeUpDrives() []*simulate.Drive {
	out := make([]*simulate.Drive, 0, seeds)
	for seed := range uint64(seeds) {
		out = append(out, simulate.Manoeuvres(seed, manoeuvresPerSeed))
	}
	return out
}

func reportManoeuvres(w *strings.Builder) {
	drives := madeUpDrives()
	fmt.Fprintf(w, `
## Labelled manoeuvres

%d made-up drives (seeds 0 to %d) of %d manoeuvres each: braking, acceleration and corners with peaks of 0.8 to 5 m/s², half of them below 2, braking of 3 to 8 s as in the recorded drives, and stretches above a limit of %d km/h. Whole km/h and degrees; noise of 0.15 m/s of the speed and 2 m of the position. Truth: labels whose largest mean over a second is at least the lowest threshold of cars; speeding for at least 60 s. Default rules. "Within 10 %%": the precision where a label down to 10 %% below the threshold is right too; "something": where any label of the kind is, so what is left was made of nothing. Beyond 10 s nothing harsh is said, on purpose.

| kind | gap | truth | found | recall | precision | within 10 %% | something |
|---|---|---|---|---|---|---|---|
`, seeds, seeds-1, manoeuvresPerSeed, simulate.ManoeuvreLimitKMH)
	for _, k := range append(harshKinds, schema.Speeding) {
		for _, gap := range manoeuvreGaps {
			right, almost, something := manoeuvreScore(k, gap, drives)
			precision := "- | - | -"
			if right.found > 0 {
				precision = fmt.Sprintf("%.2f | %.2f | %.2f", right.precision(), almost.precision(), something.precision())
			}
			fmt.Fprintf(w, "| %s | %d s | %d | %d | %.2f | %s |\n", k, gap, right.truth, right.found, right.recall(), precision)
		}
	}
}
