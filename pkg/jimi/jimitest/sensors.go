package jimitest

import (
	"math"
	"time"
)

// sensors say what a vehicle has beside its receiver.
type sensors struct {
	fuel   bool // a fuel sensor: each programme it is filled up once
	theft  bool // and robbed once
	cooled bool // a temperature sensor: each drive the cargo gets too warm
	faulty bool // an engine that misfires on every second drive
}

// sensorsOf gives the first ten vehicles, and every ten after them, one of each.
func sensorsOf(n int) sensors {
	return sensors{fuel: n%5 == 0, theft: n%10 == 0, cooled: n%10 == 3, faulty: n%10 == 7}
}

// What the sensors of the simulated fleet are about.
const (
	TemperatureMaxC = -12 // what the cargo must not be warmer than
	FaultCode       = "P0301"

	sensorEvery = time.Minute
	signInAfter = 5 * time.Second
)

// The kinds of Condition.
const (
	FuelRefuel            = "fuel_refuel"
	FuelTheft             = "fuel_theft"
	TemperatureOutOfRange = "temperature_out_of_range"
	FaultOpen             = "fault"
)

// A Condition is something that truly happened to a vehicle.
type Condition struct {
	IMEI       string
	Kind       string
	Start, End time.Time
	Amount     float64 // litres of fuel
}

// When in a cycle things happen: after the beginning of its rest, or of its
// drive.
const (
	theftCycle, refuelCycle = 1, cyclesEach - 1
	pumpAfter, pumpTakes    = 3 * time.Minute, 2 * time.Minute
	warmAfter, warmTakes    = 3 * time.Minute, 9 * time.Minute
	warmRamp                = 2 * time.Minute
	faultAfter, faultTakes  = 2 * time.Minute, 6 * time.Minute
)

const (
	tankL      = 75.0
	burntLPerM = 0.25 / 1000
	stolenL    = 18.0
	coldC      = -18.0
	warmC      = -6.0
)

// fuelL is what is in the tank.
func (v *vehicle) fuelL(t time.Time) float64 {
	n, c, into := v.cycle(t)
	way, _ := c.at(into)
	level := tankL - burntLPerM*(c.beginM+way)
	pumped := min(1, max(0, float64(into-c.drive-pumpAfter)/float64(pumpTakes)))
	switch at := int(n % cyclesEach); {
	case v.sensors.theft && at == theftCycle:
		level -= stolenL * pumped
	case v.sensors.theft && at > theftCycle:
		level -= stolenL
	}
	if n%cyclesEach == refuelCycle {
		level += v.refuelL() * pumped
	}
	return level
}

func (v *vehicle) refuelL() float64 {
	l := burntLPerM * v.periodM
	if v.sensors.theft {
		l += stolenL
	}
	return l
}

// cargoC is the temperature of the cargo.
func (v *vehicle) cargoC(t time.Time) float64 {
	_, _, into := v.cycle(t)
	warm := min(1, max(0, float64(min(into-warmAfter, warmAfter+warmTakes-into))/float64(warmRamp)))
	return coldC + (warmC-coldC)*warm + 0.3*math.Sin(float64(t.Unix())/40)
}

// fault tells whether the vehicle reports its trouble codes at a time, and
// whether there is one.
func (v *vehicle) fault(t time.Time) (reports, open bool) {
	n, _, into := v.cycle(t)
	since := into - faultAfter
	if n%2 != 0 || since < 0 || since > faultTakes+2*sensorEvery {
		return false, false
	}
	return true, since <= faultTakes
}

func (v *vehicle) conditions(from, to time.Time) []Condition {
	var out []Condition
	add := func(is bool, kind string, at time.Time, takes time.Duration, amount float64) {
		if is && !at.Before(from) && !at.Before(v.start) && !at.Add(takes).After(to) {
			out = append(out, Condition{v.imei, kind, at, at.Add(takes), amount})
		}
	}
	half := time.Duration(float64(warmRamp) * (TemperatureMaxC - coldC) / (warmC - coldC))
	v.cycles(from, to, func(begin time.Time, n int64, c *cycle) {
		rest := begin.Add(c.drive)
		add(v.sensors.fuel && n%cyclesEach == refuelCycle, FuelRefuel, rest.Add(pumpAfter), pumpTakes, v.refuelL())
		add(v.sensors.theft && n%cyclesEach == theftCycle, FuelTheft, rest.Add(pumpAfter), pumpTakes, stolenL)
		add(v.sensors.cooled, TemperatureOutOfRange, begin.Add(warmAfter+half), warmTakes-2*half, 0)
		add(v.sensors.faulty && n%2 == 0, FaultOpen, begin.Add(faultAfter), faultTakes, 0)
	})
	return out
}

var drivers = [...]string{"Ada Example", "Ben Sample", "Cleo Specimen", "Dan Placeholder"}

// driver is who drives in a cycle.
func (v *vehicle) driver(n int64) string { return drivers[int(n)%len(drivers)] }

// card is the driver's card.
func (v *vehicle) card(n int64) string { return "0004A1B2C" + string(rune('0'+int(n)%len(drivers))) }
