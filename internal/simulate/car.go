package simulate

import (
	"math"
	"time"
)

// A City is the road network that a Fleet drives in, for those who make fixes of
// their own from what its vehicles truly do.
type City struct{ roads *city }

// NewCity makes the network around a place in degrees.
func NewCity(seed uint64, lat, lng float64) *City { return &City{newCity(seed, lat, lng, citySize)} }

// Position is a point of the city in degrees, from metres east and north of its
// middle.
func (c *City) Position(x, y float64) (lat, lng float64) { return c.roads.position(x, y) }

// A Car is one vehicle without a tracker.
type Car struct{ vehicle *vehicle }

// Car puts a vehicle at a junction.
func (c *City) Car(seed uint64, start time.Time) *Car {
	d := &Car{newVehicle("", c.roads, seed, start)}
	d.vehicle.be(seed, DefaultHarshPer100KM, 0)
	return d
}

// Truth is what a vehicle does at one moment.
type Truth struct {
	X, Y       float64 // metres east and north of the middle of the city
	SpeedMPS   float64
	HeadingDeg float64 // clockwise from north, 0 to 360
	OdometerM  float64
	Ignition   bool
}

// Advance drives on to a time and tells what the vehicle does then.
func (d *Car) Advance(to time.Time) Truth {
	v := d.vehicle
	v.advance(to)
	return Truth{
		X: v.x, Y: v.y, SpeedMPS: v.speedMPS, OdometerM: v.odometer, Ignition: v.ignition,
		HeadingDeg: math.Mod(v.heading*180/math.Pi+720, 360),
	}
}

// Rest lets a parked vehicle stand until a time; false if it is not parked.
func (d *Car) Rest(until time.Time) bool {
	v := d.vehicle
	if v.ignition {
		return false
	}
	v.waitS = max(v.waitS, int(until.Sub(v.at)/time.Second))
	return true
}
