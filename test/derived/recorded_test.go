package derived_test

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/test/pipeline"
)

// A queue gives items as they stand.
type queue []simulate.Item

func (q *queue) Next() (it simulate.Item, ok bool) {
	if len(*q) == 0 {
		return it, false
	}
	it, *q = (*q)[0], (*q)[1:]
	return it, true
}

// TestRecordedDrives sends recorded drives with all that is wrong in them. What
// is derived is what an ordered pass over the same items derives, and it is true.
func TestRecordedDrives(t *testing.T) {
	all := map[string]*replay{
		"driveplotr_nds_a": drives(t), "ikhyd_obd_gps": car(t), "bus304_limerick": bus(t), "twizy_rsk_a": twizy(t), "capmetro_fleet_a": capmetro(t),
	}
	all["capmetro_fleet_a in time"] = all["capmetro_fleet_a"].inTime("98")
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{Partitions: 4})
	p.Start()
	start := time.Now()
	for _, name := range sortedKeys(all) {
		all[name].send(t, p)
	}
	t.Logf("%v; all derived after %s", p.WaitAccounted(2*time.Minute), time.Since(start).Round(time.Millisecond))
	waitForSink(t, p)
	checks := map[string]func(*testing.T, *pipeline.Pipeline, *replay){
		"driveplotr_nds_a": checkDrives, "ikhyd_obd_gps": checkCar, "bus304_limerick": checkBus, "twizy_rsk_a": checkTwizy, "capmetro_fleet_a": checkCapmetro, "capmetro_fleet_a in time": checkCapmetroInTime,
	}
	for _, name := range sortedKeys(all) {
		t.Run(name, func(t *testing.T) {
			checkOrdered(t, p, name, all[name])
			checks[name](t, p, all[name])
		})
	}
	report(t, p)
	p.Stop()
}

func (r *replay) send(t *testing.T, p *pipeline.Pipeline) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	q, counts := queue(r.items), simulate.Counts{}
	if err := simulate.Send(ctx, &q, simulate.SendConfig{URL: p.URL, Token: pipeline.Token, Batch: 50, Connections: 4}, &counts); err != nil {
		t.Fatal(err)
	}
	if counts.Acknowledged.Load() != int64(len(r.items)) {
		t.Fatalf("%d of %d items were acknowledged", counts.Acknowledged.Load(), len(r.items))
	}
}

// checkOrdered holds the tables to an ordered pass, but for devices of which
// something came too late: the files of capmetro_fleet_a are in the order of
// routes, so that rows are hours late.
func checkOrdered(t *testing.T, p *pipeline.Pipeline, name string, r *replay) {
	t.Helper()
	late, rows := map[string]uint64{}, uint64(0)
	query(t, p, "SELECT imei, count() FROM recompute_requests GROUP BY imei", func(scan func(...any)) {
		var imei string
		var n uint64
		scan(&imei, &n)
		if _, ours := r.until[imei]; ours {
			late[imei] = n
			rows += n
		}
	})
	if len(late) > 0 {
		t.Logf("%d rows of %d of %d devices came too late for what is derived", rows, len(late), len(r.until))
	}
	if len(late) > 0 && name != "capmetro_fleet_a" {
		t.Error("nothing in these drives is late")
	}
	in := func(imei string) bool { return r.until[imei] != (time.Time{}) && late[imei] == 0 }
	o := inOrder(t, r.items)
	compare(t, name, o.lines(in), linesOf(t, p, in))
	t.Logf("rejected in order: %v", o.rejected)
}

// A found is what the tables have of some devices.
type found struct {
	trips                            int64
	distanceM, longestS              float64
	stops, inTrip                    int64 // and those that lie within a trip
	harsh, ongoing, speeding, idling int64
}

func of(t *testing.T, p *pipeline.Pipeline, imeis ...string) (f found) {
	t.Helper()
	in := "imei IN ('" + strings.Join(imeis, "', '") + "')"
	query(t, p, "SELECT toInt64(count()), sum(distance_m), toFloat64(max(end_time - start_time)), toInt64(countIf(ongoing)) FROM trips WHERE "+in, func(scan func(...any)) {
		scan(&f.trips, &f.distanceM, &f.longestS, &f.ongoing)
	})
	query(t, p, `SELECT toInt64(count()), toInt64(countIf(start_time > first AND end_time < last)) FROM stops
		ANY LEFT JOIN (SELECT imei, min(start_time) AS first, max(end_time) AS last FROM trips GROUP BY imei) AS t USING imei WHERE `+in, func(scan func(...any)) {
		scan(&f.stops, &f.inTrip)
	})
	query(t, p, `SELECT toInt64(countIf(startsWith(kind, 'harsh'))), toInt64(countIf(kind = 'speeding')), toInt64(countIf(kind = 'idling'))
		FROM driving_events WHERE `+in, func(scan func(...any)) {
		scan(&f.harsh, &f.speeding, &f.idling)
	})
	t.Logf("%d trips, %.2f km, the longest %.1f h; %d stops, %d of them in trips; %d harsh events, %d of speeding, %d of idling",
		f.trips, f.distanceM/1000, f.longestS/3600, f.stops, f.inTrip, f.harsh, f.speeding, f.idling)
	return f
}

