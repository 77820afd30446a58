// Package h3 finds the H3 cell of a position: the geometry of [H3] version 4
// in plain Go, without cgo and without allocation, and with the same answer as
// the C library, to the last bit.
//
// A position is projected from the centre of the Earth onto the plane of its
// icosahedron face (gnomonic). There the cells of a resolution are a regular
// hexagon grid, the one of each finer resolution 7 times as dense and turned
// by asin(sqrt(3/28)). The C library takes the angle to the face's centre and
// the azimuth and comes back with sine and cosine; on the plane all of that is
// a ratio of dot products, so that nothing but the sine and cosine of latitude
// and longitude is left.
//
// The two ways round differently, and would answer differently within about
// 1e-14 of the Earth's radius of a border between cells. A Point therefore
// knows how far its coordinates can be off from the C library's (slack), and
// where a border is closer than that, the cell is found once more in the C
// library's own sequence of operations with correctly rounded functions
// (exact.go): for one position in 120,000 at resolution 15 and in 40 million at
// resolution 9, at 3 us each.
//
// What remains is the last bit of the C library's sine, cosine, tangent, arc
// cosine and arc tangent, which the C runtime rounds wrongly for 1 to 3 of
// 1,000 arguments, each its own ones: the C library does not agree with itself
// on another machine there. It shows on 1 of 2,000 positions that are put on a
// border deliberately (TestOnBorders), and by chance on about 1 of 10^11 at
// resolution 15.
//
// [H3]: https://h3geo.org/docs/core-library/latLngToCellDesc
package h3

import "math"

// MaxResolution is the finest resolution; 0 is the coarsest.
const MaxResolution = 15

// Point is a position on the face of the icosahedron it belongs to. Cells of
// one position at several resolutions share the work of finding it.
type Point struct {
	// Coordinates on the plane of the face in the unit of resolution 0:
	// a = 2i - j and b = 2j - i, where i and j count cells along the axes, which
	// are 120 degrees apart. In them the neighbours' borders are at whole numbers.
	a, b float64
	// slack is how far a and b can be off from what the C library has there.
	slack    float64
	lat, lng float64 // radians
	face     uint8   // noFace where there is no such position
}

const noFace = 0xff

// At finds a position in degrees. Like the C library it takes any finite
// latitude and longitude for an angle; longitudes from -360 to 360 are fast.
func At(lat, lng float64) (p Point) {
	p.find(lat, lng)
	return p
}

func (p *Point) find(lat, lng float64) {
	p.lat, p.lng, p.slack = lat*degree, lng*degree, math.Inf(1)
	if !(math.Abs(lat) <= 90 && math.Abs(lng) <= 360) {
		if !finite(lat) || !finite(lng) {
			p.face = noFace
		}
		return
	}
	latDeg, lngDeg := int(lat+90.5), int(lng+360.5)
	sinLat, cosLat := sinCos(latDeg-90, lat)
	sinLng, cosLng := sinCos(lngDeg-360, lng)
	p.project(vec3{cosLng * cosLat, sinLng * cosLat, sinLat}, guess(latDeg, lngDeg))
}

func finite(x float64) bool { return x-x == 0 }

// Cell is the cell of a position in degrees at a resolution from 0 to 15. It
// is 0, which is no cell, for what is not a finite number and for other
// resolutions.
func Cell(lat, lng float64, resolution int) uint64 {
	var p Point
	p.find(lat, lng)
	return p.Cell(resolution)
}

// Cell is the cell of the point at a resolution from 0 to 15, else 0. A cell
// of a coarser resolution is not the parent of the finer one: H3 cells do not
// nest exactly.
func (p *Point) Cell(resolution int) uint64 {
	if uint(resolution) > MaxResolution || p.face == noFace {
		return 0
	}
	if i, j, ok := p.hexagon(&grids[resolution]); ok {
		return index(p.face, resolution, i, j)
	}
	face, i, j := exact(p.lat, p.lng, resolution)
	return index(face, resolution, i, j)
}
