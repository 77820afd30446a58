package geo

import (
	"math"
	"slices"
)

// tiny is a coordinate that is none: products of such would leave the range in
// which side is exact.
const tiny = 1e-100

// onMap brings a position to the map that an Index is made of: longitude from -180
// up to but without 180. ok is false for what is no position.
func onMap(lat, lng float64) (x, y float64, ok bool) {
	if !(lat >= -90 && lat <= 90 && lng >= -540 && lng <= 540) {
		return 0, 0, false
	}
	for lng >= 180 {
		lng -= 360
	}
	for lng < -180 {
		lng += 360
	}
	return settle(lng), settle(lat), true
}

func settle(v float64) float64 {
	if v < tiny && v > -tiny {
		return 0
	}
	return v
}

// unwrap lets a line go on past the 180th meridian instead of jumping back: an
// edge that changes longitude by more than 180 and less than 360 takes the short
// way. A change of exactly 360 is a side of a band around the globe where the line
// goes along the meridian before and after it, and the closing of the map along a
// pole; else it is one place written in both ways.
func unwrap(line []Point) []Point {
	out := make([]Point, len(line))
	turn := 0.0
	for i, p := range line {
		if i > 0 {
			turn += jump(line, i)
		}
		out[i] = Point{Lat: settle(p.Lat), Lng: settle(p.Lng + turn)}
	}
	return out
}

func jump(line []Point, i int) float64 {
	step := line[i].Lng - line[i-1].Lng
	switch wide := math.Abs(step); {
	case wide <= 180 || wide > 360:
		return 0
	case wide < 360:
	case math.Abs(line[i].Lat) == 90 && line[i].Lat == line[i-1].Lat:
		return 0
	case alongMeridian(line, i-1, -1) && alongMeridian(line, i, 1):
		return 0
	}
	return math.Copysign(360, -step)
}

// alongMeridian says that a ring goes along the meridian of its vertex i towards
// the next in a direction.
func alongMeridian(ring []Point, i, direction int) bool {
	last := len(ring) - 1
	if ring[0] != ring[last] {
		return false
	}
	return ring[(i+direction+last)%last].Lng == ring[i].Lng
}

// overPole closes a ring that runs once around the globe over the pole that leaves
// it the smaller area, so that it is one on the map.
func overPole(ring []Point) []Point {
	first, last := ring[0], ring[len(ring)-1]
	if first.Lng == last.Lng {
		return ring
	}
	pole := 90.0
	if height(ring) < 0 {
		pole = -90
	}
	return append(slices.Clip(ring), Point{pole, last.Lng}, Point{pole, first.Lng}, first)
}

// height is the mean sine of latitude along a ring around a pole: above 0 the
// north's side is the smaller one.
func height(ring []Point) float64 {
	sum := 0.0
	for i := 1; i < len(ring); i++ {
		sum += math.Abs(ring[i].Lng-ring[i-1].Lng) * math.Sin((ring[i].Lat+ring[i-1].Lat)/2*radians)
	}
	return sum
}

// frame is the turn that brings a box's west to -180 up to but without 180.
func frame(b box) float64 {
	turn := 0.0
	for b.west+turn >= 180 {
		turn -= 360
	}
	for b.west+turn < -180 {
		turn += 360
	}
	return turn
}

// turned is a line moved by whole turns.
func turned(line []Point, turn float64) []Point {
	if turn != 0 {
		for i := range line {
			line[i].Lng = settle(line[i].Lng + turn)
		}
	}
	return line
}

// flatRings are a polygon's rings on one map: the outer one from -180 up, the
// holes moved to where they lie in it.
func flatRings(polygon [][]Point) [][]Point {
	rings := make([][]Point, 0, len(polygon))
	var outer box
	for i, ring := range polygon {
		flat := overPole(unwrap(ring))
		b := boxOf(flat)
		if i == 0 {
			turn := frame(b)
			flat, outer = turned(flat, turn), b.shifted(turn)
		} else {
			middle := (b.west + b.east) / 2
			turn := 360 * math.Round(((outer.west+outer.east)/2-middle)/360)
			for _, t := range [...]float64{turn, turn - 360, turn + 360} {
				if s := b.shifted(t); s.west >= outer.west && s.east <= outer.east {
					turn = t
					break
				}
			}
			flat = turned(flat, turn)
		}
		rings = append(rings, flat)
	}
	return rings
}
