package geo_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/geo"
)

func TestWhatIsNoFence(t *testing.T) {
	for _, c := range []struct {
		text string
		form geo.Form
		want []string // in the error, one each
	}{
		{text: ``, want: []string{"no shape"}},
		{text: `{"type":"Polygon","coordinates":[[[13,52],[14,52],[14,53]]]}`, want: []string{`fence "yard", polygon 0, ring 0, vertex 2: the ring is not closed`, "ask for repair"}},
		{text: `{"type":"Polygon","coordinates":[[[13,52],[14,53],[14,52],[13,53],[13,52]]]}`, want: []string{"polygon 0, ring 0, vertex", "crosses"}},
		{text: `{"type":"Polygon","coordinates":[[[13,52],[14,52],[13.5,52],[13.5,53],[13,52]]]}`, want: []string{"lies on"}},
		{text: `{"type":"Polygon","coordinates":[[[52,113],[52,114],[53,114],[52,113]]]}`, want: []string{"vertex 0: latitude 113", "probably swapped"}},
		{text: `{"type":"Polygon","coordinates":[[[152,113],[152,114],[153,114],[152,113]]]}`, want: []string{"latitude 113", "give degrees from -90 to 90"}},
		{text: `{"type":"Polygon","coordinates":[[[13,52],[13.00001,52],[13.00001,52.00001],[13,52]]]}`, want: []string{"as large as a circle"}},
		{text: `{"type":"Polygon","coordinates":[[[13,52],[14,52],[13,52]]]}`, want: []string{"fewer than three"}},
		{text: `{"type":"Polygon","coordinates":[[[13],[14,52],[13,52]]]}`, want: []string{"GeoJSON", "length: 1"}},
		{text: `{"type":"Polygon","coordinates":[[[13,52],[14,52],[14,53],[13,52]],[[20,52],[21,52],[21,53],[20,52]]]}`, want: []string{"ring 1: the hole lies outside"}},
		{text: `{"type":"Point","coordinates":[13,52]}`, want: []string{"without a radius"}},
		{text: `{"type":"Feature","properties":{"radius_m":2},"geometry":{"type":"Point","coordinates":[13,52]}}`, want: []string{"a radius of 2 m"}},
		{text: `{"type":"LineString","coordinates":[[13,52],[14,52]]}`, want: []string{"a width of 0 m"}},
		{text: `{"type":"LineString","coordinates":[[13,89],[14,89]]}`, form: geo.Form{WidthM: 50}, want: []string{"too near a pole"}},
		{text: `{"type":"GeometryCollection","geometries":[]}`, want: []string{"is no fence"}},
		{text: `{"type":"FeatureCollection","features":[]}`, want: []string{"one by one"}},
		{text: `POLYGON((13 52,14 52,14 53`, want: []string{"WKT"}},
		{text: `52,13#52,14`, want: []string{"2 points"}},
		{text: `52 13`, want: []string{"want lat,lng"}},
		{text: `52,x`, want: []string{"longitude"}},
	} {
		_, err := geo.ParseFence("yard", []byte(c.text), c.form)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `"yard"`) {
				t.Errorf("%s: %v, want %q", c.text, err, want)
			}
		}
	}
	for _, s := range []geo.Shape{{}, geo.CircleOf(geo.Point{Lat: math.NaN()}, 50), geo.CircleOf(geo.Point{}, math.Inf(1)), {Kind: geo.Polygon}, {Kind: geo.Polygon, Polygons: [][][]geo.Point{{}}}} {
		_, err := geo.NewFence("x", s)
		var e *geo.ShapeError
		if !errors.As(err, &e) {
			t.Errorf("%v: %v", s, err)
		}
	}
}

