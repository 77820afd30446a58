package h3_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/h3"
)

// BenchmarkCell times ours on positions all over the globe, where no branch is
// foreseen.
func BenchmarkCell(b *testing.B) {
	pos := globe(1 << 12)
	for _, res := range []int{0, 9, 15} {
		b.Run(fmt.Sprintf("res=%d", res), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				p := pos[i&(1<<12-1)]
				sink += h3.Cell(p[0], p[1], res)
			}
		})
	}
}

// BenchmarkThreeCells is what the enricher asks for each fix.
func BenchmarkThreeCells(b *testing.B) {
	pos := globe(1 << 12)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := h3.At(pos[i&(1<<12-1)][0], pos[i&(1<<12-1)][1])
		sink += p.Cell(7) + p.Cell(9) + p.Cell(11)
	}
}

// BenchmarkAgainstC takes turns with the C library in short rounds, so that
// both see the same machine, and reports the medians and their ratio: all over
// the globe at each resolution, and within one town.
func BenchmarkAgainstC(b *testing.B) {
	all := globe(1 << 12)
	for res := range h3.MaxResolution + 1 {
		b.Run(fmt.Sprintf("globe/res=%d", res), func(b *testing.B) { againstC(b, all, res) })
	}
	b.Run("town/res=9", func(b *testing.B) { againstC(b, town(1<<12), 9) })
}

func againstC(b *testing.B, pos [][2]float64, res int) {
	var ours, theirs []float64
	for i := 0; b.Loop(); i++ {
		round := pos[i%16*256:][:256]
		ours = append(ours, perCell(round, func(lat, lng float64) { sink += h3.Cell(lat, lng, res) }))
		theirs = append(theirs, perCell(round, func(lat, lng float64) { sink += fromC(lat, lng, res) }))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(ours), "ns/cell")
	b.ReportMetric(median(theirs), "c-ns/cell")
	b.ReportMetric(median(theirs)/median(ours), "ratio")
}

var sink uint64

func perCell(pos [][2]float64, cell func(lat, lng float64)) float64 {
	start := time.Now()
	for _, p := range pos {
		cell(p[0], p[1])
	}
	return float64(time.Since(start).Nanoseconds()) / float64(len(pos))
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

func globe(n int) [][2]float64 {
	r := rand.New(rand.NewPCG(3, 4))
	all := make([][2]float64, n)
	for i := range all {
		all[i] = onGlobe(r)
	}
	return all
}

func onGlobe(r *rand.Rand) [2]float64 {
	return [2]float64{math.Asin(2*r.Float64()-1) * 180 / math.Pi, r.Float64()*360 - 180}
}

func town(n int) [][2]float64 {
	r := rand.New(rand.NewPCG(3, 4))
	all := make([][2]float64, n)
	for i := range all {
		all[i] = [2]float64{41.15 + 0.2*r.Float64(), -96.1 + 0.3*r.Float64()}
	}
	return all
}
