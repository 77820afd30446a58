package main

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/pkg/h3"
)

// A fix is a row of the table fixes before it has a place in the raw topic.
// Times are milliseconds since 1970.
type fix struct {
	device                  int32
	source                  string
	fixMS, gateMS, received int64 // gateMS 0: none
	lat, lng                float64
	speedKMH, headingDeg    float32
	satellites              int8
	acc                     bool
	altitudeM, odometerM    int32 // altitudeM noAltitude, odometerM -1: not said
	postMethod              int8  // -1: not said
	upload                  bool  // kept during an outage and sent after it
	quality                 string
	h3r7, h3r9, h3r11       uint64
	partition               int32
	offset, inserted        int64
}

const noAltitude = math.MinInt32

// What trackers do; shares are of the devices, chosen once for each.
const (
	parkedEveryS    = 300
	turnDeg         = 30  // a turn is reported at once
	noiseM          = 2.5 // error of a receiver, which wanders within noiseS
	noiseS          = 60
	whiteM          = 0.12 // and its part that does not
	outageEveryS    = 30 * 3600
	outageMostS     = 3600
	uploadASecond   = 20
	tickMS          = 500 // the platform hands over what it has so often
	shareNoAltitude = 0.3
	shareNoOdometer = 0.2
	sharePolled     = 0.04 // of the fixes: the poll was first
)

// A tracker is one device in its vehicle.
type tracker struct {
	device   int32
	rng      *rand.Rand
	city     *town
	drive    *simulate.Car
	every    int64 // seconds between two fixes while the ignition is on
	workFrom int64 // second of the day of the vehicle's zone
	workFor  int64
	lagMS    float64
	noHeight bool
	noMeter  bool
	platform int64 // which of the platform's ticks it is on

	now, last            int64 // seconds since 1970
	acc                  bool
	reported             float64 // heading
	errX, errY, errZ     float64
	satellites           int
	outageFrom, outages  int64 // of the next outage: from, until
	held                 int64 // fixes of this outage
	parkedLat, parkedLng float64
	speed, heading       float32
}

// A town is a city with where it lies in the day and over the sea.
type town struct {
	*simulate.City
	zoneS   int64
	heightM float64
}

func (t *town) height(x, y float64) float64 {
	return t.heightM + 40*math.Sin(x/2300) + 25*math.Cos(y/1700)
}

// until reports the fixes up to a second.
func (t *tracker) until(end int64, report func(*fix)) {
	for t.now < end {
		step := int64(1)
		if !t.acc {
			step = 10
		}
		t.now += step
		truth := t.drive.Advance(time.Unix(t.now, 0))
		switched := truth.Ignition != t.acc
		t.acc = truth.Ignition
		if !t.acc {
			t.rest()
		}
		turned := math.Abs(math.Remainder(truth.HeadingDeg-t.reported, 360)) > turnDeg
		due := t.now - t.last
		switch {
		case switched:
			report(t.fix(&truth, 3))
		case !t.acc && due >= parkedEveryS, t.acc && due >= t.every && (due > t.every || t.every == 1 || t.rng.IntN(40) > 0):
			report(t.fix(&truth, 0))
		case t.acc && turned && truth.SpeedMPS > 3:
			report(t.fix(&truth, 2))
		}
	}
}

// rest leaves the vehicle where it is outside its hours of work.
func (t *tracker) rest() {
	local := (t.now + t.city.zoneS) % 86400
	day := t.now - local
	weekday := (t.now + t.city.zoneS) / 86400 % 7 // 0 is a Thursday
	switch {
	case weekday == 3 || local >= t.workFrom+t.workFor:
		t.drive.Rest(time.Unix(day+86400+t.workFrom, 0))
	case local < t.workFrom:
		t.drive.Rest(time.Unix(day+t.workFrom, 0))
	}
}

