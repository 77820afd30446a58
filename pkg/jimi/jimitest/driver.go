package jimitest

import (
	"math"
	"math/rand/v2"
	"time"
)

// SpeedLimitKMH is what the vehicles must not drive faster than. They do, now
// and then.
const SpeedLimitKMH = 80

// The kinds of manoeuvres.
const (
	HarshBraking      = "harsh_braking"
	HarshAcceleration = "harsh_acceleration"
	HarshCornering    = "harsh_cornering"
	Speeding          = "speeding" // more than 5 km/h above SpeedLimitKMH
	Idling            = "idling"   // at rest with the ignition on
)

// A Manoeuvre is something that a driver truly did. Nothing else that a vehicle
// does is harsh: along the way it stays within 1.9 m/s² and across it within 1.6.
type Manoeuvre struct {
	IMEI       string
	Kind       string
	Start, End time.Time
	PeakMPS2   float64 // the largest mean over a second, of a harsh one: 2.8 to 4.5, of a corner that was taken slower than meant 2 and more
	OverKMH    float64 // of speeding, above SpeedLimitKMH
	Alarm      string  // code of the alarm that the device raised; empty: none
}

// made is a Manoeuvre by times since its drive began.
type made struct {
	Manoeuvre
	start, end, peak time.Duration
}

func (v *vehicle) manoeuvres(from, to time.Time) []Manoeuvre {
	var out []Manoeuvre
	v.cycles(from, to, func(begin time.Time, _ int64, c *cycle) {
		for i := range c.manoeuvres {
			m := c.manoeuvres[i].Manoeuvre
			m.IMEI, m.Start, m.End = v.imei, begin.Add(c.manoeuvres[i].start), begin.Add(c.manoeuvres[i].end)
			if !v.raises {
				m.Alarm = ""
			}
			if !m.Start.Before(from) && !m.End.After(to) && !m.Start.Before(v.start) {
				out = append(out, m)
			}
		}
	})
	return out
}

// How people drive, in m/s².
const (
	accelerateMPS2 = 1.7 // from rest; at fadeMPS half of it
	fadeMPS        = 20
	brakeMPS2      = 1.2
	reserveMPS2    = 1.9
	cornerMPS2     = 1.5
	leastPeak      = 2.8 // of what is meant to be harsh
	mostPeak       = 4.5
	countsFrom     = 2.0 // across: a corner that was taken slower is one like any other
	speedingMPS    = 25.5
	cruiseMost     = 19.0
	mostMPS        = 22.0
)

// A driver makes the drive of a cycle, second by second.
type driver struct {
	draw   *rand.Rand
	loop   *loop
	cruise float64
	wayM   float64 // on the loop
	out    *cycle

	atS     int
	beganM  float64
	mps     float64
	target  float64 // of this side of the loop
	side    int
	pedals  []float64 // changes of speed that are still to come
	doing   *made
	dared   float64 // across, in the next corner; 0: as usual
	overS   int     // seconds of speeding that are left
	plan    plan
	stopM   float64 // on the loop, where the drive ends; 0: where its time is over
	braking bool    // to a stop

	stopping bool // at stopM
}

// A plan says at which second of a drive something is done as soon as it can
// be; never is no time.
type plan struct{ brake, accelerate, corner, speed, idle, end int }

const never = 1 << 30

func (d *driver) plans(lengthS int) plan {
	when := func(chance float64) int {
		if d.draw.Float64() >= chance {
			return never
		}
		return int((0.05 + 0.75*d.draw.Float64()) * float64(lengthS))
	}
	return plan{brake: when(0.22), accelerate: when(0.25), corner: when(0.3), speed: when(0.5), idle: when(0.35), end: lengthS}
}

// drive makes a drive of about so many seconds, or to where it has to end.
func (d *driver) drive(lengthS int) {
	d.plan, d.beganM, d.side = d.plans(lengthS), d.wayM, -1
	if d.stopM > 0 {
		d.plan.end = never
	}
	for d.atS == 0 || d.mps > 0 || !d.over() {
		d.decide()
		d.second(d.pedal())
	}
	d.out.drive, d.out.lengthM = time.Duration(d.atS)*time.Second, d.wayM-d.beganM
}

func (d *driver) over() bool {
	return d.atS >= d.plan.end || d.stopM > 0 && d.wayM > d.stopM-0.01
}

const (
	calmM  = 3500 // before the place of the end nothing is begun any more
	arrive = 1.1  // m/s², about
)

// stopThere brakes so that the vehicle comes to rest at its place to the metre:
// it takes a speed whose half, times whole seconds, is the way that is left.
func (d *driver) stopThere() {
	left := d.stopM - d.wayM
	if d.mps < 2 || left > d.mps*d.mps/2/arrive+d.mps {
		return
	}
	n := math.Round(2*left/d.mps - 2)
	from := (2*left - d.mps) / (n + 1)
	d.pedals = append(d.pedals, from-d.mps)
	for range int(n) {
		d.pedals = append(d.pedals, -from/n)
	}
	d.stopping = true
}

func (d *driver) peak() float64 { return leastPeak + (mostPeak-leastPeak)*d.draw.Float64() }

