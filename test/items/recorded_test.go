package items_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
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

// A recording is a folder of recorded drives, with what their columns mean.
type recording struct {
	folder string
	files  string
	csv    simulate.CSVConfig
	layout string // of the time, for the test's own reading
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func recordings(t *testing.T) []recording {
	return []recording{
		{"capmetro_fleet_a", "*.csv.gz", simulate.CSVConfig{
			Delimiter: ',', IMEIColumn: "vehicle_id", Time: []string{"timestamp"}, TimeLayout: "rfc3339", Zone: time.UTC,
			Lat: "latitude", Lng: "longitude", Speed: "speed", SpeedUnit: simulate.MPS,
		}, time.RFC3339},
		{"twizy_rsk_a", "*.csv.gz", simulate.CSVConfig{
			Delimiter: ',', Time: []string{"Date", "Time"}, TimeLayout: "1/2/2006 15:04:05", Zone: time.UTC,
			Lat: "LAT", Lng: "LON", Speed: "Speed", SpeedUnit: simulate.KMH, Altitude: "ALT",
		}, "1/2/2006 15:04:05"},
		{"ndsbr_curitiba", "driver_*.csv.gz", simulate.CSVConfig{
			Delimiter: ';', DecimalComma: true, IMEIColumn: "ID", Time: []string{"DAY_CORRIGIDO", "PR"},
			TimeLayout: "2/1/2006 15:04:05", Zone: zone(t, "America/Sao_Paulo"),
			Lat: "LAT", Lng: "LONG", Speed: "SPD_KMH", SpeedUnit: simulate.KMH, Heading: "HEADING",
		}, "2/1/2006 15:04:05"},
		{"driveplotr_nds_a", "drives.csv.gz", simulate.CSVConfig{
			Delimiter: ',', IMEIColumn: "drive", Time: []string{"time_utc"}, TimeLayout: "rfc3339", Zone: time.UTC,
			Lat: "gps_lat", Lng: "gps_long", Speed: "speed_mph", SpeedUnit: simulate.MPH, Heading: "gps_heading_raw",
			Satellites: "gps_sats", Altitude: "gps_elevation",
		}, time.RFC3339},
	}
}

func (r *recording) paths(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(pipeline.Data(t, r.folder), r.files))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no %s in %s: %v", r.files, r.folder, err)
	}
	return paths
}

// A row is one row of a recording as this test reads it, independently of the
// code that sends it.
type row struct {
	at       time.Time
	lat, lng float64
	speed    float64
	reason   schema.Reason // why it can be no fix; empty: it is one
}

// read gives the rows of a file by the item that each is sent as.
func (r *recording) read(t *testing.T, path string) []row {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	in := csv.NewReader(z)
	in.Comma = r.csv.Delimiter
	in.LazyQuotes = true
	lines, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []row
	for _, line := range lines[1:] {
		field := func(name string) string { return strings.TrimSpace(line[slices.Index(lines[0], name)]) }
		out = append(out, r.judge(field))
	}
	return out
}

// judge says what a row has to become: the reasons are those of the contract,
// the time before the position.
func (r *recording) judge(field func(string) string) (out row) {
	times := make([]string, len(r.csv.Time))
	for i, name := range r.csv.Time {
		times[i] = field(name)
	}
	var err error
	switch out.at, err = time.ParseInLocation(r.layout, strings.Join(times, " "), r.csv.Zone); {
	case err != nil:
		out.reason = schema.ReasonInvalidTime
		return out
	case out.at.Year() < 2000:
		out.reason = schema.ReasonTimeOutOfRange
		return out
	case out.at.After(time.Now().Add(10 * time.Minute)):
		out.reason = schema.ReasonTimeInFuture
		return out
	}
	number := func(name string, most float64) float64 {
		text := field(name)
		if r.csv.DecimalComma {
			text = strings.ReplaceAll(text, ",", ".")
		}
		v, err := strconv.ParseFloat(text, 64)
		switch {
		case out.reason != "":
		case text == "":
			out.reason = schema.ReasonMissingField
		case err != nil:
			out.reason = schema.ReasonInvalidField
		case math.Abs(v) > most:
			out.reason = schema.ReasonPositionInvalid
		}
		return v
	}
	out.lat, out.lng = number(r.csv.Lat, 90), number(r.csv.Lng, 180)
	if out.reason == "" {
		factor := map[simulate.SpeedUnit]float64{simulate.KMH: 1, simulate.MPS: 3.6, simulate.MPH: 1.609344}[r.csv.SpeedUnit]
		out.speed = number(r.csv.Speed, math.MaxFloat64) * factor
	}
	return out
}

