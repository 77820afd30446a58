package driving_test

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/timeline"
)

// TestScenarios runs the drives of testdata. A line before "---" is an entry:
//
//	t=0 v=50 h=90      a fix; also sat=, acc=, old=1, held=1 (the position stands
//	                   still), jump= (metres to the north); v and h may be left out
//	t=5..9 v=50        the same fix each second
//	t=3 brake=0/48     an alarm: accelerate, brake, corner, collision, overspeed
//
// and "class=", "limit=" and "source=" set what holds from there on. The vehicle
// moves as its speed and heading say. The lines after "---" are the events that
// must come, in the order of their start and kind, each as it was told last; a
// line that begins with "reject" counts a reason.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range strings.Split(string(text), "\n====\n") {
				name, body, _ := strings.Cut(strings.TrimSpace(part), "\n")
				t.Run(strings.TrimPrefix(name, "# "), func(t *testing.T) { scenario(t, body) })
			}
		})
	}
}

func scenario(t *testing.T, body string) {
	t.Helper()
	drive, want, found := strings.Cut(body, "---\n")
	if !found {
		drive, want = strings.TrimSuffix(body, "---"), ""
	}
	d := newDriver()
	lines := bufio.NewScanner(strings.NewReader(drive))
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" && line[0] != '#' {
			d.line(t, line)
		}
	}
	if got := d.log.String(); got != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", got, strings.TrimSpace(want))
	}
}

// A driver turns the lines of a drive into entries.
type driver struct {
	rules    driving.Rules
	in       driving.Input
	state    driving.State
	log      eventLog
	x, y     float64 // metres
	at       int64
	speed    float64 // km/h
	heading  float64
	limit    float64
	limitSrc string
}

func newDriver() *driver {
	d := &driver{rules: driving.DefaultRules(), limitSrc: driving.LimitOwn}
	d.log.rejects = map[string]int{}
	return d
}

func (d *driver) line(t *testing.T, line string) {
	t.Helper()
	f := map[string]string{}
	for _, word := range strings.Fields(line) {
		k, v, ok := strings.Cut(word, "=")
		if !ok {
			t.Fatalf("%q in %q is no key=value", word, line)
		}
		f[k] = v
	}
	if c, ok := f["class"]; ok {
		d.in.Class = driving.ClassOf(c)
	}
	if l, ok := f["limit"]; ok {
		d.limit = number(t, l)
		if s, ok := f["source"]; ok {
			d.limitSrc = s
		}
		d.in.LimitAt = func(*timeline.Fix) (float64, string) { return d.limit, d.limitSrc }
	}
	when, ok := f["t"]
	if !ok {
		return
	}
	from, to, ok := strings.Cut(when, "..")
	if !ok {
		to = from
	}
	for at := int64(number(t, from)); at <= int64(number(t, to)); at++ {
		d.entry(t, at, f)
	}
}

const start = 1_700_000_000

var markKinds = map[string]timeline.MarkKind{
	"accelerate": timeline.MarkHarshAcceleration, "brake": timeline.MarkHarshBraking, "corner": timeline.MarkHarshCornering,
	"collision": timeline.MarkCollision, "overspeed": timeline.MarkOverspeed, "contact": timeline.MarkContact,
}

func (d *driver) entry(t *testing.T, at int64, f map[string]string) {
	t.Helper()
	for name, kind := range markKinds {
		if code, ok := f[name]; ok {
			m := timeline.Mark{Time: start + at, Kind: kind, Text: code, LatE6: timeline.NoPosition, LngE6: timeline.NoPosition, Speed: timeline.Unknown}
			if v, ok := f["v"]; ok {
				m.Speed = int32(number(t, v) * 10)
			}
			d.state.Mark(&d.rules, d.in, &m, d.log.out())
			return
		}
	}
	fix := timeline.Fix{Time: start + at, SpeedDKMH: timeline.Unknown, HeadingDeg: timeline.Unknown, Satellites: timeline.Unknown, ACC: timeline.Unknown, OdometerM: timeline.Unknown}
	before, heading := d.speed, d.heading
	if v, ok := f["v"]; ok {
		d.speed = number(t, v)
		fix.SpeedDKMH = int32(math.Round(d.speed * 10))
	}
	if h, ok := f["h"]; ok {
		d.heading = number(t, h)
		fix.HeadingDeg = int32(d.heading)
	}
	if f["held"] == "" {
		way := (before + d.speed) / 7.2 * float64(at-d.at)
		d.x += way * math.Sin(heading*math.Pi/180)
		d.y += way * math.Cos(heading*math.Pi/180)
	}
	if j, ok := f["jump"]; ok {
		d.y += number(t, j)
	}
	if s, ok := f["sat"]; ok {
		fix.Satellites = int32(number(t, s))
	}
	if a, ok := f["acc"]; ok {
		fix.ACC = int32(number(t, a))
	}
	fix.Old = f["old"] != ""
	fix.LatE6, fix.LngE6 = int32(d.y*1e6/111_195), int32(d.x*1e6/111_195)
	d.at = at
	d.state.Fix(&d.rules, d.in, &fix, d.log.out())
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// An eventLog holds the last content of each event.
type eventLog struct {
	keys    []string
	last    map[string]driving.Event
	rejects map[string]int
	told    int
}

func (l *eventLog) out() *driving.Out {
	if l.last == nil {
		l.last = map[string]driving.Event{}
	}
	return &driving.Out{
		Event: func(e *driving.Event) {
			k := key(e)
			if _, ok := l.last[k]; !ok {
				l.keys = append(l.keys, k)
			}
			l.last[k] = *e
			l.told++
		},
		Reject: func(r driving.Reason, _ int64) { l.rejects[r.String()]++ },
	}
}

func key(e *driving.Event) string { return fmt.Sprintf("%d %s", e.Start-start, e.Kind) }
