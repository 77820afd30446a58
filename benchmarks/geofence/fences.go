package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/odograph/odograph/pkg/geo"
)

// city is where made-up fences and positions lie: 100 by 100 km.
var city = struct{ lat, lng, high, wide float64 }{51.8, 12.6, 0.9, 1.46}

func place(rng *rand.Rand) geo.Point {
	return geo.Point{Lat: city.lat + city.high*rng.Float64(), Lng: city.lng + city.wide*rng.Float64()}
}

// madeUp are fences of 0.3 to 2.4 km radius, which overlap: 16 of 20 are polygons of 5
// to 60 vertices, 3 circles and 1 a corridor.
func madeUp(n int, rng *rand.Rand) ([]*geo.Fence, error) { return fencesOf(n, rng, shape) }

// polygons are the same without circles and corridors.
func polygons(n int, rng *rand.Rand) ([]*geo.Fence, error) {
	return fencesOf(n, rng, func(_ int, rng *rand.Rand) geo.Shape { return polygon(rng) })
}

func fencesOf(n int, rng *rand.Rand, shape func(int, *rand.Rand) geo.Shape) ([]*geo.Fence, error) {
	fences := make([]*geo.Fence, n)
	for i := range fences {
		f, err := geo.NewFence(fmt.Sprintf("f%06d", i), shape(i, rng))
		if err != nil {
			return nil, err
		}
		fences[i] = f
	}
	return fences, nil
}

func shape(i int, rng *rand.Rand) geo.Shape {
	switch i % 20 {
	case 0:
		line := append(make([]geo.Point, 0, 6), place(rng))
		for range 5 {
			last := line[len(line)-1]
			line = append(line, geo.Point{Lat: last.Lat + (rng.Float64()-.3)*.01, Lng: last.Lng + (rng.Float64()-.3)*.02})
		}
		return geo.CorridorOf(100, line...)
	case 1, 2, 3:
		return geo.CircleOf(place(rng), radiusM(rng))
	}
	return polygon(rng)
}

func radiusM(rng *rand.Rand) float64 { return 300 + 2100*rng.Float64() }

func polygon(rng *rand.Rand) geo.Shape {
	return geo.PolygonOf(blob(place(rng), radiusM(rng), 5+rng.IntN(56), rng))
}

// blob is a ring around c, now nearer and now farther.
func blob(c geo.Point, radiusM float64, vertices int, rng *rand.Rand) []geo.Point {
	degreeM := geo.EarthRadiusM * math.Pi / 180
	ring := make([]geo.Point, 0, vertices+1)
	for i := range vertices {
		r := radiusM * (0.6 + 0.4*rng.Float64()) / degreeM
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(vertices))
		ring = append(ring, geo.Point{Lat: c.Lat + r*sin, Lng: c.Lng + r*cos/math.Cos(c.Lat*math.Pi/180)})
	}
	return append(ring, ring[0])
}
