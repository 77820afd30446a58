// Package derived_test shows on the whole pipeline that what the vehicles did
// does not depend on the order in which it was reported.
package derived_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/test/pipeline"
)

func TestMain(m *testing.M) { os.Exit(pipeline.Main(m)) }

// A delivery is the same drives on another way to the collector, each as devices
// of its own: their IMEIs differ in the first two digits.
type delivery struct {
	name   string
	prefix string
	items  []simulate.Item
	kills  int // of the enricher on the way

	// fences hold from different times of the drives on, and each stage is defined
	// before anything of its time is sent.
	fences [][]schema.Fence
	staged bool // define each stage at the last moment, else all of them at first
}

// start is when the drives begin: long enough ago that nothing is in the future.
var start = time.Now().UTC().Add(-6 * time.Hour).Truncate(time.Second)

// TestOrderOfArrivalDoesNotMatter sends the same drives in order; within an hour
// of disorder with 30 % of all items twice; with two hours that come late, as
// after an outage; and in disorder to an enricher that is killed again and
// again while fences are drawn, changed and deleted. The final tables are the same.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{Partitions: 4})
	p.Start()
	drives := fleet()
	rng := rand.New(rand.NewPCG(4, 2))
	kills, _ := strconv.Atoi(os.Getenv("ODOGRAPH_CHAOS_KILLS"))
	deliveries := []*delivery{
		{name: "in order", prefix: "91", items: drives},
		{name: "disordered within 1 h, 30 % twice", prefix: "92", items: disordered(drives, rng)},
		{name: "2 h uploaded again after an outage", prefix: "93", items: afterOutage(drives)},
		{name: "disordered, the enricher killed", prefix: "94", items: disordered(drives, rng), kills: max(kills, 5), staged: true},
	}
	total := 0
	for _, d := range deliveries {
		d.fences = fencesOf(drives, d.prefix)
		total = d.send(t, p, total)
	}
	p.WaitAccounted(3 * time.Minute)
	waitForSink(t, p)
	want := deliveries[0].rows(t, p)
	for kind, n := range deliveries[0].kinds(t, p) {
		t.Logf("%-24s %d", kind, n)
	}
	if len(want) < 50 {
		t.Fatalf("only %d events in order", len(want))
	}
	for _, d := range deliveries {
		t.Logf("%-36s %5d rows, %5d corrections, %4d retractions, %d too late", d.name, len(d.rows(t, p)),
			d.count(p, "sum(latest - 1)", ""), d.count(p, "count()", "gone"),
			p.Count("SELECT count() FROM recompute_requests WHERE startsWith(imei, '"+d.prefix+"')"))
		compare(t, d.name, want, d.rows(t, p))
	}
	for _, d := range deliveries {
		compareHistory(t, p, d)
	}
	p.Stop()
}

// fleet drives for three and a half hours at a fix every two seconds.
func fleet() []simulate.Item {
	var out []simulate.Item
	for f := simulate.NewFleet(simulate.FleetConfig{
		Devices: 4, Interval: 2 * time.Second, Start: start, For: 210 * time.Minute, Seed: 11, Lat: 52.52, Lng: 13.405, HarshPer100KM: 40,
	}); ; {
		it, ok := f.Next()
		if !ok {
			return out
		}
		out = append(out, it)
	}
}

// arrival is when an item is sent.
type arrival struct {
	item simulate.Item
	at   time.Time
}

func ordered(all []arrival) []simulate.Item {
	slices.SortStableFunc(all, func(a, b arrival) int { return a.at.Compare(b.at) })
	out := make([]simulate.Item, len(all))
	for i, a := range all {
		out[i] = a.item
	}
	return out
}

func disordered(items []simulate.Item, rng *rand.Rand) []simulate.Item {
	var all []arrival
	late := func() time.Duration { return time.Duration(rng.Int64N(int64(time.Hour))) }
	for _, it := range items {
		all = append(all, arrival{it, it.Due.Add(late())})
		if rng.IntN(10) < 3 {
			all = append(all, arrival{it, it.Due.Add(late())})
		}
	}
	return ordered(all)
}

// afterOutage holds two hours back and sends them within a minute after it, as
// a device does that was without a network.
func afterOutage(items []simulate.Item) []simulate.Item {
	var all []arrival
	from, to := start.Add(time.Hour), start.Add(3*time.Hour)
	for _, it := range items {
		at := it.Due
		if !at.Before(from) && at.Before(to) {
			at = to.Add(5*time.Second + it.Due.Sub(from)/120)
			it.JSON = bytes.Replace(it.JSON, []byte(`"gpsMode":0`), []byte(`"gpsMode":1`), 1)
		}
		all = append(all, arrival{it, at})
	}
	return ordered(all)
}

// source gives the items of a delivery, for its own devices.
type source struct {
	d     *delivery
	n     int
	stage int             // that was reached
	gates []chan struct{} // closed when the fences of the stage are in force; nil: they are
}

