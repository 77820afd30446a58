package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/odograph/odograph/pkg/geo"
)

// A result is what one contender did with one set of fences.
type result struct {
	name        string
	nsPerLookup []float64 // one a round
	buildS      float64
	memoryMB    float64
	answer      lookup
	round       func([]geo.Point) time.Duration
	most        int
}

func (r *result) median() float64 { return median(r.nsPerLookup) }

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

func heapMB() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// compete builds every contender, lets them answer the same positions in turn,
// round by round, and fails unless all give the same answers.
func compete(these []contender, fences []*geo.Fence, at []geo.Point, rounds int) ([]*result, float64, error) {
	all := make([]*result, 0, len(these))
	for _, c := range these {
		before, start := heapMB(), cpu()
		r := &result{name: c.name, answer: c.build(fences), round: c.round, most: min(c.most, len(at))}
		if r.round == nil {
			r.round = r.called
		}
		r.buildS = (cpu() - start).Seconds()
		r.memoryMB = heapMB() - before
		all = append(all, r)
	}
	hits, err := agree(all, at)
	if err != nil {
		return nil, 0, err
	}
	for range rounds {
		for _, r := range all {
			r.nsPerLookup = append(r.nsPerLookup, float64(r.round(at[:r.most]).Nanoseconds())/float64(r.most))
		}
	}
	return all, hits, nil
}

// called asks one position after the other in this thread.
func (r *result) called(at []geo.Point) time.Duration {
	var room []*geo.Fence
	start := cpu()
	for _, p := range at {
		room = r.answer(room[:0], p)
	}
	return cpu() - start
}

// agree compares all answers and returns the mean number of fences at a position.
func agree(all []*result, at []geo.Point) (float64, error) {
	hits := 0
	for i, p := range at {
		var want []string
		for _, r := range all {
			if i >= r.most {
				continue
			}
			got := ids(r.answer(nil, p))
			if want == nil {
				want = got
				hits += len(got)
			} else if !slices.Equal(got, want) {
				return 0, fmt.Errorf("at %v %s says %v, %s says %v", p, all[0].name, want, r.name, got)
			}
		}
	}
	return float64(hits) / float64(len(at)), nil
}

func ids(fences []*geo.Fence) []string {
	out := make([]string, 0, len(fences))
	for _, f := range fences {
		out = append(out, f.ID)
	}
	slices.Sort(out)
	return out
}

// changes is how long it takes to put another fence in the place of one, in ms:
// median and longest of many, while the index grows old.
func changes(fences []*geo.Fence, rng *rand.Rand) (medianMS, longestMS float64, err error) {
	x := geo.NewIndex(fences...)
	var took []float64
	for i := range 200 {
		f, err := geo.NewFence(fences[rng.IntN(len(fences))].ID, shape(i, rng))
		if err != nil {
			return 0, 0, err
		}
		start := cpu()
		x = x.With(f)
		took = append(took, float64((cpu()-start).Microseconds())/1000)
	}
	return median(took), slices.Max(took), nil
}

// A step is what the enricher asks of the index, in ns a question: which fences
// contain a position, and which a way of some 500 m meets.
type step struct{ at, across float64 }

func steps(x *geo.Index, at []geo.Point, rounds int) step {
	var fences []*geo.Fence
	var stays []geo.Crossing
	each := func(ask func(geo.Point)) float64 {
		took := make([]float64, 0, rounds)
		for range rounds {
			start := cpu()
			for _, p := range at {
				ask(p)
			}
			took = append(took, float64((cpu()-start).Nanoseconds())/float64(len(at)))
		}
		return median(took)
	}
	return step{
		each(func(p geo.Point) { fences = x.At(fences[:0], p.Lat, p.Lng) }),
		each(func(p geo.Point) {
			stays = x.Across(stays[:0], p, geo.Point{Lat: p.Lat + 0.003, Lng: p.Lng + 0.005})
		}),
	}
}
