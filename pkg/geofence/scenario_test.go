package geofence_test

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/timeline"
)

var rewrite = flag.Bool("rewrite", false, "write what was found into the scenarios")

// day is when all scenarios begin: 08:00:00 UTC on a Monday, 10:00 in Berlin.
var day = time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC).Unix()

// A drive is a scenario that is being written: a clock and a place in metres
// east and north.
type drive struct {
	t       int64
	x, y    float64
	world   world
	rules   geofence.Rules
	entries []timeline.Entry
}

// TestScenarios drives each file of testdata. Its lines up to --- are read in
// order; each begins where the one before ended:
//
//	circle depot 0 0 200        a fence: centre and radius in m
//	rectangle yard 0 0 100 50   or half of its width and height
//	at 500 0                    the place is another, no time passes
//	fix                         one fix there
//	to 0 0 50km/h every 10s     fixes on the straight way
//	stay 5m every 10s           fixes at the place
//	wait 20m                    no fixes
//	contact, ignition 0         a mark
//	rules min_fixes=2           other rules than the default
//
// Words after a fence set what it is judged with: dwell=60,300
// open=10:00-18:00@Europe/Berlin, from=10m, until=20m (when it is there, from the
// start of the scenario), version=2, margin=0 and silent=enter,dwell. Words after fixes set their fields: v=none,
// v=7 (km/h), sat=3, old, acc=1, off=300,0 (m beside the place). After --- stand
// the events in the order in which they were told.
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
			d := drive{t: day, rules: geofence.DefaultRules()}
			for n, line := range strings.Split(script, "\n") {
				if err := d.line(strings.Fields(line)); err != nil {
					t.Fatalf("line %d: %v", n+1, err)
				}
			}
			if err := d.rules.Validate(); err != nil {
				t.Fatal(err)
			}
			got := text(play(&d.rules, &d.world, d.entries))
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

func (d *drive) line(words []string) error {
	if len(words) == 0 || words[0] == "#" {
		return nil
	}
	switch words[0] {
	case "circle":
		return d.fence(circle(words[1], number(words[2]), number(words[3]), number(words[4])), words[5:])
	case "rectangle":
		return d.fence(rectangle(words[1], number(words[2]), number(words[3]), number(words[4]), number(words[5])), words[6:])
	case "at":
		d.x, d.y = number(words[1]), number(words[2])
	case "fix":
		return d.fix(0, words[1:])
	case "to":
		return d.to(number(words[1]), number(words[2]), number(strings.TrimSuffix(words[3], "km/h")), seconds(words[5]), words[6:])
	case "stay":
		return d.stay(seconds(words[1]), seconds(words[3]), words[4:])
	case "wait":
		d.t += seconds(words[1])
	case "contact":
		d.mark(timeline.Mark{Kind: timeline.MarkContact})
	case "ignition":
		d.mark(timeline.Mark{Kind: timeline.MarkIgnition, Value: number(words[1])})
	case "rules":
		return d.change(words[1:])
	default:
		return fmt.Errorf("no such line: %s", words[0])
	}
	return nil
}

func (d *drive) fence(s shape, options []string) error {
	for _, o := range options {
		key, value, _ := strings.Cut(o, "=")
		switch key {
		case "dwell":
			s.set.DwellS = []int64{}
			for _, v := range strings.Split(value, ",") {
				s.set.DwellS = append(s.set.DwellS, int64(number(v)))
			}
		case "open":
			var err error
			if s.set.Schedule, err = schedule(value); err != nil {
				return err
			}
		case "from":
			s.from = day + seconds(value)
			s.set.Since = s.from
		case "until":
			s.until = day + seconds(value)
		case "version":
			s.set.Version = int64(number(value))
		case "margin":
			own := d.rules.Exit
			own.MarginM, own.MarginCapM = number(value), number(value)
			s.set.Exit = &own
		case "silent":
			for _, v := range strings.Split(value, ",") {
				s.set.Silent.Enter = s.set.Silent.Enter || v == "enter"
				s.set.Silent.Exit = s.set.Silent.Exit || v == "exit"
				s.set.Silent.Dwell = s.set.Silent.Dwell || v == "dwell"
			}
		default:
			return fmt.Errorf("no such word: %s", o)
		}
	}
	d.world.shapes = append(d.world.shapes, s)
	return nil
}

