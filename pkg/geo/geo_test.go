package geo_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/odograph/odograph/pkg/geo"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		name                   string
		lat1, lng1, lat2, lng2 float64
		wantM                  float64
	}{
		{"a degree on the equator", 0, 0, 0, 1, geo.EarthRadiusM * math.Pi / 180},
		{"across the antimeridian", 0, 179.5, 0, -179.5, geo.EarthRadiusM * math.Pi / 180},
		{"pole to pole", 90, 0, -90, 0, geo.EarthRadiusM * math.Pi},
		{"the same place", 41.25, -95.93, 41.25, -95.93, 0},
	} {
		if got := geo.DistanceM(c.lat1, c.lng1, c.lat2, c.lng2); math.Abs(got-c.wantM) > 0.01 {
			t.Errorf("%s: got %.2f m, want %.2f", c.name, got, c.wantM)
		}
	}
}

func TestDistanceIsAMetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := func(n string) (float64, float64) {
			return rapid.Float64Range(-90, 90).Draw(t, n+" lat"), rapid.Float64Range(-180, 180).Draw(t, n+" lng")
		}
		aLat, aLng := p("a")
		bLat, bLng := p("b")
		cLat, cLng := p("c")
		ab, ba := geo.DistanceM(aLat, aLng, bLat, bLng), geo.DistanceM(bLat, bLng, aLat, aLng)
		bc, ac := geo.DistanceM(bLat, bLng, cLat, cLng), geo.DistanceM(aLat, aLng, cLat, cLng)
		// Near the antipode the haversine formula is good to metres only.
		if math.Abs(ab-ba) > 1e-6 || ab < 0 || ac > ab+bc+10 {
			t.Fatalf("ab %v ba %v bc %v ac %v", ab, ba, bc, ac)
		}
	})
}

var resolutionOf = regexp.MustCompile(`^(?:rand|bc\d\dr|res)(\d\d)(?:centers|ic)\.txt`)

// TestCellsOfH3sOwnInputs walks all cells of the conformance inputs.
func TestCellsOfH3sOwnInputs(t *testing.T) {
	dir := os.Getenv("ODOGRAPH_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	files, _ := filepath.Glob(filepath.Join(dir, "h3_inputs_a", "*.txt*"))
	if len(files) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no H3 inputs under %s", dir)
		}
		t.Skipf("no H3 inputs under %s", dir)
	}
	lines := 0
	for _, path := range files {
		m := resolutionOf.FindStringSubmatch(filepath.Base(path))
		if m == nil {
			continue
		}
		resolution, _ := strconv.Atoi(m[1])
		lines += checkCells(t, path, resolution)
	}
	if lines != 39_702 {
		t.Errorf("checked %d cells, the inputs have 39,702", lines)
	}
}

func checkCells(t *testing.T, path string, resolution int) int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	lines := 0
	for s := bufio.NewScanner(r); s.Scan(); lines++ {
		var want uint64
		var lat, lng float64
		if _, err := fmt.Sscanf(s.Text(), "%x %g %g", &want, &lat, &lng); err != nil {
			t.Fatalf("%s: %q: %v", path, s.Text(), err)
		}
		got, err := geo.Cell(lat, lng, resolution)
		if err != nil || uint64(got) != want {
			t.Fatalf("%s: %v, %v: got %x (%v), want %x", filepath.Base(path), lat, lng, got, err, want)
		}
	}
	return lines
}

func BenchmarkCell(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := geo.Cell(41.2565, -95.9345, 9); err != nil {
			b.Fatal(err)
		}
	}
}
