package simulate

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

// A HarshManoeuvre is one that a driver of a Fleet truly did.
type HarshManoeuvre struct {
	IMEI       string
	Kind       schema.DrivingKind
	Start, End time.Time
	PeakMPS2   float64 // the largest mean over a second, along the way or across it
	Alarm      string  // code of the alarm that the device raised; empty: none
}

// A temper is what makes a driver harsh: after a random distance the next chance
// to brake, speed up or take a corner is taken at 2.8 to 4.5 m/s².
type temper struct {
	moods  *rand.Rand
	everyM float64 // mean distance between two harsh manoeuvres; 0: none
	alarms float64 // share of them that the device raises an alarm of
	moodOf [3]mood // by harshKinds

	pedals []float64 // changes of speed that are still to come, m/s in a second
	doing  *HarshManoeuvre
	worst  raised // second of it
	done   []HarshManoeuvre
	raised []raised // alarms since the last report
}

// A mood is when a driver does the next harsh manoeuvre of a kind, and how.
type mood struct {
	fromM float64 // on the odometer
	peak  float64 // m/s²
}

// raised is an alarm with where and how fast the vehicle was.
type raised struct {
	code     string
	at       time.Time
	x, y     float64
	speedMPS float64
}

const (
	leastPeakMPS2, mostPeakMPS2 = 2.8, 4.5
	leastCorner                 = math.Pi / 4
	turnedMPS2                  = 2 // across: less was a corner like any other after all
)

// be gives the vehicle a temper.
func (v *vehicle) be(seed uint64, per100KM, alarms float64) {
	if per100KM <= 0 {
		return
	}
	v.moods, v.everyM, v.alarms = rand.New(rand.NewPCG(seed, 9)), 100_000/per100KM, alarms
	for k := range v.moodOf {
		v.want(k)
	}
}

var harshKinds = [...]schema.DrivingKind{schema.HarshBraking, schema.HarshAcceleration, schema.HarshCornering}

// want decides after which distance the next manoeuvre of a kind comes.
func (v *vehicle) want(kind int) {
	v.moodOf[kind] = mood{
		fromM: v.odometer + float64(len(harshKinds))*v.everyM*v.moods.ExpFloat64(),
		peak:  leastPeakMPS2 + (mostPeakMPS2-leastPeakMPS2)*v.moods.Float64(),
	}
}

// lose gives the change of speed of a harsh manoeuvre, if there is one now.
func (v *vehicle) lose() (mps float64, is bool) {
	for k := range v.moodOf {
		if m := v.moodOf[k]; v.everyM > 0 && v.doing == nil && v.odometer >= m.fromM {
			v.begin(harshKinds[k], m.peak)
		}
	}
	if len(v.pedals) == 0 {
		return 0, false
	}
	mps = v.pedals[0]
	v.pedals = v.pedals[1:]
	return mps, true
}

// shares are how a foot goes down and comes off again, second by second, as
// shares of the peak: their mean is about three quarters.
func shares(seconds int) (out []float64, sum float64) {
	for i := range seconds {
		share := 0.85
		switch i {
		case 0:
			share = 0.6
		case 1:
			share = 1
		case seconds - 1:
			share = 0.7
		}
		out, sum = append(out, share), sum+share
	}
	return out, sum
}

// begin takes the chance, if this is one.
func (v *vehicle) begin(kind schema.DrivingKind, peak float64) {
	l := &v.legs[0]
	gentle := math.Abs(l.turn) < leastCorner && !v.daring()
	switch kind {
	case schema.HarshBraking:
		for n := 3 + v.moods.IntN(6); gentle && n >= 3; n-- { // 3 to 8 s, as measured
			pedals, sum := shares(n)
			if slow := v.speedMPS - sum*peak; slow > 3 && v.allowed(float64(n)*v.speedMPS) > slow {
				v.press(kind, pedals, -peak)
				return
			}
		}
	case schema.HarshAcceleration:
		for n := 2 + v.moods.IntN(4); gentle && v.speedMPS > 1 && n >= 2; n-- {
			pedals, sum := shares(n)
			fast := v.speedMPS + sum*peak
			if fast < l.mps && v.allowed(float64(n)*(v.speedMPS+fast)/2+fast) > fast {
				v.press(kind, pedals, peak)
				return
			}
		}
	default:
		v.dare(peak)
	}
}

func (v *vehicle) press(kind schema.DrivingKind, pedals []float64, peak float64) {
	for _, s := range pedals {
		v.pedals = append(v.pedals, s*peak)
	}
	v.doing = &HarshManoeuvre{IMEI: v.imei, Kind: kind, Start: v.at.Add(-time.Second)}
}

// dare makes the next corner one that is taken fast, if it is neither too near
// nor behind a light.
func (v *vehicle) dare(peak float64) {
	ahead := v.legs[0].lengthM - v.along
	for i := 1; i < len(v.legs) && ahead < lookAheadM/2 && !v.legs[i-1].light; i++ {
		l := &v.legs[i]
		if math.Abs(l.turn) >= leastCorner && ahead > 20 {
			if fast := math.Sqrt(peak * l.lengthM / math.Abs(l.turn)); fast < v.legs[i-1].mps {
				l.mps, l.dared = fast, true
				v.moodOf[slices.Index(harshKinds[:], schema.HarshCornering)].fromM = math.Inf(1) // until it is behind
			}
			return
		}
		ahead += l.lengthM
	}
}

func (v *vehicle) daring() bool {
	return slices.ContainsFunc(v.legs, func(l leg) bool { return l.dared })
}

// judge sees what the last second was, and ends what is over.
func (v *vehicle) judge(before, heading float64) {
	if v.everyM == 0 {
		return
	}
	turned := math.Remainder(v.heading-heading, 2*math.Pi)
	dared := len(v.legs) > 0 && v.legs[0].dared
	if v.doing == nil && dared {
		v.doing = &HarshManoeuvre{IMEI: v.imei, Kind: schema.HarshCornering, Start: v.at.Add(-time.Second)}
	}
	switch {
	case v.doing == nil:
	case v.doing.Kind == schema.HarshCornering:
		v.note((before+v.speedMPS)/2*math.Abs(turned), turned)
		if !dared {
			v.end(v.doing.PeakMPS2 >= turnedMPS2)
		}
	default:
		v.note(math.Abs(v.speedMPS-before), 0)
		if len(v.pedals) == 0 {
			v.end(true)
		}
	}
}

// note remembers the worst second of what the vehicle does.
func (v *vehicle) note(mps2, turned float64) {
	if mps2 <= v.doing.PeakMPS2 {
		return
	}
	v.doing.PeakMPS2 = mps2
	v.worst = raised{code: alarmOf(v.doing.Kind, turned), at: v.at, x: v.x, y: v.y, speedMPS: v.speedMPS}
}

// alarmOf is the code that devices raise, of the JIMI protocol.
func alarmOf(kind schema.DrivingKind, turned float64) string {
	switch {
	case kind == schema.HarshAcceleration:
		return "41"
	case kind == schema.HarshBraking:
		return "48"
	case turned < 0:
		return "42"
	}
	return "43"
}

// end lets the manoeuvre be over; it counts if it was one.
func (v *vehicle) end(counts bool) {
	m := *v.doing
	v.doing = nil
	v.want(slices.Index(harshKinds[:], m.Kind))
	if !counts {
		return
	}
	m.End = v.at
	if v.moods.Float64() < v.alarms {
		m.Alarm = v.worst.code
		v.raised = append(v.raised, v.worst)
	}
	v.done = append(v.done, m)
}
