package h3

import "math"

// This file finds a cell as H3 v4.5.0 does (vec3d.h, faceijk.c, coordijk.h),
// rounding wherever it rounds and in the same order: the place of every
// operation below is part of the result. The float64 conversions around
// products keep the compiler from fusing them with a sum.

// Constants as they are written there (constants.h, faceijk.c).
const (
	twoPi  = 6.28318530717958647692528676655900576839433
	turn   = 0.333473172251832115336090755351601070065900389 // asin(sqrt(3/28))
	sqrt7  = 2.6457513110645905905016157536392604257102
	rsin60 = 1.1547005383792515290182975610039149112953
	tiny   = 0.0000000000000001
)

// exact finds the face of a position in radians and the cell on it, its i and
// j made positive by the bias.
func exact(lat, lng float64, resolution int) (face uint8, i, j uint64) {
	face, x, y := exactPlace(lat, lng, resolution)
	di, dj := exactHexagon(x, y)
	bias := grids[resolution].bias
	return face, uint64(di + bias), uint64(dj + bias)
}

// exactPlace gives the face and the place on it, in cells of the resolution,
// x along the i axis.
func exactPlace(lat, lng float64, resolution int) (face uint8, x, y float64) {
	sinLat, cosLat := exactSinCos(lat)
	sinLng, cosLng := exactSinCos(lng)
	v := vec3{cosLng * cosLat, sinLng * cosLat, sinLat}
	face, distance2 := exactFace(v)
	r := exactAcos(1 - float64(distance2*0.5))
	if r < tiny {
		return face, 0, 0
	}
	theta := positive(azimuths[face] - positive(exactAzimuth(&compasses[face], centres[face], v)))
	if resolution%2 == 1 {
		theta = positive(theta - turn)
	}
	r = exactTan(r) * perGnomonic
	for range resolution {
		r *= sqrt7
	}
	sin, cos := exactSinCos(theta)
	return face, r * cos, r * sin
}

func exactFace(v vec3) (face uint8, distance2 float64) {
	distance2 = 5
	for f, c := range centres {
		if d2 := norm2(vec3{c.x - v.x, c.y - v.y, c.z - v.z}); d2 < distance2 {
			face, distance2 = uint8(f), d2
		}
	}
	return face, distance2
}

// directed holds north and east at a face's centre.
type directed struct{ north, east vec3 }

var compasses = newCompasses()

func newCompasses() (all [20]directed) {
	for f, c := range centres {
		all[f].north, all[f].east = compass(c)
	}
	return all
}

func compass(c vec3) (north, east vec3) {
	north = unit(vec3{-c.z * c.x, -c.z * c.y, 1 + float64(-c.z*c.z)})
	return north, vec3{
		float64(north.y*c.z) - float64(north.z*c.y),
		float64(north.z*c.x) - float64(north.x*c.z),
		float64(north.x*c.y) - float64(north.y*c.x),
	}
}

func exactAzimuth(at *directed, c, v vec3) float64 {
	d := -exactDot(v, c)
	to := unit(vec3{v.x + float64(d*c.x), v.y + float64(d*c.y), v.z + float64(d*c.z)})
	return exactAtan2(exactDot(to, at.east), exactDot(to, at.north))
}

func exactDot(v, w vec3) float64 {
	return float64(float64(v.x*w.x)+float64(v.y*w.y)) + float64(v.z*w.z)
}

func norm2(v vec3) float64 { return exactDot(v, v) }

func unit(v vec3) vec3 {
	norm := math.Sqrt(norm2(v))
	if !(norm > 0) {
		return vec3{}
	}
	s := 1 / norm
	return vec3{v.x * s, v.y * s, v.z * s}
}

func positive(angle float64) float64 {
	switch {
	case angle < 0:
		return angle + twoPi
	case angle >= twoPi:
		return angle - twoPi
	}
	return angle
}

// exactHexagon finds i and j of the hexagon around x, y: first in the quadrant
// where both are positive, by the place within the parallelogram between four
// centres, then mirrored.
func exactHexagon(x, y float64) (i, j int) {
	v := math.Abs(y) * rsin60
	u := math.Abs(x) + v/2
	i, j = int(u), int(v)
	u, v = u-float64(i), v-float64(j)
	var right, up bool
	switch {
	case u < 1.0/3:
		up = v >= (1+u)/2
	case u < 0.5:
		up = v >= 1-u
		right = 1-u <= v && v < 2*u
	case u < 2.0/3:
		up = v >= 1-u
		right = !(2*u-1 < v && v < 1-u)
	default:
		up = v >= u/2
		right = true
	}
	if right {
		i++
	}
	if up {
		j++
	}
	if x < 0 {
		i = j - i
	}
	if y < 0 {
		i, j = i-j, -j
	}
	return i, j
}