func TestForms(t *testing.T) {
	for text, at := range map[string][2]geo.Point{ // inside, outside
		`{"type":"Feature","properties":{"radius":100},"geometry":{"type":"Point","coordinates":[13,52]}}`: {{Lat: 52.0008, Lng: 13}, {Lat: 52.001, Lng: 13}},
		`POLYGON((13 52,14 52,14 53,13 53,13 52))`:                                                         {{Lat: 52, Lng: 13.5}, {Lat: 51.999, Lng: 13.5}},
		`52,13#52,14#53,14#53,13`:       {{Lat: 52, Lng: 13.5}, {Lat: 51.999, Lng: 13.5}},
		`52,13;52,14;53,14;53,13;52,13`: {{Lat: 53, Lng: 13.5}, {Lat: 51.999, Lng: 13.5}},
		`{"type":"Feature","properties":{"width_m":100},"geometry":{"type":"LineString","coordinates":[[13,52],[14,52]]}}`: {{Lat: 52.0004, Lng: 13.5}, {Lat: 52.0005, Lng: 13.5}},
	} {
		f, err := geo.ParseFence("f", []byte(text), geo.Form{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if !f.Contains(at[0].Lat, at[0].Lng) || f.Contains(at[1].Lat, at[1].Lng) {
			t.Errorf("%s: wrong inside", text)
		}
		again, err := f.Shape.GeoJSON()
		if err != nil {
			t.Fatal(err)
		}
		if g, err := geo.ParseFence("f", again, geo.Form{}); err != nil || g.RadiusM() != f.RadiusM() {
			t.Errorf("%s, written as %s: %v", text, again, err)
		}
	}
}

func TestRepair(t *testing.T) {
	for text, want := range map[string]int{
		`{"type":"Polygon","coordinates":[[[13,52],[14,52],[14,53]]]}`:                           1,
		`{"type":"Polygon","coordinates":[[[13,52],[14,53],[14,52],[13,53],[13,52]]]}`:           1,
		`{"type":"Polygon","coordinates":[[[52,113],[52,114],[53,114]]]}`:                        2,
		`{"type":"Polygon","coordinates":[[[13,52],[14,52],[14,53],[13,52]],[[13,52],[13,52]]]}`: 1,
	} {
		s, err := geo.ParseShape([]byte(text), geo.Form{})
		if err != nil {
			t.Fatal(err)
		}
		if _, done := geo.Repaired(s); len(done) != want {
			t.Errorf("%s: %q", text, done)
		}
		if _, err := geo.ParseFence("f", []byte(text), geo.Form{Repair: true}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestPlatformForms(t *testing.T) {
	text := "22.5,113.9#22.6,113.9#22.6,114#22.5,114"
	s, err := geo.ParsePlatform(text, 0)
	if err != nil {
		t.Fatal(err)
	}
	if again, _, err := s.Platform(); again != text || err != nil {
		t.Errorf("%s, %v", again, err)
	}
	if text, r, err := geo.CircleOf(geo.Point{Lat: 22.5, Lng: 113.9}, 300).Platform(); text != "22.5,113.9" || r != 300 || err != nil {
		t.Errorf("%s %d %v", text, r, err)
	}
	for _, s := range []geo.Shape{
		geo.CircleOf(geo.Point{}, 100), geo.CorridorOf(100, geo.Point{}, geo.Point{Lat: 1}), {Kind: geo.Polygon},
		geo.PolygonOf(s.Polygons[0][0], s.Polygons[0][0]),
	} {
		if _, _, err := s.Platform(); err == nil {
			t.Errorf("%v: the platform can't hold that", s)
		}
	}
	if steps, err := geo.DeviceRadius(2500); steps != 25 || err != nil || geo.DeviceRadiusM(25) != 2500 {
		t.Errorf("%d %v", steps, err)
	}
	for _, r := range []float64{0, 50, 150, 1e6, math.NaN()} {
		if _, err := geo.DeviceRadius(r); err == nil {
			t.Errorf("%v m taken", r)
		}
	}
}

func TestRadius(t *testing.T) {
	for _, c := range []struct{ size, want float64 }{{0.0001, 6.27}, {0.01, 627.3}, {1, 62730}} {
		f := geo.NewFenceUnchecked("f", geo.PolygonOf([]geo.Point{{}, {Lng: c.size}, {Lat: c.size, Lng: c.size}, {Lat: c.size}, {}}))
		if got := f.RadiusM(); math.Abs(got/c.want-1) > 1e-3 {
			t.Errorf("a square of %v degrees: %v m, want %v", c.size, got, c.want)
		}
	}
}

func FuzzParseFence(f *testing.F) {
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[13,52],[14,52],[14,53],[13,52]]]}`))
	f.Add([]byte(`MULTIPOLYGON(((179 52,-179 52,-179 53,179 52)))`))
	f.Add([]byte("52,13#52,14#53,14"))
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[-180,77],[180,78],[-180,81],[162,81],[-180,77]]]}`))
	if inputs, err := filepath.Glob(filepath.Join(os.Getenv("ODOGRAPH_DATA"), "antimeridian", "input", "*.json")); err == nil {
		for _, path := range inputs {
			if text, err := os.ReadFile(path); err == nil {
				f.Add(text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, repair := range []bool{false, true} {
			fence, err := geo.ParseFence("f", text, geo.Form{RadiusM: 100, WidthM: 50, Repair: repair})
			if err != nil {
				continue
			}
			x := geo.NewIndex(fence)
			for _, e := range append(fence.Edges(), [4]float64{}) {
				for _, shift := range []float64{0, 1e-9} {
					if in := len(x.At(nil, e[1]+shift, e[0])) == 1; in != fence.Contains(e[1]+shift, e[0]) {
						t.Fatalf("%v, %v: index says %v", e[1]+shift, e[0], in)
					}
				}
			}
		}
	})
}
