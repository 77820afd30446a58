package geo

import "math"

const (
	radians = math.Pi / 180
	degreeM = EarthRadiusM * radians // a degree of latitude in metres
)

// circleBox is the box around a circle: the whole globe's width when it holds a pole.
func circleBox(c Point, radiusM float64) box {
	reach := radiusM / degreeM * (1 + 1e-9)
	b := box{-180, max(-90, c.Lat-reach), 180, min(90, c.Lat+reach)}
	if b.south == -90 || b.north == 90 {
		return b
	}
	// The meridians that touch the circle: sin(dlng) = sin(reach) / cos(lat).
	if s := math.Sin(reach*radians) / math.Cos(c.Lat*radians); s < 1 {
		d := math.Asin(s)/radians + 1e-9
		b.west, b.east = c.Lng-d, c.Lng+d
	}
	return b
}

// circleReach bounds the distance from a point to the positions of a box from
// below and above, in metres, rounding allowed for.
func circleReach(c Point, b box) (nearest, farthest float64) {
	gapLow, gapHigh := lngGaps(c.Lng, b)
	nearest = onMeridian(c.Lat, gapLow, b, math.Inf(1), math.Min)
	farthest = onMeridian(c.Lat, gapHigh, b, 0, math.Max)
	const rounding = 1e-4 // metres; DistanceM is better at less than a quarter of the globe
	return nearest - rounding, farthest + rounding
}

// lngGaps is the least and the greatest difference in longitude, 0 to 180, from a
// meridian to those of a box.
func lngGaps(lng float64, b box) (least, greatest float64) {
	half := (b.east - b.west) / 2
	middle := math.Abs(math.Remainder((b.west+b.east)/2-lng, 360))
	return max(0, middle-half), min(180, middle+half)
}

// onMeridian is the least or greatest distance from a latitude to the stretch of a
// meridian, gap degrees of longitude away, between a box's south and north: at the
// ends or where a great circle meets the meridian at right angles.
func onMeridian(lat, gap float64, b box, start float64, pick func(a, b float64) float64) float64 {
	d := pick(start, DistanceM(lat, 0, b.south, gap))
	d = pick(d, DistanceM(lat, 0, b.north, gap))
	sin, cos := math.Sincos(lat * radians)
	foot := math.Atan2(sin, cos*math.Cos(gap*radians)) / radians
	for _, at := range [...]float64{foot, foot - 180, foot + 180} {
		if b.south < at && at < b.north {
			d = pick(d, DistanceM(lat, 0, at, gap))
		}
	}
	return d
}
