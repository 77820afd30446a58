package geo

import (
	"fmt"
	"slices"
)

// Repaired is a shape made fit where that leaves no doubt what was meant, and what
// was done to it: open rings are closed, rings of fewer than three different points
// left out, latitude and longitude changed over where only that gives positions.
// Rings that cross themselves are kept; their inside is even-odd.
func Repaired(s Shape) (out Shape, done []string) {
	out = s
	if s.Kind != Polygon {
		return out, nil
	}
	out.Polygons = nil
	note := func(format string, args ...any) { done = append(done, fmt.Sprintf(format, args...)) }
	for i, polygon := range s.Polygons {
		var rings [][]Point
		for r, ring := range polygon {
			ring = slices.Clone(ring)
			if slices.ContainsFunc(ring, func(p Point) bool { return p.Lat > 90 || p.Lat < -90 }) && swapped(ring) {
				for v := range ring {
					ring[v].Lat, ring[v].Lng = ring[v].Lng, ring[v].Lat
				}
				note("polygon %d, ring %d: latitude and longitude changed over", i, r)
			}
			if len(ring) > 2 && !alike(ring[0], ring[len(ring)-1]) {
				ring = append(ring, ring[0])
				note("polygon %d, ring %d: closed", i, r)
			}
			if compact := slices.Compact(slices.Clone(ring)); len(compact) < 4 {
				note("polygon %d, ring %d: left out, it has fewer than three points", i, r)
				if r == 0 {
					break
				}
				continue
			}
			rings = append(rings, ring)
		}
		if len(rings) > 0 {
			out.Polygons = append(out.Polygons, rings)
			if how := crossing(rings); how != "" {
				note("polygon %d: an edge %s another; taken even-odd", i, how)
			}
		}
	}
	return out, done
}

// crossing says how edges of rings meet that should not. Of positions that are none
// Check tells.
func crossing(rings [][]Point) (how string) {
	c := &checker{}
	for _, ring := range rings {
		if !c.points(-1, -1, ring) {
			return ""
		}
	}
	_, _, how = selfCrossing(flatRings(rings))
	return how
}
