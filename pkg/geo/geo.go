// Package geo is the geometry of the globe: distances, fences and the H3 cells that
// they cover.
package geo

import "math"

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
