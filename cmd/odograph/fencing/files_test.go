package fencing_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/odograph/odograph/cmd/odograph/fencing"
	"github.com/odograph/odograph/pkg/schema"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "-update writes %s", path)
}

func read(t *testing.T, form fencing.Form, paths ...string) *fencing.Set {
	t.Helper()
	s, err := fencing.Read(paths, form)
	require.NoError(t, err)
	return s
}

func check(t *testing.T, s *fencing.Set) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, s.PrintCheck(&b))
	return b.Bytes()
}

func TestGoodFiles(t *testing.T) {
	s := read(t, fencing.Form{}, "testdata/good")
	require.Empty(t, s.Refused)
	var b bytes.Buffer
	for _, d := range s.Definitions {
		text, err := json.Marshal(&d.Fence)
		require.NoError(t, err)
		b.Write(append(text, '\n'))
	}
	golden(t, "good", append(b.Bytes(), check(t, s)...))
}

func TestBadFiles(t *testing.T) {
	golden(t, "bad", check(t, read(t, fencing.Form{}, "testdata/bad")))
}

func TestRepairIsSaid(t *testing.T) {
	s := read(t, fencing.Form{Repair: true}, "testdata/bad/features.geojson")
	out := string(check(t, s))
	require.Contains(t, out, `fence "swapped": repaired: polygon 0, ring 0: latitude and longitude changed over`)
	require.Contains(t, out, `fence "bow tie": repaired: polygon 0: its edges cross; made 2 polygons of it`)
	open := new(fencing.Set)
	open.ReadText([]byte(`{"type":"Feature","id":"open","geometry":{"type":"Polygon","coordinates":[[[13.3,52.5],[13.31,52.5],[13.31,52.51]]]}}`), "open.json", &fencing.Form{Repair: true})
	require.Empty(t, open.Refused)
	require.Equal(t, []string{"repaired: polygon 0, ring 0: closed"}, open.Definitions[0].Notes)
}

func TestPaths(t *testing.T) {
	_, err := fencing.Read([]string{"testdata/none"}, fencing.Form{})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = fencing.Read([]string{"testdata/good/README.txt"}, fencing.Form{})
	require.ErrorContains(t, err, "Want a name that ends in")
	empty := t.TempDir()
	_, err = fencing.Read([]string{empty}, fencing.Form{})
	require.ErrorContains(t, err, "no file of fences")
	s := read(t, fencing.Form{}, "testdata/good", "testdata/good/zones.wkt", "testdata/good/../good/zones.wkt")
	require.Empty(t, s.Refused, "a file that is named twice is read once")
}

// TestTooLargeForTheTopic: what no record can hold is refused before it is sent.
func TestTooLargeForTheTopic(t *testing.T) {
	s := new(fencing.Set)
	s.ReadText([]byte(`{"type":"Feature","id":"large","properties":{"radius_m":300,"imeis":"`+manyIMEIs(600_000)+`"},"geometry":{"type":"Point","coordinates":[13.35,52.52]}}`), "a.json", &fencing.Form{})
	require.Len(t, s.Refused, 1)
	require.ErrorContains(t, s.Refused[0].Err, `fence "large": it takes 108`)
}

func manyIMEIs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%015d,", i)
	}
	return b.String()
}

func TestProperties(t *testing.T) {
	text := []byte(`{"type":"FeatureCollection","features":[
		{"type":"Feature","id":"f","properties":{"CODE":7.0,"NOME":"Água Verde","radius":300,"Schedule":"none"},"geometry":{"type":"Point","coordinates":[13.35,52.52]}}]}`)
	s := new(fencing.Set)
	s.ReadText(text, "a.json", &fencing.Form{IDProperty: "CODE", NameProperty: "NOME", IDPrefix: "bairro/", Ignore: []string{"Schedule"}})
	require.Empty(t, s.Refused)
	require.Equal(t, "bairro/7", s.Definitions[0].Fence.FenceID)
	require.Equal(t, "Água Verde", s.Definitions[0].Fence.Name)
	require.Empty(t, s.Ignored)
	s.ReadText(text, "a.json", &fencing.Form{IDProperty: "NOME", NameProperty: "NOME", IDPrefix: "bairro/", Ignore: []string{"Schedule"}})
	require.Equal(t, "Água Verde", s.Definitions[1].Fence.Name)
	require.Equal(t, "bairro/Água Verde", s.Definitions[1].Fence.FenceID)
	s.ReadText(text, "a.json", &fencing.Form{})
	require.ErrorContains(t, s.Refused[0].Err, `"Schedule" is no setting, is schedule meant?`)
	s.ReadText(text, "a.json", &fencing.Form{IDProperty: "KEY"})
	require.ErrorContains(t, s.Refused[1].Err, "KEY is empty or not there", "the feature's id is not what was asked for")
}

