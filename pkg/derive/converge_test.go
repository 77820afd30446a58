package derive_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

var seeds = flag.Int("seeds", 250, "how many drives the convergence test takes (make chaos: 1000)")

// TestConverges: any order and any duplication of the same entries within the
// lateness end in the same events, trips and stops as one ordered pass, through
// batches of any size, aborted transactions and restarts.
func TestConverges(t *testing.T) {
	rules := derive.DefaultRules()
	kinds := map[string]int{}
	corrections, retractions := 0, 0
	var mu sync.Mutex
	var workers errgroup.Group
	workers.SetLimit(runtime.GOMAXPROCS(0))
	for seed := range uint64(*seeds) {
		workers.Go(func() error {
			entries := drive(seed)
			want, got := newPlayer(rules, seed), newPlayer(rules, seed)
			want.env.Fences = fencesAlong(entries, seed)
			got.env.Fences = want.env.Fences
			if err := errors.Join(want.inOrder(entries), got.disturbed(entries, rules.EventTime.LatenessS)); err != nil {
				return fmt.Errorf("seed %d: %w", seed, err)
			}
			if diff := difference(want.table, got.table); diff != "" {
				return fmt.Errorf("seed %d: %s", seed, diff)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, r := range want.table {
				kinds[r.kind]++
			}
			corrections, retractions = corrections+got.corrections, retractions+got.retractions
			return nil
		})
	}
	if err := workers.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d drives, events at the end: %v; corrections on the way %d, retractions %d", *seeds, kinds, corrections, retractions)
	if *seeds >= 100 {
		for _, kind := range []string{"harsh_braking", "harsh_acceleration", "harsh_cornering", "speeding", "idling", "trip", "parking", "fuel_refuel", "temperature_out_of_range", "fault",
			"geofence_enter", "geofence_exit", "geofence_dwell", "geofence_inside_at_start", "geofence_inside_at_open", "geofence_inside_at_close", "geofence_unknown", "geofence_inside_again"} {
			if kinds[kind] == 0 {
				t.Errorf("no %s in any drive: the test does not reach it", kind)
			}
		}
	}
}

// A row is the latest revision of an event.
type row struct {
	kind   string
	record any // without revision and place
}

// A player takes entries through a Device as the enricher does.
type player struct {
	err   error
	rng   *rand.Rand
	env   derive.Env
	d     *derive.Device
	parts map[string][]byte
	table map[string]row

	revisions                map[string]uint32 // of all that was ever sent
	offset                   int64
	corrections, retractions int
}

func newPlayer(rules *derive.Rules, seed uint64) *player {
	return &player{
		rng: rand.New(rand.NewPCG(seed, 7)), d: &derive.Device{}, parts: map[string][]byte{}, table: map[string]row{}, revisions: map[string]uint32{},
		env: derive.Env{IMEI: "356938035643809", Rules: rules, Driver: "Ada", Profile: derive.Profile{
			TemperatureMinC: schema.Some(-20.0), TemperatureMaxC: schema.Some(-10.0),
		}},
	}
}

func (p *player) inOrder(entries []timeline.Entry) error {
	for _, e := range entries {
		p.batch([]timeline.Entry{e}, false)
	}
	return p.err
}

func (p *player) fail(format string, args ...any) {
	p.err = errors.Join(p.err, fmt.Errorf(format, args...))
}

// aheadS is how far ahead the clock of a device may be.
const aheadS = 600

// disturbed sends entries late, twice and in batches, some marks with a time in
// the future, with transactions that abort and restarts from what was written.
func (p *player) disturbed(entries []timeline.Entry, latenessS int64) error {
	latenessS -= aheadS
	type arrival struct {
		e  timeline.Entry
		at int64
	}
	var queue []arrival
	outage := entries[len(entries)/3].Time()
	for _, e := range entries {
		delay := int64(0)
		switch p.rng.IntN(4) {
		case 0:
			delay = p.rng.Int64N(30)
		case 1:
			delay = p.rng.Int64N(latenessS)
		}
		if at := e.Time(); at >= outage && at < outage+latenessS*3/4 && p.rng.IntN(8) > 0 {
			delay = outage + latenessS*3/4 - at + p.rng.Int64N(latenessS/5)
		}
		if e.Mark != nil && p.rng.IntN(6) == 0 {
			delay = -p.rng.Int64N(aheadS)
		}
		queue = append(queue, arrival{e, e.Time() + delay})
		for p.rng.IntN(10) < 3 {
			queue = append(queue, arrival{e, e.Time() + p.rng.Int64N(latenessS)})
		}
	}
	slices.SortStableFunc(queue, func(a, b arrival) int { return int(a.at - b.at) })
	for len(queue) > 0 && p.err == nil {
		n := min(len(queue), 1+p.rng.IntN(20))
		batch := make([]timeline.Entry, n)
		for i := range batch {
			batch[i] = queue[i].e
		}
		queue = queue[n:]
		p.batch(batch, p.rng.IntN(10) == 0)
		if p.rng.IntN(20) == 0 {
			p.restart()
		}
	}
	return p.err
}

func (p *player) batch(entries []timeline.Entry, abort bool) {
	if abort {
		p.attempt(entries, func(derive.Output) {})
	}
	p.d = p.attempt(entries, p.take)
	p.store()
}

// store writes what is dirty.
func (p *player) store() {
	p.d.Dirty(nil, func(part string, value []byte) {
		if value == nil {
			delete(p.parts, part)
			return
		}
		p.parts[part] = slices.Clone(value)
	})
	p.d.Settle()
}

func (p *player) attempt(entries []timeline.Entry, out func(derive.Output)) *derive.Device {
	d := p.d.Fork()
	offset := p.offset
	for _, e := range entries {
		offset++
		if !d.Add(&p.env, e, schema.Place{RawOffset: offset}, out) {
			p.fail("entry at %d was refused, newest %d", e.Time(), d.Newest())
		}
	}
	d.Finish(&p.env, out)
	return d
}

func (p *player) restart() {
	p.d = &derive.Device{}
	for _, part := range slices.Sorted(maps.Keys(p.parts)) {
		if err := p.d.Load(part, p.parts[part]); err != nil {
			p.fail("restart: %w", err)
		}
	}
	if err := p.d.Loaded(); err != nil {
		p.fail("restart: %w", err)
	}
}

// take holds each output to the rules of revisions and keeps the latest.
func (p *player) take(o derive.Output) {
	kind, revised := o.Kind()
	id, record := strip(o.Record)
	_, there := p.table[id]
	if revised.Revision != p.revisions[id]+1 {
		p.fail("%s %s: revision %d after %d", kind, id, revised.Revision, p.revisions[id])
	}
	p.revisions[id] = revised.Revision
	if revised.Revision > 1 {
		p.corrections++
	}
	if revised.Retracted {
		p.retractions++
		if !there {
			p.fail("%s %s: retracted and never sent", kind, id)
		}
		delete(p.table, id)
		return
	}
	p.table[id] = row{kind, record}
}

func strip(record any) (id string, without any) {
	switch r := record.(type) {
	case *schema.DrivingEvent:
		c := *r
		c.Revised, c.Place = schema.Revised{}, schema.Place{}
		return c.EventID, c
	case *schema.GeofenceEvent:
		c := *r
		c.Revised, c.Place = schema.Revised{}, schema.Place{}
		return c.EventID, c
	case *schema.ConditionEvent:
		c := *r
		c.Revised, c.Place = schema.Revised{}, schema.Place{}
		return c.EventID, c
	case *schema.TripRecord:
		if r.Trip != nil {
			c := *r.Trip
			c.Revised, c.Place = schema.Revised{}, schema.Place{}
			return c.TripID, c
		}
		c := *r.Stop
		c.Revised, c.Place = schema.Revised{}, schema.Place{}
		return c.StopID, c
	}
	panic("unknown record")
}

func difference(want, got map[string]row) string {
	for id, w := range want {
		g, ok := got[id]
		if !ok {
			return fmt.Sprintf("missing %s: %+v", w.kind, w.record)
		}
		if !reflect.DeepEqual(w.record, g.record) {
			return fmt.Sprintf("%s differs:\nwant %+v\n got %+v", w.kind, w.record, g.record)
		}
	}
	for id, g := range got {
		if _, ok := want[id]; !ok {
			return fmt.Sprintf("too many, a %s: %+v", g.kind, g.record)
		}
	}
	return ""
}

// drive makes up the entries of a device over some hours, in order: driving with
// harsh manoeuvres, rests, gaps, jumps, alarms, sensors.
func drive(seed uint64) []timeline.Entry {
	g := &generator{rng: rand.New(rand.NewPCG(seed, 1)), at: 1_770_000_000, lat: 52.5, lng: 13.4, ignition: 1, every: 1}
	g.satellites, g.known = int32(g.rng.IntN(20)), g.rng.IntN(4) > 0
	end := g.at + 3600 + g.rng.Int64N(4*3600)
	for g.at < end && len(g.out) < 1000 {
		g.phase()
	}
	slices.SortStableFunc(g.out, func(a, b timeline.Entry) int { return int(a.Time() - b.Time()) })
	return g.out
}

type generator struct {
	rng                *rand.Rand
	out                []timeline.Entry
	at, every          int64
	lat, lng, heading  float64
	speedMPS, odometer float64
	ignition           int32
	satellites         int32
	known              bool // the ignition is
	fuel               float64
}

func (g *generator) phase() {
	g.every = []int64{1, 1, 2, 3, 5, 10, 10, 30}[g.rng.IntN(8)]
	for range g.rng.IntN(40) {
		g.move(g.rng.Float64()*2-1, 0)
	}
	switch g.rng.IntN(14) {
	case 0:
		g.harsh(timeline.MarkHarshBraking, -4.5, 0)
	case 1:
		g.harsh(timeline.MarkHarshAcceleration, 4.5, 0)
	case 2:
		g.harsh(timeline.MarkHarshCornering, 0, 25)
	case 3:
		g.rest()
	case 4:
		g.at += g.rng.Int64N(2000) // silence
	case 5:
		g.speedMPS = 40 // speeding
		for range 90 / g.every {
			g.move(0, 0)
		}
	case 6:
		g.jump()
	case 7:
		g.sensors()
	case 8:
		g.mark(timeline.MarkDriver, "card "+string(rune('a'+g.rng.IntN(3))), "rfid", 0)
	case 9:
		g.alarms()
	case 10:
		g.mark(timeline.MarkDriver, strings.Repeat("ü", 100+g.rng.IntN(100)), "sign_in", math.NaN())
	case 11:
		g.lat += 3 // the tracker comes from a workshop, or its receiver was wrong before
	case 12:
		if g.rng.IntN(4) == 0 { // they are long
			g.nearTheLimit()
		}
	case 13:
		kind, value := timeline.MarkContact, math.NaN()
		if g.rng.IntN(2) == 0 {
			kind, value = timeline.MarkIgnition, float64(g.rng.IntN(2))
		}
		g.mark(kind, "", "", value)
	}
}

// alarms are several of one second, some of them the same with other details.
func (g *generator) alarms() {
	kinds := []timeline.MarkKind{timeline.MarkHarshBraking, timeline.MarkHarshBraking, timeline.MarkHarshCornering, timeline.MarkCollision, timeline.MarkOverspeed}
	for range 2 + g.rng.IntN(4) {
		g.mark(kinds[g.rng.IntN(len(kinds))], []string{"0/48", "0/145", "1/1025", strings.Repeat("0/9", 60)}[g.rng.IntN(4)], "", math.NaN())
		if m := g.out[len(g.out)-1].Mark; g.rng.IntN(2) == 0 {
			m.LatE6, m.LngE6, m.Speed = int32(g.lat*1e6)+int32(g.rng.IntN(3)), int32(g.lng*1e6), int32(g.rng.IntN(900))
		}
		g.at += int64(g.rng.IntN(4) / 3)
	}
}

// nearTheLimit is fast, then for long just above the limit, then fast again.
func (g *generator) nearTheLimit() {
	g.every = 10
	for _, part := range [...]struct{ kmh, fixes int }{{150, 10 + g.rng.IntN(10)}, {133, g.rng.IntN(150)}, {150, g.rng.IntN(12)}} {
		for range part.fixes {
			g.speedMPS = float64(part.kmh) / 3.6
			g.move(0, 0)
		}
	}
}

func (g *generator) move(accel, turn float64) {
	dt := float64(g.every)
	g.at += g.every
	g.speedMPS = min(max(g.speedMPS+accel*dt, 0), 45)
	g.heading = math.Mod(g.heading+turn*dt+720, 360)
	d := g.speedMPS * dt
	g.odometer += d
	g.lat += d * math.Cos(g.heading*math.Pi/180) / 111_195
	g.lng += d * math.Sin(g.heading*math.Pi/180) / 111_195 / math.Cos(g.lat*math.Pi/180)
	g.fix()
}

func (g *generator) fix() {
	f := timeline.Fix{
		Time: g.at, LatE6: int32(math.Round(g.lat * 1e6)), LngE6: int32(math.Round(g.lng * 1e6)),
		SpeedDKMH: int32(math.Round(g.speedMPS*3.6)) * 10, HeadingDeg: int32(g.heading) % 360,
		Satellites: g.satellites, ACC: g.ignition, OdometerM: int64(g.odometer),
	}
	if !g.known {
		f.ACC = timeline.Unknown
	}
	if g.rng.IntN(40) == 0 {
		f.SpeedDKMH, f.HeadingDeg = timeline.Unknown, timeline.Unknown
	}
	f.Old = g.rng.IntN(60) == 0
	g.out = append(g.out, timeline.Entry{Fix: &f})
}

func (g *generator) harsh(kind timeline.MarkKind, accel, turn float64) {
	g.every, g.speedMPS = int64(1+g.rng.IntN(3)), 15
	g.move(0, 0)
	for range 2 + g.rng.IntN(3) {
		g.move(accel/float64(g.every), turn/float64(g.every))
	}
	if g.rng.IntN(2) == 0 {
		at := g.at
		g.at += g.rng.Int64N(30) - 15
		g.mark(kind, "0/48", "", math.NaN())
		g.at = at
	}
}

func (g *generator) rest() {
	g.speedMPS, g.every = 0, []int64{10, 30, 60, 300}[g.rng.IntN(4)]
	if g.rng.IntN(2) == 0 {
		g.ignition = 0
	}
	for range g.rng.IntN(int(1200/g.every) + 2) {
		g.move(0, 0)
		g.lat += (g.rng.Float64() - 0.5) * 5e-5
		if g.rng.IntN(6) == 0 {
			g.mark(timeline.MarkIgnition, "", "", float64(g.ignition))
		}
	}
	g.ignition = 1
}

func (g *generator) jump() {
	lat := g.lat
	g.lat += 5
	g.move(0, 0)
	g.lat = lat
}

func (g *generator) sensors() {
	if g.fuel == 0 {
		g.fuel = 20 + 10*g.rng.Float64()
	}
	temperature := []float64{-15, -15, 2}[g.rng.IntN(3)]
	codes := []string{"", "P0301", "P0301 P0420", "U0100"}[g.rng.IntN(4)]
	g.speedMPS, g.ignition = 0, 0
	refuel := g.rng.IntN(2) == 0
	for i := range 40 {
		g.every = 30
		g.move(0, 0)
		if refuel && i > 15 && i < 20 {
			g.fuel += 10
		}
		g.mark(timeline.MarkFuel, "", "1", g.fuel+g.rng.Float64()*0.4)
		g.out[len(g.out)-1].Mark.Unit = "L"
		g.mark(timeline.MarkTemperature, "", "1", temperature)
	}
	g.mark(timeline.MarkFaults, codes, "", math.NaN())
	g.ignition = 1
}

func (g *generator) mark(kind timeline.MarkKind, text, channel string, value float64) {
	g.out = append(g.out, timeline.Entry{Mark: &timeline.Mark{
		Time: g.at, Kind: kind, Text: text, Channel: channel, Value: value,
		LatE6: timeline.NoPosition, LngE6: timeline.NoPosition, Speed: timeline.Unknown,
	}})
}
