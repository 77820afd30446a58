package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A label is a harsh event by the accelerometer of a drive.
type label struct {
	span
	kind schema.DrivingKind
	at   int64   // of its peak
	g    float64 // at its peak
}

// labels are the labelled events of a drive; the larger axis at the peak says
// what it was.
func (d *drive) labels() []label {
	var out []label
	last := ""
	for i := range d.rows {
		r := &d.rows[i]
		if r.label == "" {
			last = ""
			continue
		}
		if r.label != last {
			last = r.label
			out = append(out, label{span: span{float64(r.at), float64(r.at)}})
		}
		l := &out[len(out)-1]
		l.end = float64(r.at)
		long, lat := math.Abs(r.longG), math.Abs(r.latG)
		if g := max(long, lat); g > l.g {
			l.g, l.at = g, r.at
			switch {
			case lat >= long:
				l.kind = schema.HarshCornering
			case r.longG < 0:
				l.kind = schema.HarshBraking
			default:
				l.kind = schema.HarshAcceleration
			}
		}
	}
	return out
}

// felt is where the accelerometer shows at least some g of a kind.
func (d *drive) felt(kind schema.DrivingKind, g float64) []span {
	var out []span
	for i := range d.rows {
		r := &d.rows[i]
		size := math.Abs(r.latG)
		switch kind {
		case schema.HarshBraking:
			size = -r.longG
		case schema.HarshAcceleration:
			size = r.longG
		}
		if size >= g {
			out = append(out, span{float64(r.at), float64(r.at)})
		}
	}
	return out
}

func of(labels []label, kind schema.DrivingKind) []span {
	var out []span
	for _, l := range labels {
		if l.kind == kind {
			out = append(out, l.span)
		}
	}
	return out
}

var labelGaps = []int{1, 2, 3, 5, 10}

// reportLabels compares what the default rules find with the accelerometer.
func (ds drives) reportLabels(w *strings.Builder) {
	fmt.Fprintf(w, `
## 2. Against the accelerometer

The same drives at the default rules for cars. The labels are seconds of at least 0.35 g by an accelerometer. Most of them leave no trace in the speeds and headings of a fix a second, so no rule finds them there; the table after this one says which can be seen at all. Right: at least 0.35 g, or 0.2 g, of the kind within %d s of what was found. All phases.

| kind | gap | labels | recall | found | right at 0.35 g | right at 0.2 g |
|---|---|---|---|---|---|---|
`, toleranceS)
	rules := driving.DefaultRules()
	for _, k := range harshKinds {
		for _, gap := range labelGaps {
			var hard, soft score
			for _, d := range ds {
				for phase := range gap {
					f := spans(detect(&rules, driving.Input{}, thin(d.fixes, int64(gap), phase)), k)
					hard.add(of(d.labels(), k), f, d.felt(k, 0.35))
					soft.add(nil, f, d.felt(k, 0.2))
				}
			}
			fmt.Fprintf(w, "| %s | %d s | %d | %.2f | %d | %.2f | %.2f |\n", k, gap, hard.truth/gap, hard.recall(), hard.found, hard.precision(), soft.precision())
		}
	}
	ds.reportVisible(w)
}

// visible is what a label must show in the recorded fixes within the tolerance
// to count as one that GPS can see: 2.0 m/s² along the way, 2.5 across.
func (d *drive) visible(l *label) bool {
	least := 2.0
	if l.kind == schema.HarshCornering {
		least = 2.5
	}
	return d.peak(l.kind, l.span) >= least
}

func (ds drives) reportVisible(w *strings.Builder) {
	rules := driving.DefaultRules()
	seen, total := 0, 0
	var lines strings.Builder
	for _, d := range ds {
		all := d.labels()
		total += len(all)
		for i := range all {
			l := &all[i]
			if !d.visible(l) {
				continue
			}
			seen++
			fmt.Fprintf(&lines, "| %s | %s | %s | %.2f | %.2f |", d.name, time.Unix(l.at, 0).UTC().Format(time.DateTime), l.kind, l.g, d.peak(l.kind, l.span))
			for _, gap := range labelGaps {
				n := 0
				for phase := range gap {
					if near(l.span, spans(detect(&rules, driving.Input{}, thin(d.fixes, int64(gap), phase)), l.kind)) {
						n++
					}
				}
				fmt.Fprintf(&lines, " %d of %d |", n, gap)
			}
			lines.WriteString("\n")
		}
	}
	fmt.Fprintf(w, "\n%d of the %d labelled events show at least 2.0 m/s² along the way, or 2.5 across, in the recording within %d s. They, and in how many phases of each gap the default rules find them:\n\n| drive | peak (UTC) | kind | g | GPS m/s² | 1 s | 2 s | 3 s | 5 s | 10 s |\n|---|---|---|---|---|---|---|---|---|---|\n%s", seen, total, toleranceS, lines.String())
}

var alarmOf = map[schema.DrivingKind]struct {
	kind timeline.MarkKind
	code string
}{
	schema.HarshAcceleration: {timeline.MarkHarshAcceleration, "0/41"},
	schema.HarshBraking:      {timeline.MarkHarshBraking, "0/48"},
	schema.HarshCornering:    {timeline.MarkHarshCornering, "0/42"},
}

// An alarmScore counts what became of the alarms of a device.
type alarmScore struct{ alarms, events, matched, missing, doubled, gps int }

// alarmsSent sends each label as an alarm of the device at its peak.
func (ds drives) alarmsSent(gap int) alarmScore {
	rules := driving.DefaultRules()
	var s alarmScore
	for _, d := range ds {
		entries := thin(d.fixes, int64(gap), 0)
		all := d.labels()
		s.alarms += len(all)
		for _, l := range all {
			a := alarmOf[l.kind]
			entries = append(entries, timeline.Entry{Mark: &timeline.Mark{Time: l.at, Kind: a.kind, Text: a.code,
				LatE6: timeline.NoPosition, LngE6: timeline.NoPosition, Speed: timeline.Unknown}})
		}
		slices.SortStableFunc(entries, func(a, b timeline.Entry) int { return int(a.Time() - b.Time()) })
		count := map[id]int{}
		for _, e := range detect(&rules, driving.Input{}, entries).events {
			if e.Sources&driving.Device == 0 {
				s.gps++
				continue
			}
			s.events++
			count[id{e.Kind, e.AlarmAt}]++
			if e.Sources&driving.GPS != 0 {
				s.matched++
			}
		}
		for _, l := range all {
			switch n := count[id{l.kind, l.at}]; {
			case n == 0:
				s.missing++
			case n > 1:
				s.doubled++
			}
		}
	}
	return s
}

func (ds drives) reportAlarms(w *strings.Builder) {
	fmt.Fprintf(w, `
## 3. With the device's alarms

The labelled events sent as alarms of the device (41, 48, 42), beside the fixes. Each must be exactly one event; those that GPS sees as well must be one event with both sources.

| gap | alarms | events with the device | of them with GPS | alarms missing | alarms twice | events of GPS alone |
|---|---|---|---|---|---|---|
`)
	for _, gap := range labelGaps {
		s := ds.alarmsSent(gap)
		fmt.Fprintf(w, "| %d s | %d | %d | %d | %d | %d | %d |\n", gap, s.alarms, s.events, s.matched, s.missing, s.doubled, s.gps)
	}
}