func TestWarnings(t *testing.T) {
	s := new(fencing.Set)
	s.ReadText([]byte(`
- {fence_id: a, shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 500}}}
- {fence_id: b, shape: {circle: {lat: 52.5001, lng: 13.4, radius_m: 505}}}
- {fence_id: c, imeis: ["860000000000001"], shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 500}}}
- {fence_id: d, imeis: ["860000000000002"], shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 50}}}
- {fence_id: e, shape: {circle: {lat: 13.4, lng: 52.5, radius_m: 500}}}
- {fence_id: f, imeis: [86000000000000], shape: {circle: {lat: 0.1, lng: 0.1, radius_m: 500}}}
- {fence_id: g, shape: {circle: {lat: 50, lng: 13.4, radius_m: 2000000}}}
`), "a.yaml", &fencing.Form{})
	golden(t, "warnings", check(t, s))
}

// TestWritten: what is written reads as what it was.
func TestWritten(t *testing.T) {
	s := read(t, fencing.Form{}, "testdata/good")
	var list []*schema.Fence
	var text, yaml bytes.Buffer
	for i := range s.Definitions {
		f := &s.Definitions[i].Fence
		list = append(list, f)
		require.NoError(t, fencing.WriteYAML(&yaml, &fencing.State{Fence: *f}))
	}
	require.NoError(t, fencing.WriteGeoJSON(&text, list))
	for name, b := range map[string][]byte{"a.geojson": text.Bytes(), "a.yaml": yaml.Bytes()} {
		again := new(fencing.Set)
		again.ReadText(b, name, &fencing.Form{})
		require.Empty(t, again.Refused, "%s", b)
		require.Empty(t, again.Ignored)
		require.Len(t, again.Definitions, len(list))
		for i := range list {
			j := slices.IndexFunc(again.Definitions, func(d fencing.Definition) bool { return d.Fence.FenceID == list[i].FenceID })
			require.Equal(t, *list[i], again.Definitions[j].Fence, name)
		}
	}
	var wkt, platform bytes.Buffer
	refused, err := fencing.WriteWKT(&wkt, list)
	require.NoError(t, err)
	require.Len(t, refused, 6, "circles and corridors")
	again := new(fencing.Set)
	again.ReadText(wkt.Bytes(), "a.wkt", &fencing.Form{})
	require.Empty(t, again.Refused)
	require.Len(t, again.Definitions, len(list)-6)
	for _, d := range again.Definitions {
		j := slices.IndexFunc(list, func(f *schema.Fence) bool { return f.FenceID == d.Fence.FenceID })
		require.Equal(t, string(list[j].GeoJSON), string(d.Fence.GeoJSON))
	}
	refused, err = fencing.WritePlatform(&platform, list)
	require.NoError(t, err)
	golden(t, "platform", append(platform.Bytes(), fmtErrors(refused)...))
}

func fmtErrors(errs []error) (out []byte) {
	for _, err := range errs {
		out = append(append(out, err.Error()...), '\n')
	}
	return out
}

func data(t *testing.T, path string) []byte {
	t.Helper()
	dir := os.Getenv("ODOGRAPH_DATA")
	if dir == "" {
		dir = "../../../../shared/data"
	}
	f, err := os.Open(filepath.Join(dir, path))
	if os.IsNotExist(err) && os.Getenv("CI") != "true" {
		t.Skipf("no data at %s", dir)
	}
	require.NoError(t, err)
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		r, err = gzip.NewReader(f)
		require.NoError(t, err)
	}
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return b
}

