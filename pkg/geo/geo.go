// Package geo is the geometry of the globe: distances and H3 cells. It is the
// only package that reaches H3.
package geo

import (
	"fmt"
	"math"

	"github.com/uber/h3-go/v4"

	"github.com/odograph/odograph/pkg/schema"
)

// EarthRadiusM is the mean radius of the Earth in metres (IUGG R1).
const EarthRadiusM = 6_371_008.8

// DistanceM is the great-circle distance between two positions in degrees, in
// metres, by the haversine formula on a sphere: off by up to 0.5 % from the
// ellipsoid.
func DistanceM(lat1, lng1, lat2, lng2 float64) float64 {
	const rad = math.Pi / 180
	sinLat := math.Sin((lat2 - lat1) * rad / 2)
	sinLng := math.Sin((lng2 - lng1) * rad / 2)
	h := sinLat*sinLat + math.Cos(lat1*rad)*math.Cos(lat2*rad)*sinLng*sinLng
	return 2 * EarthRadiusM * math.Asin(min(1, math.Sqrt(h)))
}

// Cell is the H3 cell of a position at a resolution from 0 to 15. A cell of a
// coarser resolution is not its parent: H3 cells do not nest exactly, so each
// resolution is asked for by itself.
func Cell(lat, lng float64, resolution int) (schema.Cell, error) {
	c, err := h3.LatLngToCell(h3.NewLatLng(lat, lng), resolution)
	if err != nil {
		return 0, fmt.Errorf("H3 cell of %v, %v at resolution %d: %w", lat, lng, resolution, err)
	}
	return schema.Cell(c), nil
}
