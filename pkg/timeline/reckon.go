package timeline

// Positions are predicted in whole numbers, so that every platform predicts the
// same.

const (
	maxReckonSpeed = 20_000 // 0.1 km/h; faster is reckoned as if it were this
	lngTurnE6      = 360_000_000

	// reckonScale is what 0.1 km/h makes in 1 s of 1e-6 degree of a great circle
	// (0.111195 m on the sphere of radius 6,371,008.8 m), divided by Simpson's 6:
	// 1/(36 * 6 * 0.111195) * 2^20.
	reckonScale = 43_657
	reckonShift = 20
	sineShift   = 15
)

// quarterSine is 2^15 times the sine of 0 to 90 degrees in steps of half a one.
var quarterSine = [181]int32{
	0, 286, 572, 858, 1144, 1429, 1715, 2000, 2286, 2571, 2856, 3141, 3425, 3709, 3993,
	4277, 4560, 4843, 5126, 5408, 5690, 5971, 6252, 6533, 6813, 7092, 7371, 7650, 7927, 8204,
	8481, 8757, 9032, 9307, 9580, 9854, 10126, 10397, 10668, 10938, 11207, 11476, 11743, 12010, 12275,
	12540, 12803, 13066, 13328, 13589, 13848, 14107, 14365, 14621, 14876, 15131, 15384, 15636, 15886, 16136,
	16384, 16631, 16877, 17121, 17364, 17606, 17847, 18086, 18324, 18560, 18795, 19028, 19261, 19491, 19720,
	19948, 20174, 20399, 20622, 20843, 21063, 21281, 21498, 21713, 21926, 22138, 22348, 22556, 22763, 22967,
	23170, 23372, 23571, 23769, 23965, 24159, 24351, 24542, 24730, 24917, 25102, 25285, 25466, 25645, 25822,
	25997, 26170, 26341, 26510, 26677, 26842, 27005, 27166, 27325, 27482, 27636, 27789, 27939, 28088, 28234,
	28378, 28520, 28660, 28797, 28932, 29066, 29197, 29325, 29452, 29576, 29698, 29818, 29935, 30050, 30163,
	30274, 30382, 30488, 30592, 30693, 30792, 30888, 30983, 31075, 31164, 31251, 31336, 31419, 31499, 31576,
	31651, 31724, 31795, 31863, 31928, 31991, 32052, 32110, 32166, 32219, 32270, 32319, 32365, 32408, 32449,
	32488, 32524, 32557, 32588, 32617, 32643, 32667, 32688, 32707, 32723, 32737, 32748, 32757, 32763, 32767,
	32768,
}

// sines are 2^15 times the sine of 0 to 450 degrees in steps of half a one; the
// cosine of an angle is that of a quarter more.
var sines = func() (all [720 + 181]int32) {
	for i := range all {
		switch at := i % 720; {
		case at <= 180:
			all[i] = quarterSine[at]
		case at <= 360:
			all[i] = quarterSine[360-at]
		case at <= 540:
			all[i] = -quarterSine[at-360]
		default:
			all[i] = -quarterSine[720-at]
		}
	}
	return all
}()

// cosineOfLat is 2^15 times the cosine of a latitude, at least 1.
func cosineOfLat(latE6 int32) int64 {
	const step = 500_000
	at := min(max(int64(latE6), -at90), at90)
	if at < 0 {
		at = -at
	}
	at = at90 - at
	i, rest := at/step, at%step
	c := int64(quarterSine[i])
	if rest > 0 {
		c += (int64(quarterSine[i+1]) - c) * rest / step
	}
	return max(c, 1)
}

const at90 = 90_000_000

// turn is the change from one heading to another, -180 to 179 degrees.
func turn(from, to int32) int32 {
	d := (to - from) % 360
	switch {
	case d >= 180:
		return d - 360
	case d < -180:
		return d + 360
	}
	return d
}

// wrap brings a heading back into 0 to 359.
func wrap(heading int32) int32 {
	if heading %= 360; heading < 0 {
		heading += 360
	}
	return heading
}

// reckon predicts where a vehicle is after dt seconds that started with one
// speed and heading and ended with another, both headings 0 to 359 and both
// speeds not negative: the velocity is integrated by Simpson's rule, with the
// mean of both speeds and headings in the middle. Of a vehicle that stands only
// the other heading counts.
func reckon(latE6, lngE6, speed1, heading1, speed2, heading2 int32, dt int64) (lat, lng int32) {
	v1, v2 := int64(min(speed1, maxReckonSpeed)), int64(min(speed2, maxReckonSpeed))
	if v1+v2 == 0 {
		return latE6, lngE6
	}
	h1, h2 := 2*heading1, 2*heading2
	middle := h1 + turn(heading1, heading2)
	switch {
	case v2 == 0:
		middle = h1
	case v1 == 0:
		middle = h2
	case middle < 0:
		middle += 720
	case middle >= 720:
		middle -= 720
	}
	vm := 2 * (v1 + v2)
	north := v1*int64(sines[h1+180]) + vm*int64(sines[middle+180]) + v2*int64(sines[h2+180])
	east := v1*int64(sines[h1]) + vm*int64(sines[middle]) + v2*int64(sines[h2])
	dLat := (north*dt*reckonScale + 1<<(reckonShift+sineShift-1)) >> (reckonShift + sineShift)
	dLng := (east*dt*reckonScale/cosineOfLat(latE6) + 1<<(reckonShift-1)) >> reckonShift
	return offset(latE6, lngE6, dLat, dLng)
}

// offset moves a position, around the globe if it must.
func offset(latE6, lngE6 int32, dLat, dLng int64) (lat, lng int32) {
	y := min(max(int64(latE6)+dLat, -at90), at90)
	x := int64(lngE6) + dLng%lngTurnE6
	switch {
	case x >= lngTurnE6/2 && dLng > 0:
		x -= lngTurnE6
	case x < -lngTurnE6/2 && dLng < 0:
		x += lngTurnE6
	}
	return int32(y), int32(x)
}
