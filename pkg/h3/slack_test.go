package h3

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestScratchSlack(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	worst, slow, n := [16]float64{}, [16]int{}, [16]int{}
	worstNear := 0.0
	for k := range 2_000_000 {
		lat := math.Asin(2*r.Float64()-1) / degree
		lng := r.Float64()*360 - 180
		res := k % 16
		if k%8 > 5 {
			c := centres[r.IntN(20)]
			d := math.Pow(10, -9+10*r.Float64())
			az := r.Float64() * 2 * math.Pi
			lat = math.Asin(c.z)/degree + d*math.Cos(az)
			lng = math.Atan2(c.y, c.x)/degree + d*math.Sin(az)/math.Sqrt(1-c.z*c.z)
		}
		p := At(lat, lng)
		g := &grids[res]
		if k%8 <= 5 {
			n[res]++
			if _, _, ok := p.hexagon(g); !ok {
				slow[res]++
			}
		}
		if math.IsInf(p.slack, 0) { continue }
		if k > 400000 { continue }
		f, x, y := exactPlace(p.lat, p.lng, res)
		if f != p.face {
			t.Fatal(lat, lng, f, p.face)
		}
		a, b := p.a*g.scale, p.b*g.scale
		if g.odd != 0 {
			a, b = 3*a+b, 2*b-a
		}
		v := y * rsin60
		u := x + v/2 // i, j
		ea, eb := a-(2*u-v), b-(2*v-u)
		e := max(math.Abs(ea), math.Abs(eb), math.Abs(ea+eb)) / (p.slack * g.noise)
		if p.slack > slack {
			worstNear = max(worstNear, e)
		} else {
			worst[res] = max(worst[res], e)
		}
	}
	t.Log(worst, worstNear)
	t.Log(slow, n)
}