// decide begins what is due and can be done now.
func (d *driver) decide() {
	side, m := d.loop.on(d.wayM)
	if side != d.side {
		d.side, d.target = side, min(cruiseMost, d.cruise*(0.8+0.5*d.draw.Float64()))
	}
	left := d.loop.straightM - m
	if d.doing != nil || d.braking || d.over() {
		d.braking = d.braking || d.over() && d.doing == nil && left > 0
		return
	}
	if d.stopM > 0 && d.stopM-d.wayM < calmM {
		if !d.stopping {
			d.stopThere()
		}
		return
	}
	due := func(at *int) bool {
		if d.atS < *at {
			return false
		}
		*at = never
		return true
	}
	switch p := d.peak(); {
	case left < 60: // a corner is near
	case d.dared == 0 && due(&d.plan.corner):
		d.dared = p
	case d.mps > 2.5*p+2 && left > 200 && due(&d.plan.brake):
		d.press(HarshBraking, "48", -p, 3+d.draw.IntN(6), d.mps-2)
	case d.mps > 1 && d.mps < 8 && left > 300 && due(&d.plan.accelerate):
		d.press(HarshAcceleration, "41", p, 2+d.draw.IntN(4), mostMPS-d.mps)
	case left > 700+100*speedingMPS && due(&d.plan.speed):
		d.overS = 70 + d.draw.IntN(30)
	case d.overS == 0 && left > 300 && due(&d.plan.idle):
		d.braking = true
	}
}

// press puts a foot down for so many seconds, or for as many as gain or lose no
// more than most; the mean is about three quarters of the peak.
func (d *driver) press(kind, alarm string, peak float64, seconds int, most float64) {
	share, sum := 0.6, 0.0
	for i := 0; i < seconds && sum+math.Abs(share*peak) <= most; i++ {
		d.pedals, sum = append(d.pedals, share*peak), sum+math.Abs(share*peak)
		switch i {
		case 0:
			share = 1
		case seconds - 2:
			share = 0.7
		default:
			share = 0.85
		}
	}
	d.begin(kind, alarm)
}

func (d *driver) begin(kind, alarm string) {
	at := time.Duration(d.atS) * time.Second
	d.doing = &made{Manoeuvre: Manoeuvre{Kind: kind, Alarm: alarm}, start: at, peak: at}
}

// pedal is by how much the speed changes in the next second.
func (d *driver) pedal() float64 {
	if len(d.pedals) > 0 {
		p := d.pedals[0]
		d.pedals = d.pedals[1:]
		return p
	}
	target := max(d.target, d.mps-1)
	if d.overS > 0 {
		target = speedingMPS
	}
	_, m := d.loop.on(d.wayM)
	corner := math.Sqrt(max(cornerMPS2, d.dared) * d.loop.radiusM)
	if ahead := d.loop.straightM - m - d.mps; m < d.loop.straightM {
		target = min(target, math.Sqrt(corner*corner+2*brakeMPS2*max(0, ahead)))
	} else {
		target = min(target, corner)
	}
	if d.braking {
		target = min(target, max(0, d.mps-brakeMPS2))
	}
	if target > d.mps {
		return min(target-d.mps, accelerateMPS2/(1+d.mps/fadeMPS))
	}
	return max(target-d.mps, -reserveMPS2)
}

// second drives for one second.
func (d *driver) second(change float64) {
	change = max(change, -d.mps)
	way := d.wayM - d.beganM
	if n := len(d.out.moves); n == 0 || d.out.moves[n-1].mps2 != change || change != 0 {
		d.out.moves = append(d.out.moves, move{float64(d.atS), way, d.mps, change})
	}
	_, before := d.loop.on(d.wayM)
	mean := d.mps + change/2
	d.mps += change
	if d.mps < 1e-9 {
		d.mps = 0
	}
	d.wayM += mean
	d.atS++
	_, after := d.loop.on(d.wayM)
	d.judge(change, mean, before, after)
	if d.braking && d.mps == 0 && !d.over() {
		d.idle()
	}
}

// judge labels what the last second was.
func (d *driver) judge(change, mean, before, after float64) {
	l := d.loop
	inCorner := max(0, min(after, l.sideM())-max(before, l.straightM))
	if after < before { // out of the corner
		inCorner = l.sideM() - max(before, l.straightM)
	}
	over := d.mps*3.6 > SpeedLimitKMH+5
	switch {
	case d.doing == nil && d.dared > 0 && inCorner > 0:
		d.begin(HarshCornering, "42")
		d.doing.start -= time.Second
	case d.doing == nil && over:
		d.begin(Speeding, "6")
	}
	if d.doing == nil {
		return
	}
	switch d.doing.Kind {
	case HarshCornering:
		d.note(mean * inCorner / l.radiusM)
		if after < l.straightM {
			d.dared = 0
			d.end(d.doing.PeakMPS2 >= countsFrom)
		}
	case Speeding:
		d.overS = max(0, d.overS-1)
		d.doing.OverKMH = max(d.doing.OverKMH, d.mps*3.6-SpeedLimitKMH)
		if !over {
			d.overS = 0
			d.end(true)
		}
	default:
		d.note(math.Abs(change))
		if len(d.pedals) == 0 {
			d.end(true)
		}
	}
}

func (d *driver) note(mps2 float64) {
	if mps2 > d.doing.PeakMPS2 {
		d.doing.PeakMPS2, d.doing.peak = mps2, time.Duration(d.atS)*time.Second
	}
}

func (d *driver) end(counts bool) {
	d.doing.end = time.Duration(d.atS) * time.Second
	if counts {
		d.out.manoeuvres = append(d.out.manoeuvres, *d.doing)
	}
	d.doing = nil
}

// idle stands for some minutes with the ignition on, and drives on.
func (d *driver) idle() {
	length := 6*60 + d.draw.IntN(3*60)
	d.begin(Idling, "")
	d.out.moves = append(d.out.moves, move{float64(d.atS), d.wayM - d.beganM, 0, 0})
	d.atS += length
	d.end(true)
	d.braking = false
	d.plan.end = max(d.plan.end, d.atS+120)
}
