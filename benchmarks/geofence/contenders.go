package main

import (
	"time"

	"github.com/tidwall/rtree"

	"github.com/odograph/odograph/pkg/geo"
)

// A contender answers which fences contain a position.
type contender struct {
	name  string
	build func([]*geo.Fence) lookup
	most  int // positions a round, for those that are slow
	// round answers positions its own way and says what processor time that took.
	round func([]geo.Point) time.Duration
}

type lookup func(dst []*geo.Fence, p geo.Point) []*geo.Fence

var contenders = []contender{
	{name: "ours", build: ours, most: 1 << 20},
	{name: "R-tree, then exact", build: boxes, most: 1 << 20},
	{name: "H3 cells, then exact", build: cells, most: 1 << 20},
	{name: "H3 cells with their own edges", build: cellsWithEdges, most: 1 << 20},
	{name: "brute force", build: everyFence, most: 500},
}

func ours(fences []*geo.Fence) lookup {
	x := geo.NewIndex(fences...)
	return func(dst []*geo.Fence, p geo.Point) []*geo.Fence { return x.At(dst, p.Lat, p.Lng) }
}

func everyFence(fences []*geo.Fence) lookup {
	return func(dst []*geo.Fence, p geo.Point) []*geo.Fence {
		for _, f := range fences {
			if f.Contains(p.Lat, p.Lng) {
				dst = append(dst, f)
			}
		}
		return dst
	}
}

func boxes(fences []*geo.Fence) lookup {
	var t rtree.RTreeG[*geo.Fence]
	for _, f := range fences {
		south, west, north, east := f.Bounds()
		t.Insert([2]float64{west, south}, [2]float64{east, north}, f)
	}
	return func(dst []*geo.Fence, p geo.Point) []*geo.Fence {
		at := [2]float64{p.Lng, p.Lat}
		t.Search(at, at, func(_, _ [2]float64, f *geo.Fence) bool {
			if f.Contains(p.Lat, p.Lng) {
				dst = append(dst, f)
			}
			return true
		})
		return dst
	}
}
