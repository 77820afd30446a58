package simulate

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// A Drive is a made-up drive of which is known what the driver did.
type Drive struct {
	Labels []Manoeuvre
	truth  []moment // every 1/momentsPerS s
}

// A Manoeuvre is something that the driver did. Harsh ones and ordinary ones
// alike are labelled; what counts as harsh is for a threshold to say.
type Manoeuvre struct {
	Kind       schema.DrivingKind
	Start, End float64 // seconds into the drive
	PeakMPS2   float64 // the largest mean over 1 s, along the way or across it
	OverKMH    float64 // of speeding: above ManoeuvreLimitKMH
}

// ManoeuvreLimitKMH is the speed limit of the drives of Manoeuvres.
const ManoeuvreLimitKMH = 90

const momentsPerS = 10

// A moment is where the vehicle truly is and how it moves.
type moment struct{ x, y, mps, heading float64 }

// Manoeuvres drives for about n manoeuvres: braking, acceleration and corners
// with peaks of 0.8 to 5 m/s², half of them ordinary (below 2 m/s²), and
// stretches above the limit. Between them it drives as people do, below 1.2
// m/s². The same seed gives the same drive.
//
// Braking lasts 3 to 8 s and acceleration 2 to 7 s, with a mean of three quarters
// of the peak, as measured in a naturalistic study: of its braking at 2 m/s² or
// more, half lasts 4 to 7 s and loses 23 to 39 km/h.
func Manoeuvres(seed uint64, n int) *Drive {
	p := &pilot{rng: rand.New(rand.NewPCG(seed, 7)), d: &Drive{}}
	p.cruise(10)
	for range n {
		p.reach(30 + 45*p.rng.Float64())
		p.cruise(8 + 14*p.rng.Float64())
		switch p.rng.IntN(8) {
		case 0, 1, 2:
			p.brake()
		case 3, 4:
			p.accelerate()
		case 5, 6:
			p.corner()
		default:
			p.speed()
		}
		p.cruise(8 + 14*p.rng.Float64())
	}
	p.reach(0)
	p.cruise(20)
	p.labelSpeeding()
	return p.d
}

// A pilot adds moments to a drive.
type pilot struct {
	rng *rand.Rand
	d   *Drive
	now moment
}

// step drives for one moment with an acceleration and a turn rate in radians.
func (p *pilot) step(mps2, turnRate float64) {
	const dt = 1.0 / momentsPerS
	before := p.now.mps
	p.now.mps = max(0, before+mps2*dt)
	way := (before + p.now.mps) / 2 * dt
	p.now.heading += turnRate * dt / 2
	p.now.x += way * math.Sin(p.now.heading)
	p.now.y += way * math.Cos(p.now.heading)
	p.now.heading += turnRate * dt / 2
	p.d.truth = append(p.d.truth, p.now)
}

func (p *pilot) seconds() float64 { return float64(len(p.d.truth)) / momentsPerS }

// cruise holds the speed, as well as a foot does.
func (p *pilot) cruise(seconds float64) {
	phase := p.rng.Float64() * 2 * math.Pi
	for i := range int(seconds * momentsPerS) {
		wave := 0.0
		if p.now.mps > 3 {
			wave = 0.2 * math.Cos(phase+float64(i)/momentsPerS/3)
		}
		p.step(wave, 0.01*math.Sin(phase+float64(i)/momentsPerS/5))
	}
}

// reach drives to a speed in km/h at an ordinary rate.
func (p *pilot) reach(kmh float64) {
	to, rate := kmh/3.6, 0.6+0.5*p.rng.Float64()
	for math.Abs(p.now.mps-to) > 0.1 {
		p.step(math.Copysign(rate, to-p.now.mps), 0)
	}
}

// peak draws how hard a manoeuvre is: half of them are ordinary.
func (p *pilot) peak() float64 {
	if p.rng.IntN(2) == 0 {
		return 0.8 + 1.2*p.rng.Float64()
	}
	return 2 + 3*p.rng.Float64()
}

// profile is the share of the peak at a time within a manoeuvre: it grows over a
// quarter of it, holds, and falls over a quarter.
func profile(t, duration float64) float64 {
	return max(0, min(1, 4*t/duration, 4*(duration-t)/duration))
}

// lasting is a duration in which no more than 70 km/h are gained or lost.
func lasting(peak, duration float64) float64 { return min(duration, 70/3.6/(0.75*peak)) }

func (p *pilot) brake() {
	peak, duration := p.peak(), 3+5*p.rng.Float64()
	duration = lasting(peak, duration)
	p.reach(max(40, (0.75*peak*duration+3)*3.6))
	p.cruise(4)
	p.along(schema.HarshBraking, -peak, duration)
}

