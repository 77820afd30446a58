package simulate

import (
	"math"
	"math/rand/v2"
	"time"
)

// A vehicle drives through a city, one second at a time: it speeds up and
// brakes within what drivers do, slows for bends, waits at lights, parks.
type vehicle struct {
	imei string
	city *city
	rng  *rand.Rand

	at       time.Time
	junction int // where it is parked or where its route ends
	legs     []leg
	along    float64 // metres into the first leg
	x, y     float64
	speedMPS float64
	heading  float64
	odometer float64
	ignition bool
	waitS    int // seconds still to stand: at a light, or parked

	harsh    bool // braked harder than 3.5 m/s² in the last second
	switched bool // ignition changed in the last second
}

func newVehicle(imei string, c *city, seed uint64, start time.Time) *vehicle {
	rng := rand.New(rand.NewPCG(seed, 2))
	v := &vehicle{imei: imei, city: c, rng: rng, at: start, junction: rng.IntN(len(c.points)), odometer: float64(rng.IntN(200_000_000))}
	v.x, v.y = c.points[v.junction][0], c.points[v.junction][1]
	if rng.IntN(4) == 0 { // a quarter of the fleet is parked at first
		v.waitS = rng.IntN(600)
	}
	return v
}

const (
	accelMPS2      = 1.8
	plannedMPS2    = 1.7 // braking that a driver plans with
	brakeMPS2      = 2.4 // and has in reserve
	hardBrakeMPS2  = 4.2
	hardBrakeShare = 0.03 // of stops
)

// advance moves the vehicle to a time, second by second.
func (v *vehicle) advance(to time.Time) {
	v.harsh, v.switched = false, false
	for v.at.Before(to) {
		v.at = v.at.Add(time.Second)
		v.second()
	}
}

func (v *vehicle) second() {
	if v.waitS > 0 {
		v.waitS--
		v.speedMPS = 0
		return
	}
	if len(v.legs) == 0 {
		v.setOut()
		return
	}
	target := v.targetMPS()
	before := v.speedMPS
	switch {
	case target > v.speedMPS:
		v.speedMPS = min(target, v.speedMPS+accelMPS2*(0.7+0.6*v.rng.Float64()))
	case target < v.speedMPS:
		hard := brakeMPS2
		if v.rng.Float64() < hardBrakeShare {
			hard = hardBrakeMPS2
		}
		v.speedMPS = max(target, v.speedMPS-hard)
	}
	if before-v.speedMPS > 3.5 {
		v.harsh = true
	}
	v.move((before + v.speedMPS) / 2)
}

// targetMPS is the speed that the road ahead allows: the limit, and what still
// lets it brake for the next bend, light or the end of the route.
func (v *vehicle) targetMPS() float64 {
	target := v.legs[0].limit / 3.6 * (0.92 + 0.12*v.rng.Float64())
	// A second passes before what is decided here has an effect.
	ahead := v.legs[0].lengthM - v.along - v.speedMPS
	for i := 0; i < len(v.legs) && ahead < 400; i++ {
		corner := 0.0
		if i+1 < len(v.legs) && !v.legs[i].stop {
			turn := math.Abs(math.Mod(v.legs[i+1].heading-v.legs[i].heading+540, 360) - 180)
			corner = max(4, v.legs[i+1].limit/3.6*(1-turn/70))
		}
		target = min(target, math.Sqrt(corner*corner+2*plannedMPS2*max(0, ahead)))
		if i+1 < len(v.legs) {
			ahead += v.legs[i+1].lengthM
		}
	}
	return max(target, 1.5) // to the line
}

// move goes a distance along the route.
func (v *vehicle) move(m float64) {
	v.odometer += m
	v.along += m
	for len(v.legs) > 0 && v.along >= v.legs[0].lengthM {
		l := v.legs[0]
		v.along -= l.lengthM
		v.x, v.y, v.heading = l.x, l.y, l.heading
		v.legs = v.legs[1:]
		switch {
		case len(v.legs) == 0:
			v.park()
			return
		case l.stop && v.rng.IntN(2) == 0:
			v.speedMPS, v.along, v.waitS = 0, 0, 10+v.rng.IntN(40)
			return
		}
	}
	if len(v.legs) > 0 {
		v.heading = v.legs[0].heading
	}
}

func (v *vehicle) setOut() {
	if !v.ignition {
		v.ignition, v.switched = true, true
		v.waitS = 5 + v.rng.IntN(20) // the engine runs before the wheels do
	}
	to := v.rng.IntN(len(v.city.points))
	if to == v.junction {
		to = (to + 1) % len(v.city.points)
	}
	v.legs = v.city.legs(v.city.path(v.junction, to))
	v.junction, v.along = to, 0
}

func (v *vehicle) park() {
	v.speedMPS, v.along = 0, 0
	if v.rng.IntN(5) == 0 { // a delivery: the engine runs on
		v.waitS = 30 + v.rng.IntN(120)
		return
	}
	v.ignition, v.switched = false, true
	v.waitS = 120 + v.rng.IntN(900)
}

// place is where the vehicle truly is, in metres of the city.
func (v *vehicle) place() (x, y float64) {
	if len(v.legs) == 0 {
		return v.x, v.y
	}
	f := v.along / max(v.legs[0].lengthM, 0.1)
	return v.x + (v.legs[0].x-v.x)*f, v.y + (v.legs[0].y-v.y)*f
}
