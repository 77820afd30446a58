package geo_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/odograph/odograph/pkg/geo"
)

// TestRepairOfNoPositions: what is no position is for Check to name.
func TestRepairOfNoPositions(t *testing.T) {
	for _, lng := range []float64{1e18, -1e300} {
		s, _ := geo.Repaired(geo.PolygonOf([]geo.Point{{Lat: 1, Lng: lng}, {Lat: 2, Lng: 2}, {Lat: 1, Lng: 3}, {Lat: 1, Lng: lng}}))
		require.Error(t, s.Check("x"))
	}
}

// TestUntangled: what is made of rings that cross has no crossings and holds the
// same, even-odd.
func TestUntangled(t *testing.T) {
	untangled := 0
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var rings [][]geo.Point
		for range 1 + rng.IntN(3) {
			var ring []geo.Point
			for range 3 + rng.IntN(8) {
				p := geo.Point{Lat: 50 + float64(rng.IntN(40))/1000, Lng: 10 + float64(rng.IntN(40))/1000} // many lie on each other
				if rng.IntN(2) == 0 {
					p.Lat += rng.Float64() / 100
				}
				ring = append(ring, p)
			}
			rings = append(rings, append(ring, ring[0]))
		}
		s := geo.PolygonOf(rings...)
		got, done := geo.Untangled(s)
		if len(done) == 0 {
			return
		}
		untangled++
		require.NoError(t, got.Check("untangled"), "%v of %v", got.Polygons, s.Polygons)
		was, now := geo.NewFenceUnchecked("was", s), geo.NewFenceUnchecked("now", got)
		for range 300 {
			lat, lng := 50+rng.Float64()*0.05, 10+rng.Float64()*0.04
			if was.Contains(lat, lng) != now.Contains(lat, lng) && was.DistanceToEdgeM(lat, lng) > 0.01 {
				t.Fatalf("%v, %v: %v of %v, made of %v", lat, lng, now.Contains(lat, lng), got.Polygons, s.Polygons)
			}
		}
	})
	require.Greater(t, untangled, 50, "of 100")
	bow, done := geo.Untangled(geo.PolygonOf([]geo.Point{{Lat: 52.5, Lng: 13.3}, {Lat: 52.51, Lng: 13.31}, {Lat: 52.5, Lng: 13.31}, {Lat: 52.51, Lng: 13.3}, {Lat: 52.5, Lng: 13.3}}))
	require.Len(t, bow.Polygons, 2)
	require.Len(t, done, 1)
	require.NoError(t, bow.Check("bow"))
	across, _ := geo.Untangled(geo.PolygonOf([]geo.Point{{Lat: 1, Lng: 179.9}, {Lat: 2, Lng: -179.9}, {Lat: 1, Lng: -179.9}, {Lat: 2, Lng: 179.9}, {Lat: 1, Lng: 179.9}}))
	require.NoError(t, across.Check("across"))
	require.True(t, geo.NewFenceUnchecked("a", across).Contains(1.5, -179.95))
	require.False(t, geo.NewFenceUnchecked("a", across).Contains(1.1, 179.99))
}
