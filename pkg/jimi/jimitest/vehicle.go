package jimitest

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"sort"
	"strconv"
	"time"
)

// A vehicle goes round a loop of its own, in cycles of driving and resting,
// which repeat. Everything about it is a function of the seed and the time, so
// that any stretch of its past costs only its own length.
type vehicle struct {
	imei      string
	name      string
	start     time.Time
	lat, lng  float64 // centre of the loop
	loop      loop
	phaseM    float64       // where on the loop it starts
	every     time.Duration // between two fixes with the ignition on
	offset    time.Duration // into its programme at the start
	programme [cyclesEach]cycle
	period    time.Duration // of the programme
	periodM   float64

	raises  bool // its device raises alarms of harsh manoeuvres and of speeding
	signsIn signing
	sensors sensors
}

// cyclesEach is how many cycles a vehicle has before they repeat.
const cyclesEach = 4

const leastLastM = 6000 // of the last drive of a programme

// A signing is how drivers make themselves known.
type signing int

const (
	byNothing signing = iota
	byCard            // an RFID reader
	byAlarm           // an alarm with their name
)

// Every third device raises alarms of manoeuvres, every second knows its driver.
func newVehicle(seed int64, n int, start time.Time, every time.Duration) *vehicle {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d/%d", seed, n)
	draw := rand.New(rand.NewPCG(h.Sum64(), 5))
	v := &vehicle{start: start, every: every, name: fmt.Sprintf("Van %d", n+1), raises: n%3 == 0, sensors: sensorsOf(n)}
	v.imei = madeUpIMEI(seed, n)
	switch n % 4 {
	case 1:
		v.signsIn = byCard
	case 2:
		v.signsIn = byAlarm
	}
	v.lat, v.lng = 52.50+0.12*(draw.Float64()-0.5), 13.40+0.2*(draw.Float64()-0.5)
	v.loop = newLoop(4+draw.IntN(2), 9_000+14_000*draw.Float64(), 17+5*draw.Float64())
	v.phaseM = float64(draw.IntN(v.loop.corners))*v.loop.sideM() + v.loop.straightM*(0.4+0.2*draw.Float64())
	cruise := 11 + 6*draw.Float64()
	for i := range v.programme {
		c := &v.programme[i]
		c.begin, c.beginM = v.period, v.periodM
		d := driver{draw: draw, loop: &v.loop, cruise: cruise, wayM: v.phaseM + v.periodM, out: c}
		if i == cyclesEach-1 { // the programme begins where it ends
			d.stopM = v.phaseM + v.loop.lengthM()*math.Ceil((v.periodM+leastLastM)/v.loop.lengthM())
		}
		d.drive(15*60 + draw.IntN(20*60))
		c.rest = time.Duration(4*60+draw.IntN(10*60)) * time.Second
		if v.sensors.fuel {
			c.rest = 14 * time.Minute // long enough for what happens to its fuel
		}
		v.period += c.drive + c.rest
		v.periodM += c.lengthM
	}
	v.offset = time.Duration(draw.Float64() * float64(v.period)).Truncate(time.Second)
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
func (v *vehicle) cycle(t time.Time) (n int64, c *cycle, into time.Duration) {
	since := t.Sub(v.start) + v.offset
	rounds := int64(since / v.period)
	since -= time.Duration(rounds) * v.period
	i := cyclesEach - 1
	for since < v.programme[i].begin {
		i--
	}
	c = &v.programme[i]
	return rounds*cyclesEach + int64(i), c, since - c.begin
}

// A moment is how a vehicle stands at a time.
type moment struct {
	into, drive time.Duration // of its cycle
	wayM        float64       // since the beginning of its programme
	mps         float64
}

func (v *vehicle) moment(t time.Time) moment {
	n, c, into := v.cycle(t)
	way, mps := c.at(into)
	return moment{into: into, drive: c.drive, wayM: float64(n/cyclesEach)*v.periodM + c.beginM + way, mps: mps}
}

// driving tells whether the ignition is on.
func (v *vehicle) driving(t time.Time) bool {
	_, c, into := v.cycle(t)
	return into < c.drive
}

// A cycle is a drive and the rest after it.
type cycle struct {
	begin       time.Duration // in the programme
	beginM      float64       // on the way
	drive, rest time.Duration
	lengthM     float64
	moves       []move
	manoeuvres  []made
}

// A move is a stretch of constant acceleration.
type move struct{ atS, wayM, mps, mps2 float64 }

// at is how far the drive has come, and how fast it is.
func (c *cycle) at(into time.Duration) (wayM, mps float64) {
	if into >= c.drive {
		return c.lengthM, 0
	}
	s := into.Seconds()
	m := c.moves[sort.Search(len(c.moves), func(i int) bool { return c.moves[i].atS > s })-1]
	s -= m.atS
	return m.wayM + m.mps*s + m.mps2*s*s/2, m.mps + m.mps2*s
}