func checkDrives(t *testing.T, p *pipeline.Pipeline, r *replay) {
	f := of(t, p, sortedKeys(r.until)...)
	one := p.Count("SELECT count() FROM (SELECT imei FROM trips WHERE imei IN ('" + strings.Join(sortedKeys(r.until), "', '") + "') GROUP BY imei HAVING count() = 1)")
	if f.trips != 17 || one != 17 || f.ongoing > 0 {
		t.Errorf("%d trips of %d drives, %d go on, want one of each of 17", f.trips, one, f.ongoing)
	}
	if math.Abs(f.distanceM-285_700) > 0.02*285_700 {
		t.Errorf("%.1f km, want 285.7 within 2 %%", f.distanceM/1000)
	}
	checkAlarms(t, r, eventsOf(t, p, r))
}

// An event is one of driving, as the tables have it.
type event struct {
	imei, kind, code, confidence string
	start, end                   int64
	device, gps                  bool
}

func eventsOf(t *testing.T, p *pipeline.Pipeline, r *replay) (out []event) {
	t.Helper()
	query(t, p, `SELECT imei, kind, alarm_code, confidence, toInt64(start_time), toInt64(end_time), has(sources, 'device'), has(sources, 'gps')
		FROM driving_events WHERE startsWith(kind, 'harsh') ORDER BY imei, start_time`, func(scan func(...any)) {
		var e event
		scan(&e.imei, &e.kind, &e.code, &e.confidence, &e.start, &e.end, &e.device, &e.gps)
		if _, ours := r.until[e.imei]; ours {
			out = append(out, e)
		}
	})
	return out
}

// near tells whether an event lies within so many seconds of a label of its kind.
func (e *event) near(l *label, seconds int64) bool {
	return e.imei == l.imei && e.kind == string(l.kind) && l.at >= e.start-seconds && l.at <= e.end+seconds
}

const (
	matchS     = 15 // harsh.match_device_alarm_s
	toleranceS = 2  // as in benchmarks/driving
)

// checkAlarms: every alarm of the device is one event, and each of them once.
func checkAlarms(t *testing.T, r *replay, events []event) {
	t.Helper()
	if len(r.labels) != 60 {
		t.Fatalf("%d labelled events, want 60", len(r.labels))
	}
	taken := map[int]bool{}
	for i := range r.labels {
		l := &r.labels[i]
		at := slices.IndexFunc(events, func(e event) bool { return e.device && e.code == l.code && e.near(l, 0) })
		if at < 0 {
			at = slices.IndexFunc(events, func(e event) bool { return e.device && e.code == l.code && e.near(l, matchS) })
		}
		switch {
		case at < 0:
			t.Errorf("no event for the alarm %+v", *l)
		case taken[at]:
			t.Errorf("%+v is the event of two alarms", events[at])
		case events[at].confidence != string(schema.ConfidenceHigh):
			t.Errorf("%+v: the device says so, so the confidence is high", events[at])
		}
		taken[at] = true
	}
	byDevice, both := 0, 0
	for _, e := range events {
		if e.device {
			byDevice++
		}
		if e.device && e.gps {
			both++
		}
	}
	if byDevice != len(r.labels) {
		t.Errorf("%d events of the device, want %d", byDevice, len(r.labels))
	}
	if both != 17 { // benchmarks/driving.md, at 1 s
		t.Errorf("GPS saw %d of the device's events, want 17", both)
	}
	t.Logf("%d events of the device, %d of them seen by GPS; %d of GPS alone", byDevice, both, len(events)-byDevice)
	score(t, r, events)
}