func (p *pilot) accelerate() {
	peak, duration := p.peak(), 2+5*p.rng.Float64()
	duration = lasting(peak, duration)
	p.reach(15 + 15*p.rng.Float64())
	p.cruise(4)
	p.along(schema.HarshAcceleration, peak, duration)
}

func (p *pilot) along(kind schema.DrivingKind, peak, duration float64) {
	from := p.seconds()
	for i := range int(duration * momentsPerS) {
		p.step(peak*profile(float64(i)/momentsPerS, duration), 0)
	}
	p.label(kind, from)
}

func (p *pilot) corner() {
	peak := p.peak()
	p.reach(28 + 22*p.rng.Float64())
	rate := peak / p.now.mps
	duration := (25 + 65*p.rng.Float64()) * math.Pi / 180 / rate / 0.75
	side := float64(1 - 2*p.rng.IntN(2))
	from := p.seconds()
	for i := range int(duration * momentsPerS) {
		p.step(0, side*rate*profile(float64(i)/momentsPerS, duration))
	}
	p.label(schema.HarshCornering, from)
}

// label adds the manoeuvre that began at from, with the largest mean over 1 s of
// what it truly did.
func (p *pilot) label(kind schema.DrivingKind, from float64) {
	m := Manoeuvre{Kind: kind, Start: from, End: p.seconds()}
	for i := max(int(from*momentsPerS)-momentsPerS, 0); i+momentsPerS < len(p.d.truth); i++ {
		a, b := p.d.truth[i], p.d.truth[i+momentsPerS]
		size := math.Abs(b.mps - a.mps)
		if kind == schema.HarshCornering {
			size = (a.mps + b.mps) / 2 * math.Abs(b.heading-a.heading)
		}
		m.PeakMPS2 = max(m.PeakMPS2, size)
	}
	p.d.Labels = append(p.d.Labels, m)
}

func (p *pilot) speed() {
	p.reach(ManoeuvreLimitKMH + 8 + 30*p.rng.Float64())
	p.cruise(10 + 160*p.rng.Float64())
}

// labelSpeeding labels every stretch that is more than 5 km/h above the limit,
// however it came about.
func (p *pilot) labelSpeeding() {
	over := false
	for i, m := range p.d.truth {
		at, excess := float64(i)/momentsPerS, m.mps*3.6-ManoeuvreLimitKMH
		switch {
		case excess <= 5:
			over = false
			continue
		case !over:
			over = true
			p.d.Labels = append(p.d.Labels, Manoeuvre{Kind: schema.Speeding, Start: at})
		}
		l := &p.d.Labels[len(p.d.Labels)-1]
		l.End, l.OverKMH = at, max(l.OverKMH, excess)
	}
}

// A Receiver says how well the drive is seen. Every error is normally
// distributed; that of the position drifts within a minute, as that of real
// receivers does.
type Receiver struct {
	GapS       int     // between two fixes
	PhaseS     int     // of the first one
	SpeedMPS   float64 // standard deviation of the Doppler speed on each axis
	PositionM  float64 // standard deviation of the position on each axis
	Satellites int32
}

// Fixes is what a receiver makes of the drive: whole km/h and whole degrees, as
// the platform sends them.
func (d *Drive) Fixes(seed uint64, start time.Time, r Receiver) []schema.Fix {
	rng := rand.New(rand.NewPCG(seed, 8))
	const lat0, lng0 = 48.0, 11.0
	perDegree := geo.DistanceM(lat0, lng0, lat0+1, lng0)
	perDegreeLng := geo.DistanceM(lat0, lng0, lat0, lng0+1)
	var out []schema.Fix
	var driftX, driftY float64
	keep := math.Exp(-float64(r.GapS) / 60)
	fresh := math.Sqrt(1-keep*keep) * r.PositionM
	for at := r.PhaseS; at*momentsPerS < len(d.truth); at += r.GapS {
		m := d.truth[at*momentsPerS]
		driftX, driftY = driftX*keep+rng.NormFloat64()*fresh, driftY*keep+rng.NormFloat64()*fresh
		vx := m.mps*math.Sin(m.heading) + rng.NormFloat64()*r.SpeedMPS
		vy := m.mps*math.Cos(m.heading) + rng.NormFloat64()*r.SpeedMPS
		heading := math.Mod(math.Atan2(vx, vy)*180/math.Pi+360, 360)
		out = append(out, schema.Fix{
			FixTime:    start.Add(time.Duration(at) * time.Second),
			Lat:        lat0 + (m.y+driftY)/perDegree,
			Lng:        lng0 + (m.x+driftX)/perDegreeLng,
			SpeedKMH:   schema.Some(math.Round(math.Hypot(vx, vy) * 3.6)),
			HeadingDeg: schema.Some(math.Mod(math.Round(heading), 360)),
			Satellites: schema.Some(r.Satellites),
		})
	}
	return out
}
