package h3_test

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"

	ref "github.com/uber/h3-go/v4"

	"github.com/odograph/odograph/pkg/h3"
)

var points = flag.Int("h3.points", 20_000, "random positions to compare with the C library at all resolutions")

// fromC is the C library's cell, 0 where it has none.
func fromC(lat, lng float64, resolution int) uint64 {
	c, _ := ref.LatLngToCell(ref.LatLng{Lat: lat, Lng: lng}, resolution)
	return uint64(c)
}

func same(t *testing.T, lat, lng float64, resolution int) {
	t.Helper()
	if got, want := h3.Cell(lat, lng, resolution), fromC(lat, lng, resolution); got != want {
		t.Errorf("%v, %v at resolution %d: got %x, want %x", lat, lng, resolution, got, want)
	}
}

func TestRandomPositions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range *points {
		at := onGlobe(r)
		p := h3.At(at[0], at[1])
		for res := range h3.MaxResolution + 1 {
			if got, want := p.Cell(res), fromC(at[0], at[1], res); got != want {
				t.Fatalf("%v at resolution %d: got %x, want %x", at, res, got, want)
			}
		}
	}
}

// TestQuantised asks for positions as the trackers send them: millionths of a
// degree, half of them in one region.
func TestQuantised(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for n := range 40_000 {
		lat, lng := r.IntN(180e6+1)-90e6, r.IntN(360e6+1)-180e6
		if n%2 == 0 {
			lat, lng = 41e6+r.IntN(1e6), -96e6+r.IntN(1e6)
		}
		same(t, float64(lat)/1e6, float64(lng)/1e6, n/2%(h3.MaxResolution+1))
	}
}

func TestPlaces(t *testing.T) {
	lats := []float64{-90, -89.99999999, -58.282525588538995, -0.5, math.Copysign(0, -1), 0, 5e-324, 1e-9, 26.57, 45, 89.5, 89.999999, 90}
	lngs := []float64{-360, -359.5, -180.5, -180, -90, -1e-12, 0, 5e-324, 0.5, 90, 179.5, 179.99999999, 180, 180.00001, 270, 359.5, 359.99, 360}
	turns := []float64{90.0001, -123.25, 361, 725.3, 1e5, -1e7, 1e15, -1e300, math.MaxFloat64}
	for _, lat := range append(lats, turns...) {
		for _, lng := range append(lngs, turns...) {
			for res := range h3.MaxResolution + 1 {
				same(t, lat, lng, res)
				same(t, math.Nextafter(lat, 0), math.Nextafter(lng, 0), res)
			}
		}
	}
}

// TestAroundCorners asks around the icosahedron's corners, where the pentagons
// are, and around the centres of its faces, where the C library's arc cosine
// is inexact, from nanometres to a thousand kilometres away.
func TestAroundCorners(t *testing.T) {
	corners, err := ref.Pentagons(0)
	if err != nil {
		t.Fatal(err)
	}
	var at []ref.LatLng
	for _, c := range corners {
		p, _ := c.LatLng()
		at = append(at, p)
	}
	for _, c := range h3.Centres() {
		at = append(at, ref.LatLng{Lat: math.Asin(c[2]) * 180 / math.Pi, Lng: math.Atan2(c[1], c[0]) * 180 / math.Pi})
	}
	r := rand.New(rand.NewPCG(3, 5))
	for _, p := range at {
		for n := range 2000 {
			away := math.Pow(10, 1-15*r.Float64())
			sin, cos := math.Sincos(2 * math.Pi * r.Float64())
			same(t, p.Lat+away*cos, p.Lng+away*sin/math.Cos(p.Lat*math.Pi/180), n%(h3.MaxResolution+1))
		}
	}
}

func TestNoCell(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		lat, lng   float64
		resolution int
	}{{nan, 0, 9}, {0, nan, 9}, {inf, 0, 9}, {0, -inf, 9}, {nan, inf, 9}, {0, 0, -1}, {0, 0, 16}, {0, 0, math.MaxInt}} {
		if got := h3.Cell(c.lat, c.lng, c.resolution); got != 0 {
			t.Errorf("%v: got %x, want none", c, got)
		}
		if want := fromC(c.lat, c.lng, int(int32(c.resolution))); want != 0 {
			t.Errorf("%v: the C library has %x", c, want)
		}
	}
}

func TestParentAndResolution(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for n := range 2000 {
		p := onGlobe(r)
		resolution := n % (h3.MaxResolution + 1)
		c := h3.Cell(p[0], p[1], resolution)
		if got := h3.Resolution(c); got != resolution {
			t.Fatalf("%x: resolution %d, want %d", c, got, resolution)
		}
		for at := -1; at <= h3.MaxResolution+1; at++ {
			want, err := ref.Cell(c).Parent(at)
			if err != nil {
				want = 0
			}
			if got := h3.Parent(c, at); got != uint64(want) {
				t.Fatalf("parent of %x at %d: got %x, want %x", c, at, got, uint64(want))
			}
		}
	}
}

func TestNoAllocation(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { sink += h3.Cell(41.25, -95.93, 9) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	// A latitude beyond the pole takes the exact way.
	if n := testing.AllocsPerRun(100, func() { sink += h3.Cell(100, -95.93, 9) }); n != 0 {
		t.Errorf("%v allocations the exact way", n)
	}
}

func FuzzCell(f *testing.F) {
	f.Add(41.2565, -95.9345, 9)
	f.Add(-90.0, 180.0, 15)
	f.Add(1e300, -5e-324, 0)
	f.Add(math.NaN(), 0.0, 3)
	f.Fuzz(func(t *testing.T, lat, lng float64, resolution int) {
		same(t, lat, lng, int(int32(resolution)))
	})
}