// score prints how GPS alone does against the accelerometer.
func score(t *testing.T, r *replay, events []event) {
	t.Helper()
	for _, kind := range []schema.DrivingKind{schema.HarshBraking, schema.HarshAcceleration, schema.HarshCornering} {
		labels, seen, said, right := 0, 0, 0, 0
		for i := range r.labels {
			if l := &r.labels[i]; l.kind == kind {
				labels++
				if slices.ContainsFunc(events, func(e event) bool { return e.gps && e.near(l, toleranceS) }) {
					seen++
				}
			}
		}
		for i := range events {
			if e := &events[i]; e.gps && e.kind == string(kind) {
				said++
				if slices.ContainsFunc(r.labels, func(l label) bool { return e.near(&l, toleranceS) }) {
					right++
				}
			}
		}
		t.Logf("GPS alone against the accelerometer, %s: recall %d of %d, precision %d of %d", kind, seen, labels, right, said)
	}
}

func checkCar(t *testing.T, p *pipeline.Pipeline, r *replay) {
	f := of(t, p, sortedKeys(r.until)...)
	if f.trips != 1 || f.distanceM < 14_300 || f.distanceM > 14_800 || f.ongoing > 0 {
		t.Errorf("%+v, want one trip of 14.6 km", f)
	}
}

func checkBus(t *testing.T, p *pipeline.Pipeline, r *replay) {
	f := of(t, p, sortedKeys(r.until)...)
	if f.trips != 1 || f.distanceM < 13_500 || f.distanceM > 14_500 || f.ongoing > 0 || f.harsh > 0 {
		t.Errorf("%+v, want one trip of 13.5 to 14.5 km without a harsh event", f)
	}
	if f.inTrip < 2 || f.inTrip > 10 || f.stops-f.inTrip > 2 {
		t.Errorf("%d stops in the trip and %d around it, want some and at most two", f.inTrip, f.stops-f.inTrip)
	}
}

func checkTwizy(t *testing.T, p *pipeline.Pipeline, r *replay) {
	entries := entriesOf(t, r.items)
	paths, _ := filepath.Glob(filepath.Join(pipeline.Data(t, "twizy_rsk_a"), "*.csv.gz"))
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".csv.gz")
		imei := simulate.MadeUpIMEI(name)
		want, within := 46_500.0, 0.02
		if name != "T1_06_30_2021_2" {
			want, within = 0, 0.01
			for i, all := 1, entries[imei]; i < len(all); i++ {
				if a, b := all[i-1].Fix, all[i].Fix; b != nil {
					want += geo.DistanceM(a.Lat(), a.Lng(), b.Lat(), b.Lng())
				}
			}
		}
		f := of(t, p, imei)
		if f.trips != 1 || math.Abs(f.distanceM-want) > within*want || f.ongoing > 0 || f.harsh > 0 {
			t.Errorf("%s: %+v, want one trip of %.2f km and no harsh event", name, f, want/1000)
		}
	}
}

func checkCapmetro(t *testing.T, p *pipeline.Pipeline, r *replay) {
	f := of(t, p, sortedKeys(r.until)...)
	if f.harsh > 0 || f.longestS > 12*3600 || f.trips == 0 {
		t.Errorf("%+v, want trips, none over 12 h, and no harsh event", f)
	}
}

// checkCapmetroInTime: of what is not late, all trips are found.
func checkCapmetroInTime(t *testing.T, p *pipeline.Pipeline, r *replay) {
	f := of(t, p, sortedKeys(r.until)...)
	if f.harsh > 0 || f.longestS > 12*3600 || f.trips < 760 || f.trips > 790 || f.ongoing > 0 { // benchmarks/trips.md: 651 and 125
		t.Errorf("%+v, want 776 trips, none over 12 h, and no harsh event", f)
	}
}

// report says what was put aside, and why.
func report(t *testing.T, p *pipeline.Pipeline) {
	t.Helper()
	dead, err := p.Texts(t.Context(), "SELECT concat(toString(count()), ' dead letters: ', reason) FROM dead_letters GROUP BY reason ORDER BY reason")
	if err != nil {
		t.Fatal(err)
	}
	t.Log(strings.Join(dead, "; "))
	if n := p.Count("SELECT count() FROM dead_letters"); n != 100 { // the impossible dates of twizy_rsk_a
		t.Errorf("%d dead letters, want 100", n)
	}
	const rejected = "odograph_enricher_rejected_total"
	for _, name := range sortedKeys(p.Enricher.Metrics()) {
		if strings.HasPrefix(name, rejected) {
			t.Logf("%s %.0f", name, p.Enricher.Metrics()[name])
		}
	}
	if n := p.Enricher.Metrics()["odograph_enricher_faults_total"]; n != 0 {
		t.Errorf("%.0f faults of Odograph", n)
	}
}
