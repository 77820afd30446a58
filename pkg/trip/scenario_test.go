package trip_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/timeline"
	"github.com/odograph/odograph/pkg/trip"
)

var rewrite = flag.Bool("rewrite", false, "write what was found into the scenarios")

// day is when all scenarios begin: 08:00:00.
var day = time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC).Unix()

// A drive is a scenario that is being written: a clock, a place in metres east
// and north of a point at 50° N, and an odometer.
type drive struct {
	t       int64
	x, y    float64
	odo     float64
	entries []timeline.Entry
}

// TestScenarios drives each file of testdata. Its lines up to --- are read in
// order; each begins where the one before ended:
//
//	stay 5m every 10s       fixes at the place
//	go 3km 36km/h every 10s fixes on the way east
//	jump 200m               the place is another, no time passes
//	wait 20m                no fixes
//	ignition 0              a mark; also contact, and driver NAME CHANNEL
//	rules min_stop_s=30     other rules than the default
//
// Words after it set fields of the fixes: acc=1, v=none, v=41 (km/h), old,
// odo (kept by the device), drift=8 (metres around the place). After --- stand
// the events, as told last.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			script, want, _ := strings.Cut(string(b), "---\n")
			d := drive{t: day}
			r := trip.DefaultRules()
			for n, line := range strings.Split(script, "\n") {
				if err := d.line(&r, strings.Fields(line)); err != nil {
					t.Fatalf("line %d: %v", n+1, err)
				}
			}
			if err := r.Validate(); err != nil {
				t.Fatal(err)
			}
			got := play(t, &r, d.entries).String()
			if *rewrite {
				if err := os.WriteFile(path, []byte(script+"---\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func (d *drive) line(r *trip.Rules, words []string) error {
	if len(words) == 0 || words[0] == "#" {
		return nil
	}
	switch words[0] {
	case "stay":
		return d.stay(words[1], words[3], words[4:])
	case "go":
		return d.drive(words[1], words[2], words[4], words[5:])
	case "jump":
		d.x += metres(words[1])
	case "wait":
		d.t += int64(length(words[1]))
	case "ignition":
		v, err := strconv.ParseFloat(words[1], 64)
		d.mark(timeline.Mark{Kind: timeline.MarkIgnition, Value: v})
		return err
	case "contact":
		d.mark(timeline.Mark{Kind: timeline.MarkContact})
	case "driver":
		d.mark(timeline.Mark{Kind: timeline.MarkDriver, Text: words[1], Channel: words[2]})
	case "rules":
		return change(r, words[1:])
	default:
		return fmt.Errorf("no such line: %s", words[0])
	}
	return nil
}

func change(r *trip.Rules, words []string) error {
	fields := map[string]*int64{"min_stop_s": &r.MinStopS, "rest_confirm_s": &r.RestConfirmS, "split_ignition_off_s": &r.SplitIgnitionOffS, "split_rest_s": &r.SplitRestS}
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		n, err := strconv.ParseInt(value, 10, 64)
		if fields[key] == nil || err != nil {
			return fmt.Errorf("no such rule: %s", w)
		}
		*fields[key] = n
	}
	return nil
}

func (d *drive) mark(m timeline.Mark) {
	m.Time, m.LatE6, m.LngE6 = d.t, timeline.NoPosition, timeline.NoPosition
	d.entries = append(d.entries, timeline.Entry{Mark: &m})
}

func (d *drive) stay(duration, every string, options []string) error {
	step := int64(length(every))
	for end := d.t + int64(length(duration)); d.t < end; d.t += step {
		if err := d.fix(0, options); err != nil {
			return err
		}
	}
	return nil
}

func (d *drive) drive(distance, speed, every string, options []string) error {
	kmh, err := strconv.ParseFloat(strings.TrimSuffix(speed, "km/h"), 64)
	if err != nil {
		return err
	}
	step := length(every)
	for end := d.x + metres(distance); d.x < end; {
		if err := d.fix(kmh, options); err != nil {
			return err
		}
		d.t += int64(step)
		d.x += kmh / 3.6 * step
		d.odo += kmh / 3.6 * step
	}
	return nil
}

func (d *drive) fix(kmh float64, options []string) error {
	f := timeline.Fix{Time: d.t, SpeedDKMH: int32(kmh * 10), HeadingDeg: timeline.Unknown, Satellites: 9, ACC: timeline.Unknown, OdometerM: timeline.Unknown}
	x, y := d.x, d.y
	for _, o := range options {
		key, value, _ := strings.Cut(o, "=")
		v, _ := strconv.ParseFloat(value, 64)
		switch {
		case key == "acc":
			f.ACC = int32(v)
		case o == "v=none":
			f.SpeedDKMH = timeline.Unknown
		case key == "v":
			f.SpeedDKMH = int32(v * 10)
		case key == "old":
			f.Old = true
		case key == "odo":
			f.OdometerM = int64(d.odo)
		case key == "reset":
			d.odo = 0
		case key == "drift":
			n := float64(len(d.entries))
			x, y = x+v*math.Sin(n*1.7), y+v*math.Sin(n*0.6+1)
		default:
			return fmt.Errorf("no such word: %s", o)
		}
	}
	f.LatE6, f.LngE6 = position(x, y)
	d.entries = append(d.entries, timeline.Entry{Fix: &f})
	return nil
}

func position(x, y float64) (lat, lng int32) {
	const perDegree = 111_195
	return int32(math.Round(50e6 + y/perDegree*1e6)), int32(math.Round(10e6 + x/perDegree/math.Cos(50*math.Pi/180)*1e6))
}

func length(s string) float64 {
	d, err := time.ParseDuration(s)
	if err != nil {
		panic(err)
	}
	return d.Seconds()
}

func metres(s string) float64 {
	scale := 1.0
	if strings.HasSuffix(s, "km") {
		scale = 1000
	}
	v, err := strconv.ParseFloat(strings.TrimRight(s, "km"), 64)
	if err != nil {
		panic(err)
	}
	return v * scale
}

// told is what was told: the last of each Start.
type told struct {
	trips map[int64]trip.Trip
	stops map[int64]trip.Stop
	n     int
}

func (o *told) out(t failer) *trip.Out {
	o.trips, o.stops = map[int64]trip.Trip{}, map[int64]trip.Stop{}
	return &trip.Out{
		Trip: func(e *trip.Trip) {
			if before, ok := o.trips[e.Start]; ok && !before.Ongoing {
				t.Fatalf("trip %+v told after its end: %+v", *e, before)
			}
			o.trips[e.Start] = *e
			o.n++
		},
		Stop: func(e *trip.Stop) {
			if before, ok := o.stops[e.Start]; ok && !before.Ongoing {
				t.Fatalf("stop %+v told after its end: %+v", *e, before)
			}
			o.stops[e.Start] = *e
			o.n++
		},
	}
}

type failer interface {
	Fatalf(format string, args ...any)
}

// play runs entries through a new State.
func play(t failer, r *trip.Rules, entries []timeline.Entry) *told {
	var s trip.State
	var o told
	out := o.out(t)
	var last int64
	for _, e := range entries {
		last = one(&s, r, e, last, out)
	}
	return &o
}

// one gives an entry to a State, with what pkg/driving would say of its gap.
func one(s *trip.State, r *trip.Rules, e timeline.Entry, last int64, out *trip.Out) int64 {
	if e.Mark != nil {
		s.Mark(r, e.Mark, out)
		return last
	}
	s.Fix(r, e.Fix, last > 0 && e.Fix.Time-last <= 3, out)
	return e.Fix.Time
}

func clock(t int64) string { return time.Unix(t, 0).UTC().Format("15:04:05") }

// String is one line an event, by start; the last says how often was told.
func (o *told) String() string {
	var lines []string
	for _, e := range o.trips {
		s := fmt.Sprintf("%s %s trip %.2f km", clock(e.Start), clock(e.End), e.DistanceM/1000)
		if e.OdometerM.Valid {
			s += fmt.Sprintf(", odometer %.2f km", e.OdometerM.Value/1000)
		}
		if e.MaxSpeedKMH.Valid {
			s += fmt.Sprintf(", max %.0f km/h", e.MaxSpeedKMH.Value)
		}
		s += fmt.Sprintf(", driving %.0f s, idle %.0f s, observable %.0f s, %d fixes, gap %d s", e.DrivingS, e.IdleS, e.ObservableS, e.Fixes, e.LongestGapS)
		if e.Driver != "" {
			s += fmt.Sprintf(", %s by %s", e.Driver, e.DriverSource)
		}
		if e.Ongoing {
			s += ", ongoing"
		}
		lines = append(lines, strings.TrimRight(s+", "+e.EndReason, ", "))
	}
	for _, e := range o.stops {
		s := fmt.Sprintf("%s %s %s", clock(e.Start), clock(e.End), e.Kind)
		if e.Ongoing {
			s += ", ongoing"
		}
		lines = append(lines, s)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + fmt.Sprintf("\ntold %d times\n", o.n)
}

// byStart are the events of a map in order.
func byStart[E any](m map[int64]E) []E {
	var out []E
	for _, k := range slices.SortedFunc(maps.Keys(m), cmp.Compare[int64]) {
		out = append(out, m[k])
	}
	return out
}
