package geo_test

import (
	"math"
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
