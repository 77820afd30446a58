package main

import (
	"math"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// cells keeps each fence under the H3 cells of a resolution that gives it some
// hundred: a cell inside answers at once, one at the edge asks the fence. Cells of
// two resolutions do not nest, so that each in use costs a cell and a look-up.
func cells(fences []*geo.Fence) lookup {
	type entry struct {
		fence  *geo.Fence
		inside bool
	}
	var byResolution [16]map[schema.Cell][]entry
	for _, f := range fences {
		c, err := f.Cover(resolutionFor(f), 20_000)
		if err != nil {
			panic(err) // made-up fences are not that large
		}
		m := byResolution[c.Resolution]
		if m == nil {
			m = map[schema.Cell][]entry{}
			byResolution[c.Resolution] = m
		}
		for _, cell := range c.Inside {
			m[cell] = append(m[cell], entry{f, true})
		}
		for _, cell := range c.Edge {
			m[cell] = append(m[cell], entry{f, false})
		}
	}
	return func(dst []*geo.Fence, p geo.Point) []*geo.Fence {
		for resolution, m := range byResolution {
			if m == nil {
				continue
			}
			cell, err := geo.Cell(p.Lat, p.Lng, resolution)
			if err != nil {
				panic(err)
			}
			for _, e := range m[cell] {
				if e.inside || e.fence.Contains(p.Lat, p.Lng) {
					dst = append(dst, e.fence)
				}
			}
		}
		return dst
	}
}

// resolutionFor is that of which some 30 to 200 cells make the fence's area.
func resolutionFor(f *geo.Fence) int {
	const resolution0M2 = 4.36e12
	area := math.Pi * f.RadiusM() * f.RadiusM()
	return max(5, min(12, int(math.Floor(math.Log(200*resolution0M2/area)/math.Log(7)))))
}
