package h3_test

import (
	"math"
	"math/rand/v2"
	"testing"

	ref "github.com/uber/h3-go/v4"

	"github.com/odograph/odograph/pkg/h3"
)

func want(t *testing.T, lat, lng float64, res int) uint64 {
	c, err := ref.LatLngToCell(ref.NewLatLng(lat, lng), res)
	if err != nil {
		t.Fatal(err)
	}
	return uint64(c)
}

func TestRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	bad := 0
	for n := range 1_000_000 {
		lat := math.Asin(2*r.Float64()-1) * 180 / math.Pi
		lng := r.Float64()*360 - 180
		res := n % 16
		if got, w := h3.Cell(lat, lng, res), want(t, lat, lng, res); got != w {
			if bad++; bad < 20 {
				t.Errorf("%v %v res %d: got %x want %x", lat, lng, res, got, w)
			}
		}
	}
	t.Log("bad", bad)
}
