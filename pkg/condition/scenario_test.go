package condition_test

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/condition"
	"github.com/odograph/odograph/pkg/timeline"
)

// noon is second 0 of the scenarios.
const noon = int64(1_777_896_000)

// A drive is what a scenario file tells, see testdata/README.md.
type drive struct {
	rules   condition.Rules
	input   condition.Input
	entries []timeline.Entry
	want    string
	lat     float64
}

func (d *drive) fix(at int64, speed float64, acc int32) {
	d.entries = append(d.entries, timeline.Entry{Fix: &timeline.Fix{
		Time: noon + at, LatE6: int32(math.Round(d.lat * 1e6)), LngE6: 13_000_000,
		SpeedDKMH: int32(speed * 10), HeadingDeg: 0, Satellites: 9, ACC: acc, OdometerM: timeline.Unknown,
	}})
}

func (d *drive) mark(at int64, m timeline.Mark) {
	m.Time, m.LatE6, m.LngE6, m.Speed = noon+at, timeline.NoPosition, timeline.NoPosition, timeline.Unknown
	d.entries = append(d.entries, timeline.Entry{Mark: &m})
}

// wobble is the sloshing of a level, between -1 and 1.
var wobble = []float64{0, 0.6, -0.3, 1, -0.8, 0.2, -1, 0.5, -0.5}

func (d *drive) line(t *testing.T, f []string) {
	t.Helper()
	num := func(i int) float64 {
		v, err := strconv.ParseFloat(f[i], 64)
		if err != nil {
			t.Fatalf("%v: %v", f, err)
		}
		return v
	}
	span := func(do func(at int64, share float64, n int)) {
		from, to, every := int64(num(1)), int64(num(2)), int64(num(3))
		for n, at := 0, from; at <= to; n, at = n+1, at+every {
			do(at, float64(at-from)/max(1, float64(to-from)), n)
		}
	}
	switch f[0] {
	case "drive": // from to every km/h
		span(func(at int64, _ float64, n int) {
			if n > 0 {
				d.lat += num(4) / 3.6 * num(3) / 111_195
			}
			d.fix(at, num(4), 1)
		})
	case "stand": // from to every acc
		acc := map[string]int32{"on": 1, "off": 0, "-": timeline.Unknown}[f[4]]
		span(func(at int64, _ float64, _ int) { d.fix(at, 0, acc) })
	case "fuel": // from to every level level wobble channel unit
		span(func(at int64, share float64, n int) {
			v := num(4) + (num(5)-num(4))*share + num(6)*wobble[n%len(wobble)]
			d.mark(at, timeline.Mark{Kind: timeline.MarkFuel, Channel: f[7], Unit: f[8], Value: v})
		})
	case "temperature": // from to every °C °C channel
		span(func(at int64, share float64, _ int) {
			v := num(4) + (num(5)-num(4))*share
			d.mark(at, timeline.Mark{Kind: timeline.MarkTemperature, Channel: f[6], Value: v})
		})
	case "faults": // at codes…
		d.mark(int64(num(1)), timeline.Mark{Kind: timeline.MarkFaults, Text: strings.Join(f[2:], " "), Value: math.NaN()})
	case "ignition": // at 0|1
		d.mark(int64(num(1)), timeline.Mark{Kind: timeline.MarkIgnition, Value: num(2)})
	case "range": // °C °C
		d.input = condition.Input{TemperatureMinC: num(1), TemperatureMaxC: num(2)}
	case "clear_reports":
		d.rules.Faults.ClearReports = int(num(1))
	default:
		t.Fatalf("unknown line %v", f)
	}
}

func readDrive(t *testing.T, file string) *drive {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	story, want, ok := strings.Cut(string(b), "----\n")
	if !ok {
		t.Fatalf("%s: no line ----", file)
	}
	d := &drive{rules: condition.DefaultRules(), input: condition.NoInput(), want: want, lat: 52}
	for line := range strings.Lines(story) {
		line, _, _ = strings.Cut(line, "#")
		if f := strings.Fields(line); len(f) > 0 {
			d.line(t, f)
		}
	}
	slices.SortStableFunc(d.entries, func(a, b timeline.Entry) int { return cmp.Compare(a.Time(), b.Time()) })
	return d
}

// found is the events of a run by their identity, the last word of each.
type found struct {
	order []string
	last  map[string]condition.Event
	told  int
}

func (o *found) out() *condition.Out {
	o.last = map[string]condition.Event{}
	return &condition.Out{Event: func(e *condition.Event) {
		key := fmt.Sprint(e.Kind, e.Channel, e.Unit, e.Code, e.Start)
		if _, ok := o.last[key]; !ok {
			o.order = append(o.order, key)
		}
		o.last[key] = *e
		o.told++
	}}
}

func (o *found) String() string {
	var b strings.Builder
	for _, key := range o.order {
		e := o.last[key]
		fmt.Fprintf(&b, "%s", e.Kind)
		for _, s := range []string{e.Channel, e.Unit, e.Code} {
			if s != "" {
				b.WriteString(" " + s)
			}
		}
		fmt.Fprintf(&b, " %d-%d", e.Start-noon, e.End-noon)
		if e.Ongoing {
			b.WriteString("…")
		}
		for _, pair := range [][2]float64{{e.ValueBefore, e.ValueAfter}, {e.ValueMin, e.ValueMax}, {e.LimitMin, e.LimitMax}} {
			if !math.IsNaN(pair[0]) || !math.IsNaN(pair[1]) {
				fmt.Fprintf(&b, " %.4g..%.4g", pair[0], pair[1])
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func step(s *condition.State, d *drive, e timeline.Entry, out *condition.Out) {
	if e.Fix != nil {
		s.Fix(&d.rules, d.input, e.Fix, out)
	} else {
		s.Mark(&d.rules, d.input, e.Mark, out)
	}
}

func run(d *drive, entries []timeline.Entry) *found {
	var s condition.State
	o := &found{}
	out := o.out()
	for _, e := range entries {
		step(&s, d, e, out)
	}
	return o
}

func TestScenarios(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) == 0 {
		t.Fatal("no scenarios")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			d := readDrive(t, file)
			if got := run(d, d.entries).String(); got != d.want {
				t.Errorf("got\n%swant\n%s", got, d.want)
			}
			var twice []timeline.Entry
			for _, e := range d.entries {
				if twice = append(twice, e); e.Mark != nil {
					twice = append(twice, e)
				}
			}
			if got := run(d, twice).String(); got != d.want {
				t.Errorf("with every mark twice: got\n%swant\n%s", got, d.want)
			}
		})
	}
}

// TestStateIsAValue stops at every entry, writes and reads the state, lets a
// copy run to the end, and goes on with what was written.
func TestStateIsAValue(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		d := readDrive(t, file)
		o := &found{}
		out := o.out()
		var s condition.State
		for i, e := range d.entries {
			var again condition.State
			rest, err := again.Decode(append(s.Append(nil), 7))
			if err != nil || len(rest) != 1 {
				t.Fatalf("%s, entry %d: %v, %d bytes left", file, i, err, len(rest))
			}
			if i%97 == 0 {
				stray := s
				for _, e := range d.entries[i:] {
					step(&stray, d, e, (&found{}).out())
				}
			}
			before := string(s.Append(nil))
			if string(again.Append(nil)) != before {
				t.Fatalf("%s, entry %d: another state after writing and reading", file, i)
			}
			s = again
			step(&s, d, e, out)
		}
		if got := o.String(); got != d.want {
			t.Errorf("%s: got\n%swant\n%s", file, got, d.want)
		}
	}
}
