package geo_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/odograph/odograph/pkg/h3"
	"github.com/odograph/odograph/pkg/schema"
)

// TestCoverMissesNothing asks positions in and around fences for their cell.
func TestCoverMissesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(*worldSeed, 4))
	for range *pointCount / 2000 {
		w := newWorld(rng)
		f := w.fences[0]
		c, err := f.CoverWithin(rng.IntN(13), 3000)
		if err != nil {
			continue // too large even in the coarsest
		}
		w.fences = w.fences[:1]
		slices.Sort(c.Inside)
		slices.Sort(c.Edge)
		for range 300 {
			lat, lng := w.position(rng)
			lng = math.Remainder(lng, 360)
			cell := schema.Cell(h3.Cell(lat, lng, c.Resolution))
			_, inside := slices.BinarySearch(c.Inside, cell)
			_, edge := slices.BinarySearch(c.Edge, cell)
			if in := f.Contains(lat, lng); inside && !in || !inside && !edge && in || inside && edge {
				t.Fatalf("%v, %v (%x, resolution %d): inside %v, cell inside %v, at the edge %v of %v", lat, lng, cell, c.Resolution, in, inside, edge, f.Shape)
			}
		}
	}
}