// schedule reads 08:00-18:00@Europe/Berlin, on every day.
func schedule(text string) (*geofence.Schedule, error) {
	window, zone, _ := strings.Cut(text, "@")
	loc, err := time.LoadLocation(zone)
	from, to, ok := strings.Cut(window, "-")
	if err != nil || !ok {
		return nil, fmt.Errorf("no such schedule: %s: %w", text, err)
	}
	w := geofence.Window{Days: [7]bool{true, true, true, true, true, true, true}, FromS: clockS(from), ToS: clockS(to)}
	s := &geofence.Schedule{Zone: loc, Windows: []geofence.Window{w}}
	return s, s.Validate()
}

func clockS(text string) int {
	h, m, _ := strings.Cut(text, ":")
	return int(number(h))*3600 + int(number(m))*60
}

func (d *drive) change(words []string) error {
	fields := map[string]*int64{
		"min_fixes": &d.rules.Enter.MinFixes, "min_inside_s": &d.rules.Enter.MinInsideS, "exit_fixes": &d.rules.Exit.MinFixes,
		"min_outside_s": &d.rules.Exit.MinOutsideS,
	}
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch {
		case key == "rest" && value == "off":
			d.rules.Rest.RadiusM = 0
		case key == "enter_margin":
			d.rules.Enter.MarginM = number(value)
		case fields[key] == nil:
			return fmt.Errorf("no such rule: %s", w)
		default:
			*fields[key] = int64(number(value))
		}
	}
	return nil
}

func (d *drive) to(x, y, kmh float64, every int64, options []string) error {
	x0, y0 := d.x, d.y
	way := math.Hypot(x-x0, y-y0)
	for gone := kmh / 3.6 * float64(every); gone < way+kmh/3.6*float64(every)-1e-6; gone += kmh / 3.6 * float64(every) {
		share := min(gone/way, 1)
		d.t += every
		d.x, d.y = x0+share*(x-x0), y0+share*(y-y0)
		if err := d.fix(kmh, options); err != nil {
			return err
		}
	}
	return nil
}

func (d *drive) stay(long, every int64, options []string) error {
	for end := d.t + long; d.t < end; {
		d.t += every
		if err := d.fix(0, options); err != nil {
			return err
		}
	}
	return nil
}

func (d *drive) fix(kmh float64, options []string) error {
	f := fixAt(d.t, d.x, d.y, int32(math.Round(kmh*10)))
	for _, o := range options {
		key, value, _ := strings.Cut(o, "=")
		switch {
		case o == "v=none":
			f.SpeedDKMH = timeline.Unknown
		case key == "v":
			f.SpeedDKMH = int32(number(value) * 10)
		case key == "sat":
			f.Satellites = int32(number(value))
		case key == "acc":
			f.ACC = int32(number(value))
		case key == "old":
			f.Old = true
		case key == "off":
			x, y, _ := strings.Cut(value, ",")
			g := fixAt(d.t, d.x+number(x), d.y+number(y), 0)
			f.LatE6, f.LngE6 = g.LatE6, g.LngE6
		default:
			return errors.New("no such word: " + o)
		}
	}
	d.entries = append(d.entries, timeline.Entry{Fix: f})
	return nil
}

func (d *drive) mark(m timeline.Mark) {
	m.Time, m.LatE6, m.LngE6, m.Speed = d.t, timeline.NoPosition, timeline.NoPosition, timeline.Unknown
	d.entries = append(d.entries, timeline.Entry{Mark: &m})
}

func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(err)
	}
	return v
}

func seconds(s string) int64 {
	v, err := time.ParseDuration(s)
	if err != nil {
		panic(err)
	}
	return int64(v.Seconds())
}

func text(events []geofence.Event) string {
	var b strings.Builder
	for i := range events {
		b.WriteString(line(&events[i]) + "\n")
	}
	return b.String()
}

func line(e *geofence.Event) string {
	at := time.Unix(e.At, 0).UTC()
	s := at.Format("15:04:05") + " " + e.Kind + " " + e.Fence
	if e.DwellS > 0 {
		s += fmt.Sprintf(" %d s", e.DwellS)
	}
	x, y := plane(&timeline.Fix{LatE6: e.LatE6, LngE6: e.LngE6})
	s += fmt.Sprintf(", at %.0f %.0f", x+0.01, y+0.01)
	if e.ConfirmedAt != e.At {
		s += ", confirmed " + time.Unix(e.ConfirmedAt, 0).UTC().Format("15:04:05")
	}
	if e.GapS > 0 {
		s += fmt.Sprintf(", gap %d s", e.GapS)
	}
	if e.SpeedDKMH > 0 {
		s += fmt.Sprintf(", %.0f km/h", float64(e.SpeedDKMH)/10)
	}
	if e.Inferred {
		s += ", inferred"
	}
	if e.Version != 1 {
		s += fmt.Sprintf(", version %d", e.Version)
	}
	return s
}
