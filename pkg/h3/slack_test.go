package h3

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestSlack measures how far the coordinates are off from those of the C
// library's formulas, on the globe and from 10 micrometres to 64 km around the
// faces' centres, and demands ten times as much slack.
func TestSlack(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	worst, worstNear := 0.0, 0.0
	for n := range 60_000 {
		lat, lng := math.Asin(2*r.Float64()-1)/degree, 360*r.Float64()-180
		if n%3 == 0 {
			away, c := math.Pow(10, -10+10*r.Float64()), centres[r.IntN(20)]
			lat, lng = math.Asin(c.z)/degree+away*r.Float64(), math.Atan2(c.y, c.x)/degree+away
		}
		p := At(lat, lng)
		if math.IsInf(p.slack, 1) {
			continue
		}
		off := p.off(t, n/3%(MaxResolution+1))
		if p.slack == slack {
			worst = max(worst, off)
		} else {
			worstNear = max(worstNear, off)
		}
	}
	t.Logf("coordinates are off by up to %.3f of the slack, near a face's centre %.3f", worst, worstNear)
	if worst > 0.1 || worstNear > 0.1 {
		t.Error("too little slack")
	}
}

// off is how far the coordinates are off, in parts of what is allowed for.
func (p *Point) off(t *testing.T, resolution int) float64 {
	t.Helper()
	face, x, y := exactPlace(p.lat, p.lng, resolution)
	if face != p.face {
		t.Fatalf("%v, %v: on face %d, want %d", p.lat, p.lng, p.face, face)
	}
	g := &grids[resolution]
	a, b := p.axes(g)
	j := y * rsin60
	i := x + j/2
	da, db := a-(2*i-j), b-(2*j-i)
	return max(math.Abs(da), math.Abs(db), math.Abs(da+db)) / (p.slack * g.noise)
}

// TestExactIsRare counts the positions that take the exact way.
func TestExactIsRare(t *testing.T) {
	const positions = 200_000
	r := rand.New(rand.NewPCG(5, 6))
	var slow [MaxResolution + 1]int
	for range positions {
		p := At(math.Asin(2*r.Float64()-1)/degree, 360*r.Float64()-180)
		for res := range slow {
			if _, _, ok := p.hexagon(&grids[res]); !ok {
				slow[res]++
			}
		}
	}
	t.Logf("of %d positions took the exact way, by resolution: %d", positions, slow)
	if slow[15] > positions/1000 || slow[9] > 20 {
		t.Error("too often")
	}
}

// TestFaceMap holds the map against the centres.
func TestFaceMap(t *testing.T) {
	for lat := range 181 {
		for lng := range 721 {
			midLat, midLng := min(lat/5*5+2-90, 90), lng/5*5+2-360
			sinLat, cosLat := sinCos(midLat, float64(midLat))
			sinLng, cosLng := math.Sincos(float64(midLng) * degree)
			if got, want := guess(lat, lng), nearest(vec3{cosLng * cosLat, sinLng * cosLat, sinLat}); got != want {
				t.Fatalf("field %d, %d: face %d, want %d", lat, lng, got, want)
			}
		}
	}
}

func BenchmarkExact(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		exact(0.7, -1.6, 9)
	}
}
