package geofence_test

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/timeline"
)

// A globe is real fences, the same for all devices and times.
type globe struct {
	index *geo.Index
	rules geofence.Rules
	set   map[string]*geofence.Settings
}

func newGlobe(fences []*geo.Fence) *globe {
	g := &globe{geo.NewIndex(fences...), geofence.DefaultRules(), map[string]*geofence.Settings{}}
	for _, f := range fences {
		g.set[f.ID] = &geofence.Settings{Version: 1, RadiusM: f.RadiusM()}
	}
	return g
}

func (g *globe) At(f *timeline.Fix, out []geofence.Place) []geofence.Place {
	for _, at := range g.index.At(nil, f.Lat(), f.Lng()) {
		out = append(out, geofence.Place{Fence: at.ID, DepthM: at.DistanceToEdgeM(f.Lat(), f.Lng())})
	}
	return out
}

func (g *globe) OutsideM(id string, f *timeline.Fix) float64 {
	return -g.index.Fence(id).DistanceToEdgeM(f.Lat(), f.Lng())
}

func (g *globe) Across(prev, cur *timeline.Fix, out []geofence.Pass) []geofence.Pass {
	stays := g.index.Across(nil, geo.Point{Lat: prev.Lat(), Lng: prev.Lng()}, geo.Point{Lat: cur.Lat(), Lng: cur.Lng()})
	for i, s := range stays {
		if i > 0 && stays[i-1].Fence == s.Fence { // of one fence they follow each other
			last := &out[len(out)-1]
			last.ExitAt, last.ChordM = s.Exit, last.ChordM+s.ChordM
			continue
		}
		out = append(out, geofence.Pass{Fence: s.Fence.ID, EnterAt: s.Enter, ExitAt: s.Exit, ChordM: s.ChordM})
	}
	return out
}

func (g *globe) Settings(id string, _ int64) *geofence.Settings { return g.set[id] }