// TestRecordedFences: of real files every fence can be used, or it is named.
func TestRecordedFences(t *testing.T) {
	for _, c := range []struct {
		path    string
		form    fencing.Form
		n       int
		refused []string
	}{
		{"ndsbr_curitiba/neighbourhoods.geojson", fencing.Form{IDProperty: "NOME", NameProperty: "NOME"}, 75, nil},
		{"nyc_taxi_zones/taxi_zones.geojson.gz", fencing.Form{IDProperty: "OBJECTID", NameProperty: "zone", IDPrefix: "nyc/"}, 263, nil},
		{"nyc_taxi_zones/taxi_zones.geojson.gz", fencing.Form{IDProperty: "LocationID"}, 258, []string{"103", "103", "103", "56", "56"}}, // its README names the two
		{"us_atlas/ne_ia_counties.geojson", fencing.Form{}, 192, nil},
	} {
		s := new(fencing.Set)
		s.ReadText(data(t, c.path), strings.TrimSuffix(c.path, ".gz"), &c.form)
		fencing.Finish(s)
		var refused []string
		for _, r := range s.Refused {
			refused = append(refused, r.ID)
		}
		require.Equal(t, c.refused, refused)
		require.Len(t, s.Definitions, c.n)
		require.Empty(t, s.Warnings(), c.path)
	}
}

// TestCover: the cells that are drawn hold what the fence holds.
func TestCover(t *testing.T) {
	s := read(t, fencing.Form{}, "testdata/good/depots.geojson")
	for _, resolution := range []int{-1, 8} {
		text, skipped, err := s.Cover(resolution)
		require.NoError(t, err)
		require.Empty(t, skipped)
		cells := new(fencing.Set)
		var drawn struct {
			Features []struct{ Properties map[string]any }
		}
		require.NoError(t, json.Unmarshal(text, &drawn))
		require.NotEmpty(t, drawn.Features)
		cells.ReadText(text, "cells.geojson", &fencing.Form{IDProperty: "cell", Ignore: []string{"at"}})
		for _, d := range s.Definitions {
			for _, p := range fencing.Sample(d.Ready, 20) {
				in := func(c fencing.Definition) bool { return c.Ready.Contains(p.Lat, p.Lng) }
				require.True(t, slices.ContainsFunc(cells.Definitions, in), "%s holds %v", d.Fence.FenceID, p)
			}
		}
		n := map[any]int{}
		for _, f := range drawn.Features {
			n[f.Properties["at"]]++
		}
		require.NotZero(t, n["edge"])
		require.Equal(t, 3, n[nil], "outlines")
	}
	_, skipped, err := s.Cover(15)
	require.NoError(t, err)
	require.NotEmpty(t, skipped)
}

var example = regexp.MustCompile("(?s)```(geojson|yaml|wkt)\n(.*?)```")

// TestDocumentedFiles reads every file that docs/geofences.md shows.
func TestDocumentedFiles(t *testing.T) {
	text, err := os.ReadFile("../../../docs/geofences.md")
	require.NoError(t, err)
	blocks := example.FindAllStringSubmatch(string(text), -1)
	forms := map[string]int{}
	for _, b := range blocks {
		s := new(fencing.Set)
		s.ReadText([]byte(b[2]), "docs."+b[1], &fencing.Form{})
		require.Empty(t, s.Refused, b[2])
		require.NotEmpty(t, s.Definitions, b[2])
		require.Empty(t, s.Ignored, b[2])
		forms[b[1]]++
	}
	require.Len(t, forms, 3, "an example of each form")
}

var exts = []string{".geojson", ".json", ".yaml", ".wkt"}

// FuzzFiles: no text ends the reader, and what it takes can be used.
func FuzzFiles(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*", "testdata/bad/*"} {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, file := range files {
			if text, err := os.ReadFile(file); err == nil && filepath.Ext(file) != ".txt" {
				f.Add(uint8(slices.Index(exts, strings.Replace(filepath.Ext(file), ".yml", ".yaml", 1))), text, false)
			}
		}
	}
	f.Add(uint8(2), []byte("- &a [*a]\n- {fence_id: x, shape: &s {geojson: *s}}"), true)
	f.Add(uint8(2), []byte("- {<<: {fence_id: x}}\n--- 5\n"), true)
	f.Fuzz(func(t *testing.T, ext uint8, text []byte, repair bool) {
		s := new(fencing.Set)
		s.ReadText(text, "f"+exts[int(ext)%len(exts)], &fencing.Form{Repair: repair})
		for _, d := range s.Definitions {
			if _, err := fencing.Ready(&d.Fence); err != nil {
				t.Errorf("%v", err)
			}
		}
		for _, r := range s.Refused {
			if r.Err == nil || r.Place == "" {
				t.Errorf("%+v", r)
			}
		}
	})
}
