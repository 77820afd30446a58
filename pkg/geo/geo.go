// Package geo is the geometry of the globe: distances and H3 cells.
package geo

import (
	"fmt"
	"math"

	"github.com/odograph/odograph/pkg/h3"
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
// resolution is asked for by itself. Who wants several of one position takes
// [h3.At].
func Cell(lat, lng float64, resolution int) (schema.Cell, error) {
	c := h3.Cell(lat, lng, resolution)
	if c == 0 {
		return 0, fmt.Errorf("no H3 cell of %v, %v at resolution %d", lat, lng, resolution)
	}
	return schema.Cell(c), nil
}
