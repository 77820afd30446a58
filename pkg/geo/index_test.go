package geo_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/odograph/odograph/pkg/geo"
)

var (
	pointCount = flag.Int("geo.points", 12_000, "positions of TestIndexEqualsBruteForce")
	worldSeed  = flag.Uint64("geo.seed", 5, "seed of TestIndexEqualsBruteForce")
)

// hotSpots are where maps go wrong: lat, lng.
var hotSpots = [][2]float64{
	{0, 0}, {52.52, 13.4}, {-1.29, 36.82}, {-25.43, -49.27},
	{0, 180}, {65, -179.99}, {-16.5, 179.98}, {89.5, 10}, {-89.9, -170}, {90, 0}, {-90, 0}, {71, 180},
	{64.7, 10.536}, {2.3, -5.245}, {-64.7, -169.46}, {50.103, -143.478}, // pentagons of H3
	{0, -180}, {11.25, 22.5}, {45, -90}, // corners of cells
}

func TestIndexEqualsBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(*worldSeed, 1))
	const perWorld = 4000
	for done := 0; done < *pointCount; done += perWorld {
		w := newWorld(rng)
		x := geo.NewIndex(w.fences...)
		if rng.IntN(2) == 0 {
			x = w.churn(rng, x)
		}
		for i := range perWorld {
			lat, lng := w.position(rng)
			w.compare(t, x, lat, lng, i%50 == 0)
		}
		if t.Failed() {
			return
		}
	}
}

type world struct {
	fences []*geo.Fence
	lat    float64
	lng    float64
	spread float64 // degrees
}

func newWorld(rng *rand.Rand) *world {
	hot := hotSpots[rng.IntN(len(hotSpots))]
	w := &world{lat: hot[0], lng: hot[1], spread: math.Pow(10, rng.Float64()*5-3.5)}
	for i := range 1 + rng.IntN(60) {
		w.fences = append(w.fences, geo.NewFenceUnchecked(fmt.Sprint(i), w.shape(rng)))
	}
	return w
}

// churn takes fences out and puts them and others in again.
func (w *world) churn(rng *rand.Rand, x *geo.Index) *geo.Index {
	for range 10 {
		i := rng.IntN(len(w.fences))
		f := w.fences[i]
		switch rng.IntN(3) {
		case 0:
			x = x.Without(f.ID).With(f)
		case 1:
			w.fences[i] = geo.NewFenceUnchecked(f.ID, w.shape(rng))
			x = x.With(w.fences[i])
		case 2:
			x = x.Without(f.ID)
			w.fences = slices.Delete(w.fences, i, i+1)
			if len(w.fences) == 0 {
				w.fences = append(w.fences, f)
				x = x.With(f)
			}
		}
	}
	return x
}

func (w *world) near(rng *rand.Rand) geo.Point {
	p := geo.Point{Lat: w.lat + (rng.Float64()*2-1)*w.spread, Lng: w.lng + (rng.Float64()*2-1)*w.spread*2}
	if rng.IntN(3) == 0 { // a grid, so that much lies in line
		p.Lat, p.Lng = math.Round(p.Lat/w.spread*4)*w.spread/4, math.Round(p.Lng/w.spread*4)*w.spread/4
	}
	return geo.Point{Lat: max(-90, min(90, p.Lat)), Lng: p.Lng}
}

func (w *world) shape(rng *rand.Rand) geo.Shape {
	c := w.near(rng)
	size := w.spread * math.Pow(10, -2*rng.Float64())
	switch rng.IntN(8) {
	case 0:
		return geo.CircleOf(c, min(5e6, size*111_000))
	case 1:
		line := []geo.Point{clampLat(c, 88)}
		for range 1 + rng.IntN(5) {
			line = append(line, clampLat(w.near(rng), 88))
		}
		return geo.CorridorOf(min(2e5, size*20_000), line...)
	case 2: // self-crossing, of any points: even-odd
		var ring []geo.Point
		for range 3 + rng.IntN(12) {
			ring = append(ring, w.near(rng))
		}
		return geo.PolygonOf(closed(ring))
	case 3: // several parts that may overlap
		s := geo.PolygonOf(star(rng, c, size, 0))
		for range 1 + rng.IntN(3) {
			s.Polygons = append(s.Polygons, [][]geo.Point{star(rng, w.near(rng), size, 0)})
		}
		return s
	case 4: // a box, with edges along the grid
		d := w.near(rng)
		return geo.PolygonOf([]geo.Point{c, {Lat: c.Lat, Lng: d.Lng}, d, {Lat: d.Lat, Lng: c.Lng}, c})
	case 5: // around the globe
		if math.Abs(w.lat) > 60 || w.spread > 10 {
			var ring []geo.Point
			lat := math.Copysign(90-min(60, size+1e-3), w.lat)
			for lng := -170.0; lng < 180; lng += 20 + rng.Float64()*40 {
				ring = append(ring, geo.Point{Lat: lat + (rng.Float64()-.5)*min(30, size), Lng: lng})
			}
			return geo.PolygonOf(closed(clampAll(ring)))
		}
		fallthrough
	default: // concave, with holes
		outer := star(rng, c, size, 0)
		rings := [][]geo.Point{outer}
		for range rng.IntN(4) {
			rings = append(rings, star(rng, c, size*rng.Float64(), rng.Float64()*6))
		}
		return geo.PolygonOf(rings...)
	}
}

