package simulate

import (
	"cmp"
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// FleetConfig describes a synthetic fleet.
type FleetConfig struct {
	Devices  int
	Interval time.Duration // between a device's fixes, whole seconds
	Start    time.Time     // of the first fixes
	For      time.Duration // of the source's time; 0: without end
	Seed     uint64
	Lat, Lng float64 // the middle of the city, degrees

	HarshPer100KM float64 // harsh manoeuvres, see Fleet.Manoeuvres; 0: DefaultHarshPer100KM; negative: none
	HarshAlarms   float64 // share of them that raise an alarm of the device, up to 1; 0: DefaultHarshAlarms; negative: none
}

// What FleetConfig takes where it says nothing.
const (
	DefaultHarshPer100KM = 3
	DefaultHarshAlarms   = 0.5
)

// A Fleet is a Source of the pushes of synthetic vehicles: fixes, a heartbeat
// every three minutes, a login at first, and alarms for ignition and for some of
// the harsh manoeuvres.
type Fleet struct {
	cfg     FleetConfig
	rng     *rand.Rand
	clock   reports
	waiting []Item
}

// report is the next time that a vehicle reports.
type report struct {
	vehicle   *vehicle
	at        time.Time
	heartbeat time.Time
	first     bool
}

const (
	heartbeatEvery = 3 * time.Minute
	gpsNoiseM      = 2.5
	citySize       = 41 // junctions a side: 14 km
)

// NewFleet makes a fleet.
func NewFleet(cfg FleetConfig) *Fleet {
	f := &Fleet{cfg: cfg, rng: rand.New(rand.NewPCG(cfg.Seed, 3))}
	harsh, alarms := orDefault(cfg.HarshPer100KM, DefaultHarshPer100KM), orDefault(cfg.HarshAlarms, DefaultHarshAlarms)
	c := newCity(cfg.Seed, cfg.Lat, cfg.Lng, citySize)
	start := cfg.Start.Truncate(time.Second)
	for i := range cfg.Devices {
		v := newVehicle(MadeUpIMEI(fmt.Sprintf("%d/%d", cfg.Seed, i)), c, cfg.Seed+uint64(i)*7919, start)
		v.be(cfg.Seed+uint64(i)*7919, harsh, alarms)
		phase := time.Duration(f.rng.Int64N(int64(cfg.Interval/time.Second))) * time.Second
		f.clock = append(f.clock, &report{vehicle: v, at: start.Add(phase), heartbeat: start.Add(phase), first: true})
	}
	heap.Init(&f.clock)
	return f
}

func orDefault(v, otherwise float64) float64 {
	if v == 0 {
		return otherwise
	}
	return v
}

// Manoeuvres are the harsh ones of the drives so far, of one vehicle after the
// other: what is there to be found, and nothing else is harsh.
func (f *Fleet) Manoeuvres() []HarshManoeuvre {
	var out []HarshManoeuvre
	for _, r := range f.clock {
		out = append(out, r.vehicle.done...)
	}
	slices.SortFunc(out, func(a, b HarshManoeuvre) int { return cmp.Or(cmp.Compare(a.IMEI, b.IMEI), a.Start.Compare(b.Start)) })
	return out
}

// Next gives the next item.
func (f *Fleet) Next() (Item, bool) {
	for len(f.waiting) == 0 {
		r := f.clock[0]
		if f.cfg.For > 0 && !r.at.Before(f.cfg.Start.Add(f.cfg.For)) {
			return Item{}, false
		}
		f.report(r)
		r.at = r.at.Add(f.cfg.Interval)
		heap.Fix(&f.clock, 0)
	}
	it := f.waiting[0]
	f.waiting = f.waiting[1:]
	return it, true
}

func (f *Fleet) report(r *report) {
	v := r.vehicle
	v.advance(r.at)
	put := func(path string, json []byte) {
		f.waiting = append(f.waiting, Item{Path: path, IMEI: v.imei, Due: r.at, JSON: json})
	}
	at := platformTime(r.at)
	if r.first {
		r.first = false
		put("/pushevent", fmt.Appendf(nil, `{"deviceImei":"%s","type":"LOGIN","gateTime":"%s","timezone":"GMT+00:00"}`, v.imei, at))
	}
	if !r.at.Before(r.heartbeat) {
		r.heartbeat = r.at.Add(heartbeatEvery)
		put("/pushhb", fmt.Appendf(nil, `{"deviceImei":"%s","gateTime":"%s","powerLevel":%d,"gsmSign":%d,"acc":%d,"powerStatus":%d,"fortify":0}`,
			v.imei, at, 70+f.rng.IntN(31), 40+f.rng.IntN(60), digit(v.ignition), digit(v.ignition)))
	}
	lat, lng := f.measured(v)
	put("/pushgps", f.gps(v, at, platformTime(r.at.Add(time.Second)), lat, lng))
	alarm := func(code string, a raised) {
		lat, lng := v.city.position(a.x, a.y)
		put("/pushalarm", fmt.Appendf(nil, `{"type":"DEVICE","msgClass":0,"imei":"%s","gateTime":"%s","msg":{"alertType":%s,"alarmTime":"%s","lat":%.6f,"lng":%.6f,"gpsSpeed":%.1f}}`,
			v.imei, at, code, platformTime(a.at), lat, lng, a.speedMPS*3.6))
	}
	for _, a := range v.raised {
		alarm(a.code, a)
	}
	if v.switched {
		alarm(map[bool]string{true: "254", false: "255"}[v.ignition], raised{at: r.at, x: v.x, y: v.y, speedMPS: v.speedMPS})
	}
}

// measured is the vehicle's position as its receiver finds it.
func (f *Fleet) measured(v *vehicle) (lat, lng float64) {
	x, y := v.x, v.y
	if v.speedMPS > 0 || v.ignition {
		x += f.rng.NormFloat64() * gpsNoiseM
		y += f.rng.NormFloat64() * gpsNoiseM
	}
	return v.city.position(x, y)
}

// gps is an item of /pushgps, reference 10.3.
func (f *Fleet) gps(v *vehicle, gpsTime, gateTime string, lat, lng float64) []byte {
	b := make([]byte, 0, 288)
	b = append(b, `{"deviceImei":"`...)
	b = append(b, v.imei...)
	b = append(b, `","gpsTime":"`...)
	b = append(b, gpsTime...)
	b = append(b, `","gateTime":"`...)
	b = append(b, gateTime...)
	b = append(b, `","satelliteNum":`...)
	b = strconv.AppendInt(b, int64(7+f.rng.IntN(6)), 10)
	b = append(b, `,"lng":`...)
	b = strconv.AppendFloat(b, lng, 'f', 6, 64)
	b = append(b, `,"lat":`...)
	b = strconv.AppendFloat(b, lat, 'f', 6, 64)
	b = append(b, `,"gpsMode":0,"gpsSpeed":`...)
	b = strconv.AppendInt(b, int64(math.Round(v.speedMPS*3.6)), 10)
	b = append(b, `,"direction":`...)
	b = strconv.AppendInt(b, int64(math.Round(math.Mod(v.heading*180/math.Pi+720, 360)))%360, 10)
	b = append(b, `,"acc":`...)
	b = strconv.AppendInt(b, int64(digit(v.ignition)), 10)
	b = append(b, `,"postType":1,"postMethod":0,"altitude":60,"distance":`...)
	b = strconv.AppendInt(b, int64(v.odometer), 10)
	// bits: ACC, positioned, south, west, GPS used
	status := 1<<18 | 1<<1 | digit(v.ignition) | digit(lat < 0)<<2 | digit(lng < 0)<<3
	b = append(b, `,"status":`...)
	b = strconv.AppendInt(b, int64(status), 10)
	return append(b, '}')
}

func digit(b bool) int {
	if b {
		return 1
	}
	return 0
}

type reports []*report

func (r reports) Len() int           { return len(r) }
func (r reports) Less(i, j int) bool { return r[i].at.Before(r[j].at) }
func (r reports) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *reports) Push(x any)        { *r = append(*r, x.(*report)) }
func (r *reports) Pop() any          { panic("no vehicle leaves the fleet") }
