package fencing

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// A Warning is what is probably not meant, though it can be used.
type Warning struct {
	ID, Place, Text string
}

const (
	bouncingRadiusM = 100  // as large as a circle of less
	vastM2          = 1e12 // a million square kilometres
	alikeShare      = 0.9  // of two areas, for them to be one drawn twice
)

// Warnings looks for what is probably not meant.
func (s *Set) Warnings() (out []Warning) {
	for i := range s.Definitions {
		d := &s.Definitions[i]
		for _, text := range d.warnings() {
			out = append(out, Warning{d.Fence.FenceID, d.Place, text})
		}
	}
	out = append(out, s.swapped()...)
	out = append(out, s.twice()...)
	slices.SortStableFunc(out, func(a, b Warning) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func (d *Definition) warnings() (out []string) {
	m := measured(d.Ready)
	if m.radiusM < bouncingRadiusM {
		what := fmt.Sprintf("as small as a circle of %s radius", metres(m.radiusM))
		if m.kind == geo.Corridor {
			what = fmt.Sprintf("reaches %s to each side", metres(m.radiusM))
		}
		out = append(out, what+": a position that is off by some metres may bounce over its edge; 100 m and more are quiet")
	}
	if m.areaM2 > vastM2 {
		out = append(out, fmt.Sprintf("it has %s: is that meant?", area(m.areaM2)))
	}
	if math.Abs(m.lat) < 1 && math.Abs(m.lng) < 1 {
		out = append(out, "it lies around latitude 0, longitude 0, where positions that are none end up")
	}
	odd := slices.DeleteFunc(slices.Clone(d.Fence.IMEIs), func(imei string) bool {
		return len(imei) == 15 && !strings.ContainsFunc(imei, func(r rune) bool { return r < '0' || r > '9' })
	})
	if len(odd) > 0 {
		out = append(out, "imeis are not of 15 digits: "+several(odd))
	}
	return out
}

const (
	farM  = 1_000_000
	nearM = 500_000
)

// swapped finds fences that lie far from the others, and would not with latitude
// and longitude changed over. That both are in range is no proof.
func (s *Set) swapped() (out []Warning) {
	lats, lngs := make([]float64, 0, len(s.Definitions)), make([]float64, 0, len(s.Definitions))
	for i := range s.Definitions {
		m := measured(s.Definitions[i].Ready)
		lats, lngs = append(lats, m.lat), append(lngs, m.lng)
	}
	if len(lats) < 3 {
		return nil
	}
	lat, lng := median(lats), median(lngs)
	for i := range s.Definitions {
		d := &s.Definitions[i]
		if math.Abs(lngs[i]) <= 90 && geo.DistanceM(lat, lng, lats[i], lngs[i]) > farM && geo.DistanceM(lat, lng, lngs[i], lats[i]) < nearM {
			out = append(out, Warning{d.Fence.FenceID, d.Place, fmt.Sprintf("it lies at %.4f, %.4f, far from the others, and would be among them with latitude and longitude changed over: GeoJSON and WKT put longitude first", lats[i], lngs[i])})
		}
	}
	return out
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// twice finds fences that cover the same area for the same devices.
func (s *Set) twice() (out []Warning) {
	all := make([]*geo.Fence, len(s.Definitions))
	number := map[string]int{}
	for i := range s.Definitions {
		d := &s.Definitions[i]
		all[i] = d.Ready
		number[d.Ready.ID] = i
	}
	index := geo.NewIndex(all...)
	var hits []*geo.Fence
	for i := range s.Definitions {
		d := &s.Definitions[i]
		inside := sample(d.Ready, 8)
		if len(inside) == 0 { // too thin to be met by chance
			continue
		}
		hits = index.At(hits[:0], inside[0].Lat, inside[0].Lng)
		for _, hit := range hits {
			j := number[hit.ID]
			if j > i && common(&d.Fence, &s.Definitions[j].Fence) && alike(d.Ready, hit) {
				out = append(out, Warning{d.Fence.FenceID, d.Place, fmt.Sprintf("it covers nearly the same area as %q (%s), also for the same devices: both will tell of the same way", s.Definitions[j].Fence.FenceID, s.Definitions[j].Place)})
			}
		}
	}
	return out
}

// alike says that two shapes share most of what either of them covers.
func alike(a, b *geo.Fence) bool {
	ma, mb := measured(a), measured(b)
	if share := ma.areaM2 / mb.areaM2; share < alikeShare || share > 1/alikeShare {
		return false
	}
	return within(a, b) && within(b, a)
}

func within(a, b *geo.Fence) bool {
	points := sample(a, 24)
	n := 0
	for _, p := range points {
		if b.Contains(p.Lat, p.Lng) {
			n++
		}
	}
	return float64(n) >= math.Sqrt(alikeShare)*float64(len(points))
}

// sample gives those points of a grid of n by n around a fence that are inside.
func sample(f *geo.Fence, n int) (out []geo.Point) {
	south, west, north, east := f.Bounds()
	for i := range n {
		lat := south + (north-south)*(float64(i)+0.5)/float64(n)
		for j := range n {
			lng := west + (east-west)*(float64(j)+0.5)/float64(n)
			if f.Contains(lat, lng) {
				out = append(out, geo.Point{Lat: lat, Lng: lng})
			}
		}
	}
	return out
}

// common says that two fences may be there for one device, as far as that can be
// told without knowing the groups.
func common(a, b *schema.Fence) bool {
	forAll := func(f *schema.Fence) bool { return len(f.IMEIs) == 0 && len(f.Groups) == 0 }
	share := func(x, y []string) bool {
		return slices.ContainsFunc(x, func(v string) bool { return slices.Contains(y, v) })
	}
	return forAll(a) || forAll(b) || share(a.IMEIs, b.IMEIs) || share(a.Groups, b.Groups)
}
