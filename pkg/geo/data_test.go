package geo_test

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/geo"
)

// data is a folder of the recorded data; tests without it are skipped on a laptop.
func data(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("ODOGRAPH_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	dir = filepath.Join(dir, name)
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no data at %s", dir)
		}
		t.Skipf("no data at %s", dir)
	}
	return dir
}

func opened(t testing.TB, path string) io.ReadCloser {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if !strings.HasSuffix(path, ".gz") {
		return f
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

type feature struct {
	ID         any
	Properties map[string]any
	text       []byte
}

func features(t testing.TB, path string) []feature {
	t.Helper()
	var c struct{ Features []json.RawMessage }
	if err := json.NewDecoder(opened(t, path)).Decode(&c); err != nil {
		t.Fatal(err)
	}
	out := make([]feature, len(c.Features))
	for i, raw := range c.Features {
		if err := json.Unmarshal(raw, &out[i]); err != nil {
			t.Fatal(err)
		}
		out[i].text = raw
	}
	return out
}

// planar scales a shape of the conformance data, whose coordinates are no degrees,
// by a power of two, which changes no answer.
const planar = 1.0 / 1024

func planarFence(t *testing.T, geometry json.RawMessage) *geo.Fence {
	t.Helper()
	s, err := geo.ParseShape(geometry, geo.Form{})
	if err != nil {
		t.Fatal(err)
	}
	for _, polygon := range s.Polygons {
		for r, ring := range polygon {
			for v := range ring {
				ring[v].Lat, ring[v].Lng = ring[v].Lat*planar, ring[v].Lng*planar
			}
			if ring[0] != ring[len(ring)-1] {
				polygon[r] = append(ring, ring[0])
			}
		}
	}
	return geo.NewFenceUnchecked("conformance", s)
}

func ask(t *testing.T, f *geo.Fence, x, y float64) bool {
	t.Helper()
	in := f.Contains(y*planar, x*planar)
	if indexed := len(geo.NewIndex(f).At(nil, y*planar, x*planar)) == 1; indexed != in {
		t.Errorf("%v %v: index %v, fence %v", x, y, indexed, in)
	}
	return in
}

func cases[T any](t *testing.T, path string, each func(T)) int {
	t.Helper()
	n := 0
	s := bufio.NewScanner(opened(t, path))
	s.Buffer(nil, 1<<22)
	for ; s.Scan(); n++ {
		var c T
		if err := json.Unmarshal(s.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		each(c)
	}
	return n
}

func TestPointInPolygonConformance(t *testing.T) {
	dir := data(t, "pip_conformance")
	type turf struct {
		Test, Note string
		Point      [2]float64
		Geometry   json.RawMessage
		Ignore     bool `json:"ignore_boundary"`
		Expected   bool
	}
	n := cases(t, filepath.Join(dir, "turf_point_in_polygon.jsonl"), func(c turf) {
		f := planarFence(t, c.Geometry)
		got := ask(t, f, c.Point[0], c.Point[1])
		if c.Ignore && got { // there a point on the boundary is outside
			got = !f.OnEdge(c.Point[1]*planar, c.Point[0]*planar)
		}
		if got != c.Expected {
			t.Errorf("turf %s, %s: %v, want %v", c.Test, c.Note, got, c.Expected)
		}
	})
	type hao struct {
		Test     string
		Point    [2]float64
		Polygon  json.RawMessage
		Expected string
	}
	n += cases(t, filepath.Join(dir, "hao_point_in_polygon.jsonl"), func(c hao) {
		geometry := c.Polygon
		if c.Polygon[0] == '"' {
			text, err := io.ReadAll(opened(t, filepath.Join(dir, strings.Trim(string(c.Polygon), `"`))))
			if err != nil {
				t.Fatal(err)
			}
			geometry = text
		} else {
			geometry = []byte(`{"type":"Polygon","coordinates":` + string(geometry) + `}`)
		}
		f := planarFence(t, geometry)
		got := "exterior"
		if ask(t, f, c.Point[0], c.Point[1]) {
			got = "interior"
			if f.OnEdge(c.Point[1]*planar, c.Point[0]*planar) {
				got = "boundary"
			}
		}
		if got != c.Expected {
			t.Errorf("hao %s %v: %s, want %s", c.Test, c.Point, got, c.Expected)
		}
	})
	n += containsWithin(t, filepath.Join(dir, "turf_contains_within_points.jsonl"))
	if n != 161 {
		t.Errorf("%d cases, want 161", n)
	}
	for name, sound := range map[string]bool{"switzerland": true, "switzerlandKinked": false} {
		text, _ := io.ReadAll(opened(t, filepath.Join(dir, name+".geojson")))
		_, err := geo.ParseFence(name, text, geo.Form{})
		var e *geo.ShapeError
		if sound != (err == nil) || !sound && (!errors.As(err, &e) || !strings.Contains(e.Problem, "crosses")) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := geo.ParseFence(name, text, geo.Form{Repair: true}); err != nil {
			t.Errorf("%s repaired: %v", name, err)
		}
	}
}

// containsWithin asks whether a polygon contains points as OGC means it: all are
// inside or on its edge, and one is not on the edge.
func containsWithin(t *testing.T, path string) int {
	type pair struct {
		Source, Op string
		A, B       json.RawMessage
		Expected   bool
	}
	return cases(t, path, func(c pair) {
		if c.Op == "within" {
			c.A, c.B = c.B, c.A
		}
		f := planarFence(t, c.A)
		within, inside := true, false
		for _, p := range pointsOf(t, c.B) {
			within = ask(t, f, p[0], p[1]) && within
			inside = inside || !f.OnEdge(p[1]*planar, p[0]*planar)
		}
		if got := within && inside; got != c.Expected {
			t.Errorf("turf %s %s: %v, want %v", c.Op, c.Source, got, c.Expected)
		}
	})
}

func pointsOf(t *testing.T, geometry json.RawMessage) (points [][2]float64) {
	t.Helper()
	var g struct {
		Type        string
		Coordinates json.RawMessage
	}
	if err := json.Unmarshal(geometry, &g); err != nil {
		t.Fatal(err)
	}
	into := any(&points)
	if g.Type == "Point" {
		points = make([][2]float64, 1)
		into = &points[0]
	}
	if err := json.Unmarshal(g.Coordinates, into); err != nil || len(points) == 0 {
		t.Fatalf("%s: %v", geometry, err)
	}
	return points
}

// notAlike says which of the antimeridian inputs mean something else here.
var notAlike = map[string]string{
	"both-poles":       "a clockwise ring stands for all outside of it there; here direction says nothing",
	"force-north-pole": "a satellite's swath that overlaps itself, with the pole named beside it",
	"overlap":          "a satellite's swath that overlaps itself and is cut in two there",
}

func TestCutAtTheAntimeridian(t *testing.T) {
	dir := data(t, "antimeridian")
	inputs, _ := filepath.Glob(filepath.Join(dir, "input", "*.json"))
	rng := rand.New(rand.NewPCG(7, 7))
	compared := 0
	for _, path := range inputs {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		whole, ok := geometryFence(t, path)
		cut, ok2 := geometryFence(t, filepath.Join(dir, "output", "flat", name+".json"))
		if !ok || !ok2 {
			continue
		}
		if notAlike[name] != "" {
			continue
		}
		compared++
		differ := 0
		var at string
		for range 20_000 {
			lat, lng := rng.Float64()*180-90, rng.Float64()*360-180
			if whole.Contains(lat, lng) != cut.Contains(lat, lng) && whole.DistanceToEdgeM(lat, lng) != 0 {
				differ++
				at = fmt.Sprint(lat, " ", lng, " whole ", whole.Contains(lat, lng), " ", whole.DistanceToEdgeM(lat, lng), "m")
			}
		}
		if differ > 0 {
			t.Errorf("%s: %d of 20000 differ, %s", name, differ, at)
		}
	}
	if compared != 25 {
		t.Errorf("%d pairs compared, want 25", compared)
	}
}

func geometryFence(t *testing.T, path string) (*geo.Fence, bool) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, false
	}
	s, err := geo.ParseShape(text, geo.Form{WidthM: 1e5})
	if err != nil || s.Kind != geo.Polygon {
		return nil, false
	}
	s, _ = geo.Repaired(s) // some are not closed
	return geo.NewFenceUnchecked(filepath.Base(path), s), true
}

func TestNeighbourhoodsOfCuritiba(t *testing.T) {
	dir := data(t, "ndsbr_curitiba")
	var fences []*geo.Fence
	for _, f := range features(t, filepath.Join(dir, "neighbourhoods.geojson")) {
		fence, err := geo.ParseFence(f.Properties["NOME"].(string), f.text, geo.Form{})
		if err != nil {
			t.Fatal(err)
		}
		fences = append(fences, fence)
	}
	x, n := geo.NewIndex(fences...), 0
	for _, name := range []string{"driver_A.csv.gz", "driver_B.csv.gz"} {
		r := csv.NewReader(opened(t, filepath.Join(dir, name)))
		r.Comma, r.LazyQuotes = ';', true
		head, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		column := map[string]int{}
		for i, h := range head {
			column[strings.TrimPrefix(strings.Trim(h, `"`), "\ufeff")] = i
		}
		for {
			row, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			number := func(c string) (float64, error) {
				return strconv.ParseFloat(strings.ReplaceAll(row[column[c]], ",", "."), 64)
			}
			lat, err := number("LAT")
			if err != nil {
				continue
			}
			lng, _ := number("LONG")
			n++
			if at := x.At(nil, lat, lng); len(at) != 1 || at[0].ID != row[column["BAIRRO"]] {
				t.Errorf("%v, %v: %d fences, want %s", lat, lng, len(at), row[column["BAIRRO"]])
			}
		}
	}
	if len(fences) != 75 || n != 13_398 {
		t.Errorf("%d fences and %d fixes, want 75 and 13,398", len(fences), n)
	}
}

func TestCountiesAreApart(t *testing.T) {
	var fences []*geo.Fence
	for i, f := range features(t, filepath.Join(data(t, "us_atlas"), "ne_ia_counties.geojson")) {
		fence, err := geo.ParseFence(fmt.Sprint(i, f.ID), f.text, geo.Form{})
		if err != nil {
			t.Fatal(err)
		}
		fences = append(fences, fence)
	}
	x := geo.NewIndex(fences...)
	equal(t, x, fences, 20_000)
}

func TestTaxiZones(t *testing.T) {
	var fences []*geo.Fence
	for _, f := range features(t, filepath.Join(data(t, "nyc_taxi_zones"), "taxi_zones.geojson.gz")) {
		fence, err := geo.ParseFence(fmt.Sprint(f.Properties["OBJECTID"]), f.text, geo.Form{})
		if err != nil {
			t.Error(err)
			continue
		}
		fences = append(fences, fence)
	}
	if len(fences) != 263 {
		t.Fatalf("%d zones", len(fences))
	}
	x := geo.NewIndex(fences...)
	t.Logf("%+v", x.Stats())
	equal(t, x, fences, 3000)
}

func equal(t *testing.T, x *geo.Index, fences []*geo.Fence, n int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 3))
	for i := range n {
		e := fences[i%len(fences)].Edges()
		v := e[rng.IntN(len(e))]
		lng, lat := v[0], v[1]
		switch i % 3 {
		case 0:
			lng, lat = (v[0]+v[2])/2, (v[1]+v[3])/2
		case 1:
			lng, lat = lng+(rng.Float64()-.5)*.1, lat+(rng.Float64()-.5)*.1
		}
		got := map[*geo.Fence]bool{}
		for _, f := range x.At(nil, lat, lng) {
			got[f] = true
		}
		for _, f := range fences {
			if f.Contains(lat, lng) != got[f] {
				t.Fatalf("%v, %v in %s: index %v", lat, lng, f.ID, got[f])
			}
		}
	}
}
