package h3_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	ref "github.com/uber/h3-go/v4"

	"github.com/odograph/odograph/pkg/h3"
)

func positions(n int) [][2]float64 {
	r := rand.New(rand.NewPCG(3, 4))
	all := make([][2]float64, n)
	for i := range all {
		all[i] = [2]float64{math.Asin(2*r.Float64()-1) * 180 / math.Pi, r.Float64()*360 - 180}
	}
	return all
}

var sink uint64

func BenchmarkCell(b *testing.B) {
	pos := positions(1 << 12)
	for res := range 16 {
		b.Run(fmt.Sprintf("res=%d/go", res), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				p := pos[i&(1<<12-1)]
				sink += h3.Cell(p[0], p[1], res)
			}
		})
		b.Run(fmt.Sprintf("res=%d/c", res), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				p := pos[i&(1<<12-1)]
				c, _ := ref.LatLngToCell(ref.NewLatLng(p[0], p[1]), res)
				sink += uint64(c)
			}
		})
	}
}

func BenchmarkThree(b *testing.B) {
	pos := positions(1 << 12)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := h3.At(pos[i&(1<<12-1)][0], pos[i&(1<<12-1)][1])
		sink += p.Cell(7) + p.Cell(9) + p.Cell(11)
	}
}
