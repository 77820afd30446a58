package jimitest

import (
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"time"
)

// A Point is one true fix of a device, to the second; it is the same whichever
// way the platform gives it.
type Point struct {
	IMEI       string
	Time       time.Time
	Lat, Lng   float64 // degrees, WGS-84, to 6 digits
	SpeedKMH   float64 // to 1 digit
	HeadingDeg int     // clockwise from north
	ACC        bool
	Satellites int
	OdometerM  float64
}

// A Trip is one true drive.
type Trip struct {
	IMEI       string
	Start, End time.Time
	DistanceM  float64
}

// A Visit is one true stay inside a circle; Exit is zero where it goes on.
type Visit struct {
	IMEI        string
	Enter, Exit time.Time
}

// An Alarm is one true alarm.
type Alarm struct {
	Point
	Code string // of the JIMI protocol
	Name string
}

// A vehicle goes round a loop of its own, in cycles of driving and resting.
// Everything about it is a function of the seed and the time, so that any
// stretch of its past costs only its own length.
type vehicle struct {
	imei      string
	name      string
	start     time.Time
	lat, lng  float64 // centre of the loop
	radiusM   float64
	phase     float64       // where on the loop it starts, radians
	cruiseMPS float64       // mean speed of a drive
	drive     time.Duration // of a cycle
	rest      time.Duration
	offset    time.Duration // into its first cycle at the start
	every     time.Duration // between two fixes on the move
}

const (
	earthRadiusM = 6_371_008.8
	restEvery    = 5 * time.Minute // between two fixes at rest
	swing        = 0.35            // of the speed about its mean
	swingS       = 47.0            // period of the swing, seconds
)

func newVehicle(seed int64, n int, start time.Time, every time.Duration) *vehicle {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d/%d", seed, n)
	x := h.Sum64()
	draw := func() float64 {
		x = x*6364136223846793005 + 1442695040888963407
		return float64(x>>33) / (1 << 31)
	}
	v := &vehicle{start: start, every: every, name: fmt.Sprintf("Van %d", n+1)}
	v.imei = madeUpIMEI(seed, n)
	v.lat, v.lng = 52.50+0.12*(draw()-0.5), 13.40+0.2*(draw()-0.5)
	v.radiusM = 900 + 1800*draw()
	v.phase = 2 * math.Pi * draw()
	v.cruiseMPS = 8 + 8*draw()
	v.drive = time.Duration(15+20*draw()) * time.Minute
	v.rest = time.Duration(4+10*draw()) * time.Minute
	v.offset = time.Duration(draw() * float64(v.drive) * 0.3).Truncate(time.Second)
	return v
}