func (t *tracker) fix(truth *simulate.Truth, method int8) *fix {
	t.wander(float64(t.now - t.last))
	t.last, t.reported = t.now, truth.HeadingDeg
	f := &fix{device: t.device, source: "push", fixMS: t.now * 1000, acc: t.acc, postMethod: method, altitudeM: noAltitude, odometerM: -1}
	if t.acc || method == 3 || t.parkedLat == 0 {
		x, y := truth.X+t.errX+t.rng.NormFloat64()*whiteM, truth.Y+t.errY+t.rng.NormFloat64()*whiteM
		lat, lng := t.city.Position(x, y)
		t.parkedLat, t.parkedLng = math.Round(lat*1e6)/1e6, math.Round(lng*1e6)/1e6
	}
	f.lat, f.lng = t.parkedLat, t.parkedLng // a parked tracker holds its position
	if truth.SpeedMPS > 0.8 {
		t.speed = float32(max(0, math.Round(truth.SpeedMPS*3.6+t.rng.NormFloat64()*0.4)))
		t.heading = float32(math.Mod(math.Round(truth.HeadingDeg+t.rng.NormFloat64()), 360))
	} else {
		t.speed = 0
	}
	f.speedKMH, f.headingDeg, f.satellites = t.speed, float32(math.Mod(float64(t.heading)+360, 360)), int8(t.satellites)
	if !t.noHeight {
		f.altitudeM = int32(math.Round(t.city.height(truth.X, truth.Y) + t.errZ))
	}
	if !t.noMeter {
		f.odometerM = int32(truth.OdometerM)
	}
	t.flaw(f)
	at := h3.At(f.lat, f.lng)
	f.h3r7, f.h3r9, f.h3r11 = at.Cell(7), at.Cell(9), at.Cell(11)
	t.travel(f)
	return f
}

// wander moves the error of the receiver on by so many seconds.
func (t *tracker) wander(s float64) {
	keep := math.Exp(-s / noiseS)
	fresh := noiseM * math.Sqrt(1-keep*keep)
	t.errX = t.errX*keep + fresh*t.rng.NormFloat64()
	t.errY = t.errY*keep + fresh*t.rng.NormFloat64()
	t.errZ = t.errZ*keep + 2*fresh*t.rng.NormFloat64()
	if t.rng.IntN(8) == 0 {
		t.satellites = min(16, max(5, t.satellites+t.rng.IntN(3)-1))
	}
}

// flaw spoils few fixes, as the field does.
func (t *tracker) flaw(f *fix) {
	switch t.rng.IntN(1500) {
	case 0:
		f.lat += t.rng.NormFloat64() * 0.004
		f.lng += t.rng.NormFloat64() * 0.004
		f.lat, f.lng, f.quality, f.satellites = math.Round(f.lat*1e6)/1e6, math.Round(f.lng*1e6)/1e6, "lbs", 0
	case 1:
		f.quality, f.satellites = "no_fix", 0
	case 2:
		f.quality = "repeated_position"
	}
}

// travel says when the platform and the collector had the fix.
func (t *tracker) travel(f *fix) {
	if t.now >= t.outages {
		t.outageFrom = t.now + int64(outageEveryS*t.rng.ExpFloat64())
		t.outages = t.outageFrom + 30 + t.rng.Int64N(outageMostS)
		t.held = 0
	}
	sent := f.fixMS + int64(t.lagMS*math.Exp(0.5*t.rng.NormFloat64()))
	if t.now >= t.outageFrom {
		f.upload = true
		sent = t.outages*1000 + t.held*1000/uploadASecond
		t.held++
	}
	f.gateMS = sent / 1000 * 1000
	ready := sent + 50 + t.rng.Int64N(200)
	if !f.upload && t.rng.Float64() < sharePolled {
		t.polled(f, ready)
		return
	}
	tick := (ready-t.platform)/tickMS + 1
	f.received = tick*tickMS + t.platform + jitterMS(tick, t.platform)
}

// polled makes the fix one that the fleet poll brought, every 30 s.
func (t *tracker) polled(f *fix, ready int64) {
	const pollMS = 30_000
	tick := (ready-t.platform*7)/pollMS + 1
	f.source, f.gateMS, f.postMethod, f.altitudeM = "location_list", 0, -1, noAltitude
	f.received = tick*pollMS + t.platform*7 + jitterMS(tick, t.platform)
}

// jitterMS is how late a tick is, the same for all on it.
func jitterMS(tick, platform int64) int64 {
	h := uint64(tick)*0x9E3779B97F4A7C15 ^ uint64(platform)*0xD1B54A32D192ED03
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	return int64(h >> 33 % 90)
}
