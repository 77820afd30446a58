package h3_test

import (
	"math"
	"math/rand/v2"
	"testing"

	ref "github.com/uber/h3-go/v4"

	"github.com/odograph/odograph/pkg/h3"
)

func TestScratchBorders(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, kind := range []string{"vertex", "edge", "facecentre", "faceedge", "icosavertex"} {
		n, bad, bad1 := 0, 0, 0
		for range 20000 {
			lat := math.Asin(2*r.Float64()-1) * 180 / math.Pi
			lng := r.Float64()*360 - 180
			res := r.IntN(16)
			var pts []ref.LatLng
			switch kind {
			case "vertex", "edge":
				c, _ := ref.LatLngToCell(ref.NewLatLng(lat, lng), res)
				b, _ := c.Boundary()
				for i, p := range b {
					if kind == "vertex" {
						pts = append(pts, p)
					} else {
						q := b[(i+1)%len(b)]
						f := r.Float64()
						pts = append(pts, slerp(p, q, f))
					}
				}
			case "facecentre":
				c := faces[r.IntN(20)]
				d := math.Pow(10, -17+18*r.Float64())
				az := r.Float64() * 2 * math.Pi
				pts = append(pts, ref.NewLatLng(c[0]+d*math.Cos(az), c[1]+d*math.Sin(az)/math.Cos(c[0]*math.Pi/180)))
			}
			for _, p := range pts {
				for range 3 {
					n++
					w, _ := ref.LatLngToCell(p, res)
					if got := h3.Cell(p.Lat, p.Lng, res); got != uint64(w) {
						bad++
						if bad1 < 3 {
							bad1++
							t.Logf("%s %v res %d: %x want %x", kind, p, res, got, uint64(w))
						}
					}
					p.Lat = math.Nextafter(p.Lat, 100)
				}
			}
		}
		t.Logf("%s: %d of %d differ", kind, bad, n)
	}
}

func slerp(p, q ref.LatLng, f float64) ref.LatLng {
	v := func(p ref.LatLng) [3]float64 {
		la, ln := p.Lat*math.Pi/180, p.Lng*math.Pi/180
		return [3]float64{math.Cos(la) * math.Cos(ln), math.Cos(la) * math.Sin(ln), math.Sin(la)}
	}
	a, b := v(p), v(q)
	var m [3]float64
	for i := range m {
		m[i] = a[i]*(1-f) + b[i]*f
	}
	return ref.NewLatLng(math.Atan2(m[2], math.Hypot(m[0], m[1]))*180/math.Pi, math.Atan2(m[1], m[0])*180/math.Pi)
}

var faces = func() (out [20][2]float64) {
	for f, c := range h3.Centres() {
		out[f] = [2]float64{math.Asin(c[2]) * 180 / math.Pi, math.Atan2(c[1], c[0]) * 180 / math.Pi}
	}
	return
}()