// madeUpIMEI has 15 digits with a correct check digit, in a range that begins
// with 98, which no maker has.
func madeUpIMEI(seed int64, n int) string {
	body := fmt.Sprintf("98%06d%06d", uint64(seed)%1_000_000, n%1_000_000)
	sum := 0
	for i, c := range body {
		d := int(c - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return body + strconv.Itoa((10-sum%10)%10)
}

// cycle gives the cycle that a time falls into and how far into it it lies.
func (v *vehicle) cycle(t time.Time) (n int64, into time.Duration) {
	since := t.Sub(v.start) + v.offset
	whole := v.drive + v.rest
	n = int64(since / whole)
	return n, since - time.Duration(n)*whole
}

// driven is the distance of the first d of a drive, in metres: the integral of
// speed.
func (v *vehicle) driven(d time.Duration) float64 {
	s := min(d, v.drive).Seconds()
	w := 2 * math.Pi / swingS
	return v.cruiseMPS * (s + swing/w*(1-math.Cos(w*s)))
}

func (v *vehicle) speedMPS(into time.Duration) float64 {
	if into >= v.drive {
		return 0
	}
	return v.cruiseMPS * (1 + swing*math.Sin(2*math.Pi/swingS*into.Seconds()))
}

// at is the fix that the device makes at a time.
func (v *vehicle) at(t time.Time) Point {
	n, into := v.cycle(t)
	odometer := float64(n)*v.driven(v.drive) + v.driven(into)
	angle := v.phase + odometer/v.radiusM
	north, east := v.radiusM*math.Sin(angle), v.radiusM*math.Cos(angle)
	lat := v.lat + north/earthRadiusM*180/math.Pi
	lng := v.lng + east/earthRadiusM*180/math.Pi/math.Cos(v.lat*math.Pi/180)
	heading := math.Mod(-angle*180/math.Pi, 360) // the way goes counterclockwise
	if heading < 0 {
		heading += 360
	}
	return Point{
		IMEI: v.imei, Time: t.UTC(), Lat: round(lat, 6), Lng: round(lng, 6), SpeedKMH: round(v.speedMPS(into)*3.6, 1),
		HeadingDeg: int(heading), ACC: into < v.drive, Satellites: 8 + int(t.Unix()%7), OdometerM: round(100_000+odometer, 0),
	}
}

func round(x float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(x*p) / p
}

// makes tells whether the device makes a fix in the second that begins at t:
// at its cadence on the move, every few minutes at rest, and when it stops.
func (v *vehicle) makes(t time.Time) bool {
	_, into := v.cycle(t)
	if into < v.drive {
		return into%v.every < time.Second
	}
	rest := into - v.drive
	return rest%restEvery < time.Second
}

// fixes are those of [from, to], in order.
func (v *vehicle) fixes(from, to time.Time) []Point {
	if from.Before(v.start) {
		from = v.start
	}
	t := from.Truncate(time.Second)
	if t.Before(from) {
		t = t.Add(time.Second)
	}
	var out []Point
	for ; !t.After(to); t = t.Add(time.Second) {
		if v.makes(t) {
			out = append(out, v.at(t))
		}
	}
	return out
}

// last is the newest fix of t or before.
func (v *vehicle) last(t time.Time) (Point, bool) {
	t = t.Truncate(time.Second)
	for range int(max(restEvery, v.every)/time.Second) + 2 {
		if t.Before(v.start) {
			return Point{}, false
		}
		if v.makes(t) {
			return v.at(t), true
		}
		t = t.Add(-time.Second)
	}
	return Point{}, false
}

// trips are the drives that touch [from, to].
func (v *vehicle) trips(from, to time.Time) []Trip {
	var out []Trip
	if from.Before(v.start) {
		from = v.start
	}
	for n, _ := v.cycle(from); ; n++ {
		begin := v.start.Add(time.Duration(n)*(v.drive+v.rest) - v.offset)
		if begin.After(to) {
			return out
		}
		if end := begin.Add(v.drive); !end.Before(from) {
			out = append(out, Trip{v.imei, begin, end, v.driven(v.drive)})
		}
	}
}

// alarms are those of [from, to]: ignition on and off at the ends of drives,
// and one hard braking or overspeed in each drive.
func (v *vehicle) alarms(from, to time.Time) []Alarm {
	var out []Alarm
	add := func(t time.Time, code, name string) {
		t = t.Truncate(time.Second)
		if !t.Before(from) && !t.After(to) && !t.Before(v.start) {
			out = append(out, Alarm{v.at(t), code, name})
		}
	}
	for i, trip := range v.trips(from, to) {
		add(trip.Start, "254", "Ignition on")
		if i%2 == 0 {
			add(trip.Start.Add(v.drive/2), "48", "Harsh braking")
		} else {
			add(trip.Start.Add(v.drive/3), "6", "Overspeed")
		}
		add(trip.End, "255", "Ignition off")
	}
	return out
}

// visits are the stays of [from, to] inside a circle, to the second.
func (v *vehicle) visits(lat, lng, radiusM float64, from, to time.Time) []Visit {
	var out []Visit
	inside := false
	for t := from.Truncate(time.Second); !t.After(to); t = t.Add(time.Second) {
		p := v.at(t)
		north := (p.Lat - lat) * math.Pi / 180 * earthRadiusM
		east := (p.Lng - lng) * math.Pi / 180 * earthRadiusM * math.Cos(lat*math.Pi/180)
		switch now := math.Hypot(north, east) <= radiusM; {
		case now && !inside:
			out = append(out, Visit{IMEI: v.imei, Enter: t})
			inside = true
		case !now && inside:
			out[len(out)-1].Exit = t
			inside = false
		}
	}
	return out
}
