package geo_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/odograph/odograph/pkg/geo"
)

// TestAcrossEqualsSteps compares the stays of a way with what positions along it say.
func TestAcrossEqualsSteps(t *testing.T) {
	rng := rand.New(rand.NewPCG(*worldSeed, 2))
	for range *pointCount / 400 {
		w := newWorld(rng)
		x := geo.NewIndex(w.fences...)
		from, to := w.near(rng), w.near(rng)
		if rng.IntN(4) == 0 {
			to = geo.Point{Lat: max(-90, min(90, from.Lat+1e-3)), Lng: from.Lng + 1e-3}
		}
		stays := map[*geo.Fence][]geo.Crossing{}
		for _, c := range x.Across(nil, from, to) {
			stays[c.Fence] = append(stays[c.Fence], c)
			if c.Enter < 0 || c.Exit > 1 || c.Enter >= c.Exit || c.ChordM < 0 {
				t.Fatalf("stay %+v", c)
			}
		}
		for _, f := range w.fences {
			if want := f.Across(nil, from, to); !slices.Equal(stays[f], want) && math.Abs(from.Lat) < 90 && math.Abs(to.Lat) < 90 {
				t.Fatalf("way %v to %v: index %v, %s alone %v %v", from, to, stays[f], f.ID, want, f.Shape)
			}
		}
		short := math.Remainder(to.Lng-from.Lng, 360)
		for i := range 60 {
			s := (float64(i) + rng.Float64()) / 60
			lat, lng := from.Lat+s*(to.Lat-from.Lat), from.Lng+s*short
			for _, f := range w.fences {
				in, sure := false, true
				for _, c := range stays[f] {
					in = in || c.Enter <= s && s <= c.Exit
					sure = sure && math.Abs(s-c.Enter) > 1e-6 && math.Abs(s-c.Exit) > 1e-6
				}
				if f.Contains(lat, lng) != in && sure && math.Abs(f.DistanceToEdgeM(lat, lng)) > 1e-3 && math.Abs(short) < 179 && math.Abs(lat) < 90 {
					t.Fatalf("way %v to %v at %v: inside %v, stays %v of %s %v", from, to, s, !in, stays[f], f.ID, f.Shape)
				}
			}
		}
	}
}

// TestDistanceToEdge: inside is where the distance to the edge is not negative.
func TestDistanceToEdge(t *testing.T) {
	rng := rand.New(rand.NewPCG(*worldSeed, 3))
	for range *pointCount / 4000 {
		w := newWorld(rng)
		for range 200 {
			lat, lng := w.position(rng)
			for _, f := range w.fences {
				if in, depth := f.Contains(lat, lng), f.DistanceToEdgeM(lat, lng); in != (depth >= 0) && math.Abs(depth) > 1e-6 {
					t.Fatalf("%v, %v: inside %v, but %v m from the edge of %v", lat, lng, in, depth, f.Shape)
				}
			}
		}
	}
}

func TestCrossingOfASquare(t *testing.T) {
	f, err := geo.NewFence("square", geo.PolygonOf([]geo.Point{{Lat: 0, Lng: 1}, {Lat: 0, Lng: 2}, {Lat: 1, Lng: 2}, {Lat: 1, Lng: 1}, {Lat: 0, Lng: 1}}))
	if err != nil {
		t.Fatal(err)
	}
	got := f.Across(nil, geo.Point{Lat: 0.5, Lng: 0}, geo.Point{Lat: 0.5, Lng: 4})
	if len(got) != 1 || got[0].Enter != 0.25 || got[0].Exit != 0.5 || math.Abs(got[0].ChordM-geo.DistanceM(0.5, 1, 0.5, 2)) > 20 {
		t.Errorf("%+v", got)
	}
	if got := f.Across(nil, geo.Point{Lat: 1, Lng: 0}, geo.Point{Lat: 1, Lng: 0.99}); len(got) != 0 {
		t.Errorf("beside: %+v", got)
	}
}

func BenchmarkAt(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{100, 10_000} {
		var fences []*geo.Fence
		for i := range n {
			c := geo.Point{Lat: 52 + rng.Float64(), Lng: 13 + rng.Float64()*1.6}
			fences = append(fences, geo.NewFenceUnchecked(fmt.Sprint(i), geo.PolygonOf(star(rng, c, 0.01, 0))))
		}
		x := geo.NewIndex(fences...)
		var at [1024]geo.Point
		for i := range at {
			at[i] = geo.Point{Lat: 52 + rng.Float64(), Lng: 13 + rng.Float64()*1.6}
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			var room []*geo.Fence
			for i := 0; b.Loop(); i++ {
				p := at[i%len(at)]
				room = x.At(room[:0], p.Lat, p.Lng)
			}
		})
		b.Run(fmt.Sprint("across", n), func(b *testing.B) {
			b.ReportAllocs()
			var room []geo.Crossing
			for i := 0; b.Loop(); i++ {
				p := at[i%len(at)]
				room = x.Across(room[:0], p, geo.Point{Lat: p.Lat + 0.003, Lng: p.Lng + 0.005})
			}
		})
	}
}

func BenchmarkNewIndex(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	var fences []*geo.Fence
	for i := range 10_000 {
		c := geo.Point{Lat: 52 + rng.Float64(), Lng: 13 + rng.Float64()*1.6}
		fences = append(fences, geo.NewFenceUnchecked(fmt.Sprint(i), geo.PolygonOf(star(rng, c, 0.01, 0))))
	}
	b.ReportAllocs()
	for b.Loop() {
		geo.NewIndex(fences...)
	}
}
