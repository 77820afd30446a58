// Package driving finds harsh acceleration, braking and cornering, and speeding,
// in a device's fixes, and matches them with the alarms that the device itself
// raised.
//
// What can be seen is bounded by the time between fixes. Over up to 3 s the
// change of the device's own speed (Doppler, not positions) is a measurement;
// over up to 10 s it is inferred, which the thresholds allow for; beyond that
// nothing is said. The mean over a gap is never more than the peak in it, so
// thresholds shrink as the gap grows (Rules.Harsh.GapFactor). A device's alarm
// comes from its accelerometer and is always an event.
//
// A State takes a device's entries in the order of event time and calls
// Out.Event with events. An event is known by its kind and start, which never
// change; the same kind and start again replaces what was said before. A GPS
// event starts at the first fix of the first pair that passed its threshold; a
// device's alarm at its own time, unless GPS saw the same before.
package driving

import (
	"strings"

	"github.com/odograph/odograph/pkg/timeline"
)

// A Class is a class of vehicles with thresholds of its own.
type Class uint8

// The classes. Their numbers stay as they are. Car also stands for a vehicle of
// which nothing is known.
const (
	Car Class = iota
	Van
	Truck
	Bus
	Motorcycle
	classes = iota
)

var classNames = [classes]string{"car", "van", "truck", "bus", "motorcycle"}

func (c Class) String() string {
	if c < classes {
		return classNames[c]
	}
	return classNames[Car]
}

// classWords are words and beginnings of words as platforms and operators write
// them; automobile, per, mtc, truck, bus and taxi are among the vendor's names of
// vehicle icons. The first that fits counts.
var classWords = [...]struct {
	word  string
	class Class
}{
	{"minibus", Bus}, {"bus", Bus}, {"coach", Bus},
	{"mtc", Motorcycle}, {"moto", Motorcycle}, {"motorbike", Motorcycle}, {"scooter", Motorcycle}, {"moped", Motorcycle}, {"bike", Motorcycle},
	{"pickup", Car}, {"pick-up", Car}, {"suv", Car}, {"taxi", Car}, {"per", Car}, {"auto", Car}, {"car", Car}, {"sedan", Car},
	{"van", Van}, {"minivan", Van}, {"light truck", Van}, {"light_truck", Van}, {"transporter", Van},
	{"truck", Truck}, {"lorry", Truck}, {"hgv", Truck}, {"heavy", Truck}, {"tractor", Truck}, {"trailer", Truck}, {"tanker", Truck},
}

// ClassOf reads a class out of the word that a platform or an operator has for
// a vehicle, in any case; Car where the word says nothing.
func ClassOf(vehicleClass string) Class {
	word := strings.ToLower(strings.TrimSpace(vehicleClass))
	for _, c := range classWords {
		if strings.HasPrefix(word, c.word) {
			return c.class
		}
	}
	for _, last := range strings.FieldsFunc(word, func(r rune) bool { return r < 'a' || r > 'z' }) {
		for _, c := range classWords {
			if last == c.word {
				return c.class
			}
		}
	}
	return Car
}

// Limits are the speed limits that hold at one place, in km/h; 0: none.
type Limits struct{ OwnKMH, FenceKMH, RoadKMH float64 }

// Lowest is the limit that holds, and where it comes from: own, fence or road.
func (l Limits) Lowest() (kmh float64, source string) {
	for _, c := range [...]struct {
		kmh    float64
		source string
	}{{l.OwnKMH, LimitOwn}, {l.FenceKMH, LimitFence}, {l.RoadKMH, LimitRoad}} {
		if c.kmh > 0 && (kmh == 0 || c.kmh < kmh) {
			kmh, source = c.kmh, c.source
		}
	}
	return kmh, source
}

// Where a limit comes from.
const (
	LimitOwn   = "own"
	LimitFence = "fence"
	LimitRoad  = "road"
)

// LimitAt gives the limit that holds where a fix is, in km/h, and where it comes
// from; 0: none. It must answer the same for the same fix.
type LimitAt func(f *timeline.Fix) (limitKMH float64, source string)

// Input is what is known of the vehicle beside its entries.
type Input struct {
	Class   Class
	LimitAt LimitAt // nil: the limit of the class, Rules.Speeding.OwnLimitKMH
}

// Observable says whether harsh driving between two fixes of a device could be
// measured: they are near enough in time, both say how fast the vehicle was, and
// where it moved, its position did too.
func Observable(r *Rules, prev, cur *timeline.Fix) bool {
	gap := cur.Time - prev.Time
	if gap < 1 || gap > r.Harsh.MaxGapS.Measured || prev.SpeedDKMH < 0 || cur.SpeedDKMH < 0 {
		return false
	}
	p, c := pointOf(r, prev), pointOf(r, cur)
	return p.gate == 0 && c.gate == 0 && !held(&p, &c)
}