func clampLat(p geo.Point, to float64) geo.Point {
	return geo.Point{Lat: max(-to, min(to, p.Lat)), Lng: p.Lng}
}

func clampAll(ring []geo.Point) []geo.Point {
	for i := range ring {
		ring[i] = clampLat(ring[i], 90)
	}
	return ring
}

func closed(ring []geo.Point) []geo.Point { return append(ring, ring[0]) }

func star(rng *rand.Rand, c geo.Point, size, turn float64) []geo.Point {
	n := 3 + rng.IntN(8)
	if rng.IntN(10) == 0 {
		n = 200
	}
	var ring []geo.Point
	for i := range n {
		r := size * (0.2 + 0.8*rng.Float64())
		sin, cos := math.Sincos(turn + 2*math.Pi*float64(i)/float64(n))
		ring = append(ring, geo.Point{Lat: c.Lat + r*sin, Lng: c.Lng + r*cos})
	}
	if rng.IntN(4) == 0 { // written with jumps at the meridian
		for i := range ring {
			ring[i].Lng = math.Remainder(ring[i].Lng, 360)
		}
	}
	return closed(clampAll(ring))
}

// position is anywhere, at a vertex, on an edge or beside one.
func (w *world) position(rng *rand.Rand) (lat, lng float64) {
	p := w.near(rng)
	lat, lng = p.Lat, p.Lng
	if edges := w.fences[rng.IntN(len(w.fences))].Edges(); len(edges) > 0 && rng.IntN(4) > 0 {
		e := edges[rng.IntN(len(edges))]
		t := [...]float64{0, 1, 0.5, rng.Float64()}[rng.IntN(4)]
		lng, lat = e[0]+t*(e[2]-e[0]), e[1]+t*(e[3]-e[1])
		switch rng.IntN(4) {
		case 0:
			lat += [...]float64{-1e-9, 1e-9, -1e-13, 1e-7}[rng.IntN(4)]
		case 1:
			lng += [...]float64{-1e-9, 1e-9, -1e-13, 1e-7}[rng.IntN(4)]
		case 2:
			lng = math.Nextafter(lng, 1000*(rng.Float64()-.5))
		}
	}
	if rng.IntN(20) == 0 {
		lng += 360 * float64(rng.IntN(3)-1)
	}
	return max(-90, min(90, lat)), lng
}

func (w *world) compare(t *testing.T, x *geo.Index, lat, lng float64, naive bool) {
	t.Helper()
	got := x.At(nil, lat, lng)
	seen := map[*geo.Fence]int{}
	for _, f := range got {
		seen[f]++
	}
	for _, f := range w.fences {
		want := f.Contains(lat, lng)
		if (seen[f] == 1) != want || seen[f] > 1 {
			t.Errorf("%v, %v in %s (%v): index says %d times, brute force %v", lat, lng, f.ID, f.Shape, seen[f], want)
		}
		if naive && f.NaiveContains(lat, lng) != want {
			t.Errorf("%v, %v in %s (%v): rationals differ from %v", lat, lng, f.ID, f.Shape, want)
		}
	}
	if x.Len() != len(w.fences) {
		t.Fatalf("%d fences, want %d", x.Len(), len(w.fences))
	}
}

func TestSide(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	zeros := 0
	for range 200_000 {
		v := func() float64 {
			return float64(rng.IntN(1<<uint(1+rng.IntN(52)))) * math.Pow(2, -float64(rng.IntN(50)))
		}
		ax, ay, bx, by := v(), v(), v(), v()
		f := float64(rng.IntN(5)) / 4
		px, py := ax+f*(bx-ax), ay+f*(by-ay)
		if rng.IntN(3) == 0 {
			px = math.Nextafter(px, 1e9)
			if px < 1e-100 {
				px = 0 // as onMap does
			}
		}
		got, want := geo.Side(ax, ay, bx, by, px, py), geo.ExactSide(ax, ay, bx, by, px, py)
		if got != want {
			t.Fatalf("side of %v %v %v %v, %v %v: %d, want %d", ax, ay, bx, by, px, py, got, want)
		}
		if want == 0 {
			zeros++
		}
	}
	if zeros < 1000 {
		t.Errorf("only %d in line", zeros)
	}
}
