package trip

import (
	"math"

	"github.com/odograph/odograph/pkg/geo"
)

// flatE6 is how far apart, 1e-6 degree, two places may be for the flat formula:
// there it is within 0.01 % of the great circle below 70° of latitude.
const flatE6 = 200_000

const metresPerE6 = geo.EarthRadiusM * math.Pi / 180 / 1e6

// distanceM is the distance between two places in metres. Nearly all that are
// asked for are near each other, where a plane is as good and much cheaper.
func distanceM(a, b place) float64 {
	if a == b {
		return 0
	}
	dLat, dLng := float64(int64(b.lat)-int64(a.lat)), float64(int64(b.lng)-int64(a.lng))
	if math.Abs(dLat) > flatE6 || math.Abs(dLng) > flatE6 {
		return geo.DistanceM(float64(a.lat)/1e6, float64(a.lng)/1e6, float64(b.lat)/1e6, float64(b.lng)/1e6)
	}
	mid := (float64(a.lat) + float64(b.lat)) / 2
	dLng *= math.Cos(mid * (math.Pi / 180e6))
	return metresPerE6 * math.Sqrt(dLat*dLat+dLng*dLng)
}

func mm(metres float64) int64 { return int64(math.Round(metres * 1000)) }

// seconds is how long a distance takes at a speed.
func seconds(metres, kmh float64) int64 { return int64(metres * 3.6 / kmh) }

// mean moves a place towards b so that it is the mean of n positions, b the
// newest.
func (a place) mean(b place, n int64) place {
	shift := func(a, b int32) int32 {
		d := int64(b) - int64(a)
		if d > 180_000_000 || d < -180_000_000 {
			return a // the antimeridian lies between them
		}
		return a + int32(d/n)
	}
	return place{shift(a.lat, b.lat), shift(a.lng, b.lng)}
}
