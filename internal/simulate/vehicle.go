package simulate

import (
	"math"
	"math/rand/v2"
	"time"
)

// A vehicle drives through a city, one second at a time: it speeds up and
// brakes within what drivers do, slows for bends, waits at lights, parks. Now
// and then its driver does something harshly, see temper.
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
	heading  float64 // radians
	odometer float64
	ignition bool
	waitS    int // seconds still to stand: at a light, or parked

	temper
	switched bool // ignition changed since the last report
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
	accelMPS2   = 1.7 // from rest; at accelFade half of it
	accelFade   = 20.0
	plannedMPS2 = 1.2 // braking that a driver plans with
	brakeMPS2   = 1.9 // and has in reserve
	creepMPS    = 1.5 // to the line
	lookAheadM  = 400
)

// advance moves the vehicle to a time, second by second.
func (v *vehicle) advance(to time.Time) {
	v.switched, v.raised = false, v.raised[:0]
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
	before, heading := v.speedMPS, v.heading
	v.speedMPS = max(0, before+v.pedal())
	v.move((before + v.speedMPS) / 2)
	v.judge(before, heading)
}

// pedal is by how much the speed changes in the next second, m/s.
func (v *vehicle) pedal() float64 {
	if harsh, is := v.lose(); is {
		return harsh
	}
	target := min(v.legs[0].mps*(0.92+0.12*v.rng.Float64()), max(creepMPS, v.allowed(v.speedMPS)))
	if v.legs[0].turn != 0 {
		target = min(target, v.legs[0].mps)
	}
	if target > v.speedMPS {
		return min(target-v.speedMPS, accelMPS2*(0.8+0.2*v.rng.Float64())/(1+v.speedMPS/accelFade))
	}
	return max(target-v.speedMPS, -brakeMPS2)
}

// allowed is the speed at which the vehicle may be so many metres from here: it
// can still brake for the next bend, light or the end of the route.
func (v *vehicle) allowed(m float64) float64 {
	ahead := v.legs[0].lengthM - v.along - m
	most := math.Inf(1)
	for i := 0; i < len(v.legs) && ahead < lookAheadM; i++ {
		next := 0.0
		if i+1 < len(v.legs) && !v.legs[i].light {
			next = v.legs[i+1].mps
		}
		most = min(most, math.Sqrt(next*next+2*plannedMPS2*max(0, ahead)))
		if i+1 < len(v.legs) {
			ahead += v.legs[i+1].lengthM
		}
	}
	return most
}

// move goes a distance along the route.
func (v *vehicle) move(m float64) {
	v.odometer += m
	v.along += m
	for v.along >= v.legs[0].lengthM {
		l := v.legs[0]
		v.along -= l.lengthM
		v.legs = v.legs[1:]
		switch {
		case len(v.legs) == 0:
			v.x, v.y, v.heading = l.at(l.lengthM)
			v.park()
			return
		case l.light:
			v.speedMPS, v.along, v.waitS = 0, 0, 10+v.rng.IntN(40)
		}
	}
	v.x, v.y, v.heading = v.legs[0].at(v.along)
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
	v.legs = wayThrough(v.city.places(v.city.path(v.junction, to)))
	for i := range v.legs { // half of the lights are green
		v.legs[i].light = v.legs[i].light && v.rng.IntN(2) == 0
	}
	v.junction, v.along = to, 0
	v.heading = v.legs[0].heading
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
