package geo

import "math"

// RadiusM is the radius of the circle that is as large as the fence, in metres; a
// corridor's is half of its width, which is what a vehicle crosses. Of a polygon
// that crosses itself it is too small.
func (f *Fence) RadiusM() float64 {
	switch f.Shape.Kind {
	case Circle:
		return f.Shape.RadiusM
	case Corridor:
		return f.Shape.WidthM / 2
	}
	area := 0.0
	for _, p := range f.parts {
		for i, ring := range p.rings {
			if i == 0 {
				area += ringAreaM2(ring)
			} else {
				area -= ringAreaM2(ring)
			}
		}
	}
	return math.Sqrt(max(0, area) / math.Pi)
}

// ringAreaM2 is the area within a ring on the sphere: the integral of sin(latitude)
// along its edges, taken from a latitude of its own so that small ones keep digits.
func ringAreaM2(ring []Point) float64 {
	base := math.Sin(ring[0].Lat * radians)
	sum := 0.0
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		sum += (b.Lng - a.Lng) * radians * (meanSin(a.Lat*radians, b.Lat*radians) - base)
	}
	return math.Abs(sum) * EarthRadiusM * EarthRadiusM
}

// meanSin is the mean of sin between two angles.
func meanSin(a, b float64) float64 {
	half := (b - a) / 2
	if math.Abs(half) < 1e-4 {
		return math.Sin((a+b)/2) * (1 - half*half/6)
	}
	return math.Sin((a+b)/2) * math.Sin(half) / half
}