// taken records the items that a source gives.
type taken struct {
	simulate.Source
	items []simulate.Item
}

func (s *taken) Next() (simulate.Item, bool) {
	it, ok := s.Source.Next()
	if ok {
		s.items = append(s.items, it)
	}
	return it, ok
}

// send replays a file as pushes of up to 50 items and returns its items.
func (r *recording) send(t *testing.T, p *pipeline.Pipeline, path string) []simulate.Item {
	t.Helper()
	src, err := simulate.OpenCSV(path, r.csv)
	if err != nil {
		t.Fatal(err)
	}
	in := &taken{Source: src}
	var counts simulate.Counts
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := simulate.Send(ctx, in, simulate.SendConfig{URL: p.URL, Token: pipeline.Token, Batch: 50, Connections: 4}, &counts); err != nil {
		t.Fatal(err)
	}
	if err := src.Err(); err != nil {
		t.Fatal(err)
	}
	if n := int64(len(in.items)); counts.Acknowledged.Load() != n {
		t.Fatalf("%s: %d of %d items were acknowledged", path, counts.Acknowledged.Load(), n)
	}
	return in.items
}

// identity is what tells fixes apart.
type identity struct {
	imei string
	unix int64
}

// expected is what has to be in the tables.
type expected struct {
	items   int64
	fixes   map[identity]row // the first sighting
	repeats int64
	dead    map[string]int64 // by reason and bytes
}

func (e *expected) add(t *testing.T, rows []row, items []simulate.Item) {
	t.Helper()
	if len(rows) != len(items) {
		t.Fatalf("%d rows were sent as %d items", len(rows), len(items))
	}
	for i, r := range rows {
		e.items++
		if r.reason != "" {
			e.dead[string(r.reason)+" "+string(items[i].JSON)]++
			continue
		}
		id := identity{items[i].IMEI, r.at.Unix()}
		if _, ok := e.fixes[id]; ok {
			e.repeats++
			continue
		}
		e.fixes[id] = r
	}
}

// TestRecordedDrives sends every row of the recorded drives, and then all of
// them again.
func TestRecordedDrives(t *testing.T) {
	all := recordings(t)
	var paths [][]string
	for _, r := range all {
		paths = append(paths, r.paths(t)) // skips before anything is started
	}
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{})
	p.Start()
	want := &expected{fixes: map[identity]row{}, dead: map[string]int64{}}
	start := time.Now()
	for i := range all {
		for _, path := range paths[i] {
			want.add(t, all[i].read(t, path), all[i].send(t, p, path))
		}
	}
	sent := time.Since(start)
	a := p.WaitAccounted(time.Minute)
	t.Logf("first time: %v; sent in %s, all stored after %s", a, sent.Round(time.Millisecond), time.Since(start).Round(time.Millisecond))
	want.check(t, p, a)
	checkFleetDays(t, p)
	checkCorruptPositions(t, p)

	start = time.Now()
	for i := range all {
		for _, path := range paths[i] {
			want.again(t, all[i].read(t, path), all[i].send(t, p, path))
		}
	}
	a = p.WaitAccounted(time.Minute)
	t.Logf("second time: %v; all stored after %s", a, time.Since(start).Round(time.Millisecond))
	want.check(t, p, a)
	checkFleetDays(t, p)
	p.Stop()
}

// again adds the same rows once more: not one of them is a new fix.
func (e *expected) again(t *testing.T, rows []row, items []simulate.Item) {
	t.Helper()
	before := len(e.fixes)
	e.add(t, rows, items)
	if len(e.fixes) != before {
		t.Fatalf("the second reading has %d fixes that the first had not", len(e.fixes)-before)
	}
}