func (s *source) Next() (simulate.Item, bool) {
	if s.n == len(s.d.items) {
		return simulate.Item{}, false
	}
	it := s.d.items[s.n]
	s.n++
	for s.stage+1 < len(s.gates) && !it.Due.Before(stageAt(s.stage+1)) {
		s.stage++
		<-s.gates[s.stage]
	}
	imei := s.d.prefix + it.IMEI[2:]
	it.JSON = bytes.ReplaceAll(it.JSON, []byte(it.IMEI), []byte(imei))
	it.IMEI = imei
	return it, true
}

// send defines the fences, of which the enricher has so many already, and sends
// the items. It gives how many fences it has then.
func (d *delivery) send(t *testing.T, p *pipeline.Pipeline, fences int) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	// A batch of the rare alarms is sent when it has lingered, in real time: at
	// this rate that is minutes of the drive, and not more than the lateness.
	cfg := simulate.SendConfig{URL: p.URL, Token: pipeline.Token, Batch: 50, Connections: 4, Rate: 6000}
	if d.kills > 0 { // over as long as the kills take
		cfg.Rate = float64(len(d.items)) / (4 * float64(d.kills))
	}
	src := &source{d: d}
	for range d.fences {
		src.gates = append(src.gates, make(chan struct{}))
	}
	define := func(stage int) {
		p.Fence(d.fences[stage]...)
		for _, f := range d.fences[stage] {
			if f.Version == 1 {
				fences++
			}
		}
		p.WaitFences(fences)
		close(src.gates[stage])
	}
	for stage := range d.fences {
		if stage == 0 || !d.staged {
			define(stage)
		}
	}
	var counts simulate.Counts
	done := make(chan error, 1)
	go func() { done <- simulate.Send(ctx, src, cfg, &counts) }()
	for kill := range d.kills {
		time.Sleep(time.Second + time.Duration(rand.Int64N(int64(2*time.Second))))
		p.Enricher.Kill()
		p.Enricher.Start()
		if stage := kill + 1; stage < len(d.fences) {
			define(stage)
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if counts.Acknowledged.Load() != int64(len(d.items)) {
		t.Fatalf("%s: %d of %d items were acknowledged", d.name, counts.Acknowledged.Load(), len(d.items))
	}
	return fences
}

func waitForSink(t *testing.T, p *pipeline.Pipeline) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		lag, err := p.SinkLag(t.Context())
		if err == nil && lag == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the sink is %d records behind: %v", lag, err)
		}
	}
}

// derivedTables are those whose rows are derived, with the columns that say
// which revision a row is and where it comes from: they differ by design.
var derivedTables = map[string]string{
	"driving_events": "event_id", "trips": "trip_id", "stops": "stop_id", "condition_events": "event_id", "geofence_events": "event_id",
}

// rows are all derived rows as a reader sees them, without what differs by
// design.
func (d *delivery) rows(t *testing.T, p *pipeline.Pipeline) []string {
	t.Helper()
	var out []string
	for table, id := range derivedTables {
		of := "''"
		if table == "geofence_events" {
			id, of = "event_id, fence_id", "substring(fence_id, 3)"
		}
		rows, err := p.Texts(t.Context(), fmt.Sprintf(
			`SELECT concat('%s ', substring(imei, 3), ' ', %s, ' ', toString(tuple(* EXCEPT (imei, %s, revision, retracted, raw_partition, raw_offset, inserted_time))))
			FROM %s WHERE startsWith(imei, '%s')`, table, of, id, table, d.prefix))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rows...)
	}
	slices.Sort(out)
	return out
}

func (d *delivery) kinds(t *testing.T, p *pipeline.Pipeline) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for table, column := range map[string]string{"driving_events": "kind", "trips": "'trip'", "stops": "kind", "condition_events": "kind", "geofence_events": "kind"} {
		rows, err := p.Texts(t.Context(), fmt.Sprintf("SELECT concat('%s ', %s, ' ', toString(count())) FROM %s WHERE startsWith(imei, '%s') GROUP BY %s",
			table, column, table, d.prefix, column))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			at := strings.LastIndexByte(r, ' ')
			out[r[:at]], _ = strconv.ParseInt(r[at+1:], 10, 64)
		}
	}
	return out
}

// count asks the latest revisions, retracted ones too.
func (d *delivery) count(p *pipeline.Pipeline, what, where string) int64 {
	if where == "" {
		where = "1"
	}
	var n int64
	for table, id := range derivedTables {
		n += p.CountPhysical(fmt.Sprintf(
			`SELECT toInt64(%s) FROM (SELECT %s, max(revision) AS latest, argMax(retracted, revision) AS gone FROM %s WHERE startsWith(imei, '%s') GROUP BY %s) WHERE %s`,
			what, id, table, d.prefix, id, where))
	}
	return n
}

// compare names the first differences.
func compare(t *testing.T, name string, want, got []string) {
	t.Helper()
	if slices.Equal(want, got) {
		return
	}
	t.Errorf("%s: %d rows, want %d", name, len(got), len(want))
	only := func(a, b []string, what string) {
		shown := 0
		for _, r := range a {
			if _, found := slices.BinarySearch(b, r); !found && shown < 5 {
				t.Errorf("%s: %s %s", name, what, r)
				shown++
			}
		}
	}
	only(want, got, "missing")
	only(got, want, "too many")
}
