package jimitest

import (
	"math"
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
	Code   string // of the JIMI protocol
	Name   string
	Driver string // who signed in, of an alarm that says so
}

const (
	earthRadiusM = 6_371_008.8
	restEvery    = 5 * time.Minute // between two fixes at rest
)

// at is the fix that the device makes at a time.
func (v *vehicle) at(t time.Time) Point {
	m := v.moment(t)
	north, east, heading := v.loop.at(v.phaseM + m.wayM)
	lat := v.lat + north/earthRadiusM*180/math.Pi
	lng := v.lng + east/earthRadiusM*180/math.Pi/math.Cos(v.lat*math.Pi/180)
	return Point{
		IMEI: v.imei, Time: t.UTC(), Lat: round(lat, 6), Lng: round(lng, 6), SpeedKMH: round(m.mps*3.6, 1),
		HeadingDeg: int(math.Round(heading*180/math.Pi)) % 360, ACC: m.into < m.drive, Satellites: 8 + int(t.Unix()%7), OdometerM: round(100_000+m.wayM, 0),
	}
}

func round(x float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(x*p) / p
}

// makes tells whether the device makes a fix in the second that begins at t:
// at its cadence while the ignition is on, every few minutes at rest, and when
// it stops.
func (v *vehicle) makes(t time.Time) bool {
	_, c, into := v.cycle(t)
	if into < c.drive {
		return into%v.every < time.Second
	}
	return (into-c.drive)%restEvery < time.Second
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

// cycles gives each cycle that touches [from, to], with the time it begins.
func (v *vehicle) cycles(from, to time.Time, each func(begin time.Time, n int64, c *cycle)) {
	if from.Before(v.start) {
		from = v.start
	}
	n, _, into := v.cycle(from)
	for begin := from.Add(-into); !begin.After(to); n++ {
		c := &v.programme[n%cyclesEach]
		each(begin, n, c)
		begin = begin.Add(c.drive + c.rest)
	}
}

// trips are the drives that touch [from, to].
func (v *vehicle) trips(from, to time.Time) []Trip {
	var out []Trip
	v.cycles(from, to, func(begin time.Time, _ int64, c *cycle) {
		if end := begin.Add(c.drive); !end.Before(from) && end.After(v.start) {
			out = append(out, Trip{v.imei, begin, end, c.lengthM})
		}
	})
	return out
}

// alarms are those of [from, to]: ignition on and off at the ends of drives, a
// driver who signs in, and what the device notices of the manoeuvres.
func (v *vehicle) alarms(from, to time.Time) []Alarm {
	var out []Alarm
	add := func(t time.Time, code, name, driver string) {
		t = t.Truncate(time.Second)
		if !t.Before(from) && !t.After(to) && !t.Before(v.start) {
			out = append(out, Alarm{v.at(t), code, name, driver})
		}
	}
	v.cycles(from, to, func(begin time.Time, n int64, c *cycle) {
		add(begin, "254", "Ignition on", "")
		if v.signsIn == byAlarm {
			add(begin.Add(signInAfter), "103", "Driver signed in", v.driver(n))
		}
		for i := range c.manoeuvres {
			if m := &c.manoeuvres[i]; v.raises && m.Alarm != "" {
				add(begin.Add(m.peak), m.Alarm, alarmNames[m.Alarm], "")
			}
		}
		add(begin.Add(c.drive), "255", "Ignition off", "")
	})
	return out
}

var alarmNames = map[string]string{
	"41": "Harsh acceleration", "48": "Harsh braking", "42": "Sharp left turn", "43": "Sharp right turn", "6": "Overspeed",
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