// recorded opens a file of the recorded data; tests without it are skipped on a laptop.
func recorded(t *testing.T, name string) io.Reader {
	t.Helper()
	dir := os.Getenv("ODOGRAPH_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	f, err := os.Open(filepath.Join(dir, name))
	if os.IsNotExist(err) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if !strings.HasSuffix(name, ".gz") {
		return f
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// drives are the recorded drives, by number.
func drives(t *testing.T) map[string][]timeline.Entry {
	rows, err := csv.NewReader(recorded(t, "driveplotr_nds_a/drives.csv.gz")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	out := map[string][]timeline.Entry{}
	for _, row := range rows[1:] {
		number := func(name string) float64 {
			v, err := strconv.ParseFloat(row[column(name)], 64)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return v
		}
		f := position(t, row[column("time_utc")], number("gps_lat"), number("gps_long"))
		f.SpeedDKMH, f.Satellites = 10*int32(math.Round(number("speed_mph")*1.609344)), int32(number("gps_sats"))
		out[row[0]] = append(out[row[0]], timeline.Entry{Fix: f})
	}
	return out
}

func position(t *testing.T, at string, lat, lng float64) *timeline.Fix {
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	return &timeline.Fix{
		Time: when.Unix(), LatE6: int32(math.Round(lat * 1e6)), LngE6: int32(math.Round(lng * 1e6)), SpeedDKMH: timeline.Unknown,
		HeadingDeg: timeline.Unknown, Satellites: timeline.Unknown, ACC: timeline.Unknown, OdometerM: timeline.Unknown,
	}
}

// TestCounties takes recorded drives through all counties of the United States: one
// drive crosses a border, six times.
func TestCounties(t *testing.T) {
	fences, names := counties(t)
	if len(fences) != 3230 {
		t.Fatalf("%d counties, want 3,230", len(fences))
	}
	g := newGlobe(fences)
	all := drives(t)
	if len(all) != 17 {
		t.Fatalf("%d drives, want 17", len(all))
	}
	route := []string{"Douglas", "Pottawattamie", "Cass", "Adair", "Madison", "Dallas", "Polk"} // Omaha to Des Moines
	for number, entries := range all {
		for _, e := range entries {
			if in := g.index.At(nil, e.Fix.Lat(), e.Fix.Lng()); len(in) != 1 {
				t.Errorf("drive %s at %d is in %d counties", number, e.Fix.Time, len(in))
			}
		}
		var want []string
		if number == "30" {
			for i := 1; i < len(route); i++ {
				want = append(want, "enter "+route[i], "exit "+route[i-1])
			}
		}
		events := without(play(&g.rules, g, entries), geofence.KindDwell)
		var told []string
		for _, e := range events[1:] {
			told = append(told, e.Kind+" "+names[e.Fence])
		}
		if events[0].Kind != geofence.KindInsideAtStart || !slices.Equal(told, want) {
			t.Errorf("drive %s: %s, then %v, want %v", number, events[0].Kind, told, want)
		}
	}
}

// TestBusStops takes a bus along its stops, circles of 25 m: each is entered once,
// those where it does not stop too, and left unless it ends there. The recording has
// no speeds; a tracker would send some.
func TestBusStops(t *testing.T) {
	t.Run("without speeds", func(t *testing.T) { busStops(t, func(_, _ *timeline.Fix) int32 { return timeline.Unknown }) })
	t.Run("with speeds", func(t *testing.T) {
		busStops(t, func(last, f *timeline.Fix) int32 {
			wayM := geo.DistanceM(last.Lat(), last.Lng(), f.Lat(), f.Lng())
			return int32(math.Round(36 * wayM / float64(f.Time-last.Time)))
		})
	})
}

func busStops(t *testing.T, speed func(last, f *timeline.Fix) int32) {
	g := newGlobe(stops(t))
	entries := journey(t)
	for i := 1; i < len(entries); i++ {
		entries[i].Fix.SpeedDKMH = speed(entries[i-1].Fix, entries[i].Fix)
	}
	begun, ended := map[string]int{}, map[string]int{}
	for _, e := range play(&g.rules, g, entries) {
		if begins(&e) {
			begun[e.Fence]++
		}
		if ends(&e) {
			ended[e.Fence]++
		}
	}
	end := entries[len(entries)-1].Fix
	last := g.index.At(nil, end.Lat(), end.Lng())
	if g.index.Len() != 36 || len(last) != 1 {
		t.Fatalf("%d stops, want 36; the bus ends at %d, want one", g.index.Len(), len(last))
	}
	for id := range g.set {
		left := 1
		if id == last[0].ID {
			left = 0
		}
		if begun[id] != 1 || ended[id] != left {
			t.Errorf("stop %s was entered %d times and left %d times, want 1 and %d", id, begun[id], ended[id], left)
		}
	}
}

func stops(t *testing.T) (fences []*geo.Fence) {
	var all struct{ Features []json.RawMessage }
	if err := json.NewDecoder(recorded(t, "bus304_limerick/stops_304_to_ul.geojson")).Decode(&all); err != nil {
		t.Fatal(err)
	}
	for i, text := range all.Features {
		f, err := geo.ParseFence(strconv.Itoa(i), text, geo.Form{RadiusM: 25})
		if err != nil {
			t.Fatal(err)
		}
		fences = append(fences, f)
	}
	return fences
}

func journey(t *testing.T) (entries []timeline.Entry) {
	var track struct {
		Points []struct {
			Lat float64 `xml:"lat,attr"`
			Lng float64 `xml:"lon,attr"`
			At  string  `xml:"time"`
		} `xml:"trk>trkseg>trkpt"`
	}
	if err := xml.NewDecoder(recorded(t, "bus304_limerick/304_to_UL_2019-02-18_0745.gpx")).Decode(&track); err != nil {
		t.Fatal(err)
	}
	for _, p := range track.Points {
		entries = append(entries, timeline.Entry{Fix: position(t, p.At, p.Lat, p.Lng)})
	}
	return entries
}