func (e *expected) check(t *testing.T, p *pipeline.Pipeline, a *pipeline.Account) {
	t.Helper()
	var dead int64
	for _, n := range e.dead {
		dead += n
	}
	if a.Items != e.items || a.Rows["fixes"] != int64(len(e.fixes)) || a.Rows["fix_repeats"] != e.repeats || a.Rows["dead_letters"] != dead {
		t.Errorf("%v; want %d items = %d fixes + %d fix_repeats + %d dead_letters", a, e.items, len(e.fixes), e.repeats, dead)
	}
	e.checkFixes(t, p)
	e.checkDeadLetters(t, p)
}

// checkFixes holds each fix to its first sighting.
func (e *expected) checkFixes(t *testing.T, p *pipeline.Pipeline) {
	t.Helper()
	rows, err := p.Reader.Query(t.Context(), "SELECT imei, toUnixTimestamp(fix_time), lat, lng, toFloat64(ifNull(speed_kmh, -1)) FROM fixes")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	seen := map[identity]bool{}
	wrong := 0
	for rows.Next() {
		var id identity
		var seconds uint32
		var lat, lng, speed float64
		if err := rows.Scan(&id.imei, &seconds, &lat, &lng, &speed); err != nil {
			t.Fatal(err)
		}
		id.unix = int64(seconds)
		want, ok := e.fixes[id]
		same := math.Abs(lat-want.lat) < 1e-7 && math.Abs(lng-want.lng) < 1e-7 && math.Abs(speed-want.speed) < 0.01
		if (!ok || seen[id] || !same) && wrong < 10 {
			wrong++
			t.Errorf("fix %v: expected %t, seen before %t, (%v, %v) %v km/h, want %+v", id, ok, seen[id], lat, lng, speed, want)
		}
		seen[id] = true
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if len(seen) != len(e.fixes) {
		t.Errorf("%d distinct fixes, want %d", len(seen), len(e.fixes))
	}
}

// checkDeadLetters holds the quarantine to what is wrong with the rows, to the
// byte.
func (e *expected) checkDeadLetters(t *testing.T, p *pipeline.Pipeline) {
	t.Helper()
	found, err := p.Texts(t.Context(), "SELECT concat(reason, ' ', value) FROM dead_letters")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]int64{}
	byReason := map[string]int{}
	for _, f := range found {
		have[f]++
		reason, _, _ := strings.Cut(f, " ")
		byReason[reason]++
	}
	for f, n := range have {
		if e.dead[f] != n {
			t.Errorf("%d dead letters, want %d: %s", n, e.dead[f], f)
		}
	}
	for f, n := range e.dead {
		if have[f] == 0 {
			t.Errorf("no dead letter, want %d: %s", n, f)
		}
	}
	t.Logf("dead letters by reason: %v", byReason)
}

// checkFleetDays holds the bus fleet to the numbers that its recording is known for.
func checkFleetDays(t *testing.T, p *pipeline.Pipeline) {
	t.Helper()
	for day, want := range map[string]int64{"2016-01-17": 34_908, "2016-05-30": 7_314} {
		if n := p.Count(fmt.Sprintf("SELECT count() FROM fixes WHERE toDate(fix_time, 'America/Chicago') = '%s'", day)); n != want {
			t.Errorf("%d fixes on %s, want %d", n, day, want)
		}
	}
}

// checkCorruptPositions looks at the four rows of a drive in Morocco whose
// latitude is 0: they are on this planet, so they are stored, with a flag.
func checkCorruptPositions(t *testing.T, p *pipeline.Pipeline) {
	t.Helper()
	const rows = "SELECT count() FROM fixes WHERE lat = 0 AND lng != 0"
	if n := p.Count(rows); n != 4 {
		t.Errorf("%d fixes on the equator, want 4", n)
	}
	if n := p.Count(rows + " AND has(quality, 'jump')"); n != 4 {
		t.Errorf("%d of the 4 fixes on the equator are flagged as a jump", n)
	}
}
