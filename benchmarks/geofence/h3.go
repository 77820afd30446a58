package main

import (
	"math"
	"math/rand/v2"

	peer "github.com/uber/h3-go/v4"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/h3"
	"github.com/odograph/odograph/pkg/schema"
)

// A held is a fence as an H3 cell keeps it: one that covers the cell, or one whose
// edge may meet it.
type held struct {
	fence *geo.Fence
	clip  *clip // nil when the cell is inside
}

// byCell keeps each fence under the H3 cells of a resolution that gives it some
// hundred: a cell inside answers at once, one at the edge asks its clip. H3's cells
// of two resolutions do not nest, so that each in use costs a cell and a look-up;
// the cell is pkg/h3's, which shares most of the work between resolutions.
type byCell struct {
	resolutions []int
	maps        [16]map[schema.Cell][]held
}

func newByCell(fences []*geo.Fence, clipOf func(*geo.Fence, schema.Cell) *clip) *byCell {
	var x byCell
	for _, f := range fences {
		c, err := f.Cover(resolutionFor(f), 20_000)
		if err != nil {
			panic(err) // made-up fences are not that large
		}
		m := x.maps[c.Resolution]
		if m == nil {
			m = map[schema.Cell][]held{}
			x.maps[c.Resolution] = m
			x.resolutions = append(x.resolutions, c.Resolution)
		}
		for _, cell := range c.Inside {
			m[cell] = append(m[cell], held{fence: f})
		}
		for _, cell := range c.Edge {
			m[cell] = append(m[cell], held{f, clipOf(f, cell)})
		}
	}
	return &x
}

func (x *byCell) at(dst []*geo.Fence, p geo.Point) []*geo.Fence {
	place := h3.At(p.Lat, p.Lng)
	for _, resolution := range x.resolutions {
		for _, h := range x.maps[resolution][schema.Cell(place.Cell(resolution))] {
			if h.clip == nil || h.clip.holds(h.fence, p) {
				dst = append(dst, h.fence)
			}
		}
	}
	return dst
}

// cells asks the whole fence at its edge.
func cells(fences []*geo.Fence) lookup {
	whole := &clip{whole: true}
	return newByCell(fences, func(*geo.Fence, schema.Cell) *clip { return whole }).at
}

// cellsWithEdges asks only the edges that meet the cell.
func cellsWithEdges(fences []*geo.Fence) lookup { return newByCell(fences, clipTo).at }

// threeCells is how long it takes to find a position's cells of three resolutions,
// in ns: the median of some rounds.
func threeCells(rounds int) float64 {
	rng := rand.New(rand.NewPCG(5, 3))
	at := make([]geo.Point, 50_000)
	for i := range at {
		at[i] = place(rng)
	}
	took := make([]float64, 0, rounds)
	for range rounds {
		start, none := cpu(), 0
		for _, p := range at {
			q := h3.At(p.Lat, p.Lng)
			if q.Cell(9) == 0 || q.Cell(10) == 0 || q.Cell(11) == 0 {
				none++
			}
		}
		took = append(took, float64((cpu()-start).Nanoseconds())/float64(len(at)))
		if none > 0 {
			panic("a position without a cell")
		}
	}
	return median(took)
}

// resolutionFor is that of which some 30 to 200 cells make the fence's area.
func resolutionFor(f *geo.Fence) int {
	const resolution0M2 = 4.36e12
	area := math.Pi * f.RadiusM() * f.RadiusM()
	return max(5, min(12, int(math.Floor(math.Log(200*resolution0M2/area)/math.Log(7)))))
}

// A clip is what of a polygon meets a cell: the edges that do, and the cell's
// centre.
type clip struct {
	edges  [][2]geo.Point
	centre geo.Point
	in     bool // the centre is
	whole  bool // has no edges, asks the fence
}

// clipTo keeps the edges that may meet a rectangle around the cell. It knows only
// made-up polygons, of one ring and far from the 180th meridian and the poles.
func clipTo(f *geo.Fence, cell schema.Cell) *clip {
	if f.Shape.Kind != geo.Polygon {
		return &clip{whole: true}
	}
	corners, err := peer.Cell(cell).Boundary()
	if err != nil {
		panic(err) // a cell of a cover is one
	}
	low, high := corners[0], corners[0]
	for _, p := range corners {
		low = peer.LatLng{Lat: min(low.Lat, p.Lat), Lng: min(low.Lng, p.Lng)}
		high = peer.LatLng{Lat: max(high.Lat, p.Lat), Lng: max(high.Lng, p.Lng)}
	}
	const bulge = 1e-5 // of a cell's edge, a great circle, in degrees
	var c clip
	ring := f.Shape.Polygons[0][0]
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if max(a.Lat, b.Lat) >= low.Lat-bulge && min(a.Lat, b.Lat) <= high.Lat+bulge &&
			max(a.Lng, b.Lng) >= low.Lng-bulge && min(a.Lng, b.Lng) <= high.Lng+bulge {
			c.edges = append(c.edges, [2]geo.Point{a, b})
		}
	}
	c.centre = geo.Point{Lat: (low.Lat + high.Lat) / 2, Lng: (low.Lng + high.Lng) / 2}
	c.in = f.Contains(c.centre.Lat, c.centre.Lng)
	return &c
}

// holds walks from the centre to a position in the cell and changes sides at every
// edge it crosses; where rounding could decide, the fence does.
func (c *clip) holds(f *geo.Fence, p geo.Point) bool {
	if c.whole {
		return f.Contains(p.Lat, p.Lng)
	}
	in := c.in
	for i := range c.edges {
		a, b := c.edges[i][0], c.edges[i][1]
		from, to := side(a, b, c.centre), side(a, b, p)
		left, right := side(c.centre, p, a), side(c.centre, p, b)
		const rounding = 1e-14
		if min(math.Abs(from), math.Abs(to), math.Abs(left), math.Abs(right)) < rounding {
			return f.Contains(p.Lat, p.Lng)
		}
		if (from > 0) != (to > 0) && (left > 0) != (right > 0) {
			in = !in
		}
	}
	return in
}

func side(a, b, p geo.Point) float64 {
	return (b.Lng-a.Lng)*(p.Lat-a.Lat) - (b.Lat-a.Lat)*(p.Lng-a.Lng)
}
