package timeline_test

import (
	"math"
	"math/rand/v2"

	"github.com/odograph/odograph/pkg/timeline"
)

// A vehicle moves as a car does in a city: roads of some 100 m, turns at their
// ends, speeds that are sought with bounded acceleration, stops at lights; its
// receiver errs by about 2 m, slowly changing, and rounds as trackers do.
type vehicle struct {
	r                *rand.Rand
	lat, lng         float64 // degrees
	heading, wantDeg float64
	speed, wantMPS   float64
	accel            float64
	roadLeftM        float64
	stopS            int // seconds left at a light
	errN, errE       float64
	satellites       float64
	odometerM        float64
	parked           bool
	shownDeg         float64
	frozenLat        int32
	frozenLng        int32
}

func newVehicle(seed uint64) *vehicle {
	return &vehicle{r: rand.New(rand.NewPCG(seed, 1)), lat: 22.576539, lng: 113.942885, heading: 155, wantDeg: 155,
		satellites: 11, odometerM: 48_213_000, roadLeftM: 300}
}

// second moves the vehicle on by a second.
func (v *vehicle) second() {
	v.errN = v.errN*0.98 + v.r.NormFloat64()*2*math.Sqrt(1-0.98*0.98)
	v.errE = v.errE*0.98 + v.r.NormFloat64()*2*math.Sqrt(1-0.98*0.98)
	v.satellites = min(max(v.satellites+v.r.NormFloat64()*0.12, 5), 20)
	if v.parked {
		v.speed = 0
		return
	}
	if v.stopS > 0 {
		v.stopS--
		if v.speed == 0 && v.stopS == 0 {
			v.drawRoad()
		}
	}
	if v.roadLeftM < 60 && v.wantMPS > 6 {
		v.wantMPS = 4 + 4*v.r.Float64()
		if v.r.IntN(3) == 0 {
			v.wantMPS, v.stopS = 0, 10+v.r.IntN(50)
		}
	}
	v.follow()
}

func (v *vehicle) drawRoad() {
	v.roadLeftM = 120 + v.r.ExpFloat64()*350
	v.wantMPS = (30 + 35*v.r.Float64()) / 3.6
	v.wantDeg += []float64{0, 0, 90, -90, 20, -35}[v.r.IntN(6)]
}

func (v *vehicle) follow() {
	target := min(max((v.wantMPS-v.speed)*0.4, -2.2), 1.6)
	v.accel += min(max(target-v.accel, -0.9), 0.9)
	if v.wantMPS > 0 {
		v.accel += v.r.NormFloat64() * 0.08
	}
	v.speed = max(v.speed+v.accel, 0)
	if v.wantMPS == 0 && v.speed < 0.8 {
		v.speed = 0
		if v.stopS == 0 {
			v.drawRoad()
		}
	}
	d := math.Mod(v.wantDeg-v.heading, 360)
	v.heading += min(max(d*0.5, -18), 18)*min(v.speed/5, 1) + v.r.NormFloat64()*0.4*min(v.speed/5, 1)
	v.lat += v.speed * math.Cos(v.heading*math.Pi/180) / 111_195
	v.lng += v.speed * math.Sin(v.heading*math.Pi/180) / 111_195 / math.Cos(v.lat*math.Pi/180)
	v.roadLeftM -= v.speed
	v.odometerM += v.speed * 1.003
	if v.roadLeftM < 0 && v.stopS == 0 {
		v.drawRoad()
	}
}

// fix is what the tracker sends. It holds its position while the ignition is
// off, and its heading while it stands.
func (v *vehicle) fix(at int64) timeline.Fix {
	lat := int32(math.Round((v.lat + v.errN/111_195) * 1e6))
	lng := int32(math.Round((v.lng + v.errE/111_195/math.Cos(v.lat*math.Pi/180)) * 1e6))
	acc, satellites := int32(1), int32(v.satellites)
	if v.parked {
		acc = 0
		if v.frozenLat == 0 {
			v.frozenLat, v.frozenLng = lat, lng
		}
		lat, lng = v.frozenLat, v.frozenLng
	} else {
		v.frozenLat = 0
	}
	speed := int32(math.Round(max(v.speed*3.6+v.r.NormFloat64()*0.3, 0)))
	if v.speed == 0 {
		speed = 0
	}
	if speed > 2 {
		v.shownDeg = v.heading + v.r.NormFloat64()*min(10/v.speed, 8)*0.5
	}
	h := int32(math.Round(v.shownDeg))
	return timeline.Fix{Time: at, LatE6: lat, LngE6: lng, SpeedDKMH: speed * 10, HeadingDeg: (h%360 + 360) % 360,
		Satellites: min(satellites, timeline.MaxSatellites), ACC: acc, OdometerM: int64(v.odometerM)}
}

// drive gives the fixes of a vehicle for a time, either always on its way or
// for about 55 % of it, parked for the rest.
func drive(seed uint64, seconds, interval int64, always bool) (fixes []timeline.Fix) {
	v := newVehicle(seed)
	left := int64(1200)
	for s := range seconds {
		if left--; left <= 0 && !always && (v.parked || v.speed == 0) {
			v.parked = !v.parked
			left = 900 + v.r.Int64N(1800)
			if v.parked {
				left = left * 45 / 55
			}
			v.drawRoad()
			v.stopS = 0
		}
		v.second()
		if s%interval == 0 {
			fixes = append(fixes, v.fix(base+s))
		}
	}
	return fixes
}

// share is the share of fixes that move.
func share(fixes []timeline.Fix) float64 {
	n := 0
	for i := range fixes {
		if fixes[i].SpeedDKMH > 0 {
			n++
		}
	}
	return float64(n) / float64(len(fixes))
}

func without(fixes []timeline.Fix, change func(*timeline.Fix)) []timeline.Fix {
	out := append([]timeline.Fix(nil), fixes...)
	for i := range out {
		change(&out[i])
	}
	return out
}
