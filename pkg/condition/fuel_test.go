package condition_test

import (
	"math/rand/v2"
	"testing"

	"github.com/odograph/odograph/pkg/condition"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

const seeds = 1000

// A tank is a day of a vehicle with a noisy sensor.
type tank struct {
	*drive
	rnd    *rand.Rand
	at     int64
	every  int64 // seconds between two readings
	level  float64
	slosh  float64 // standard deviation on the move; a quarter of it at rest
	wrong  float64 // share of readings that are anything
	silent bool    // without readings while parked
}

func newTank(seed uint64) *tank {
	rnd := rand.New(rand.NewPCG(seed, 4))
	return &tank{
		drive: &drive{rules: condition.DefaultRules(), input: condition.NoInput(), lat: 52}, rnd: rnd,
		every: 5 + rnd.Int64N(60), level: 150 + 150*rnd.Float64(), slosh: 0.5 + 2*rnd.Float64(), wrong: 0.02,
		silent: rnd.IntN(2) == 0,
	}
}

func (k *tank) read(sigma float64) {
	v := k.level + k.rnd.NormFloat64()*sigma
	if k.rnd.Float64() < k.wrong {
		v = 600 * k.rnd.Float64()
	}
	k.mark(k.at, timeline.Mark{Kind: timeline.MarkFuel, Channel: "1", Unit: "L", Value: v})
}

// drives goes on for so many seconds, burning litres an hour.
func (k *tank) drives(seconds int64, perH float64) {
	for end := k.at + seconds; k.at < end; k.at += 10 {
		k.lat += 15 * 10 / 111_195.0
		k.fix(k.at, 54, 1)
		k.level -= perH / 360
		if k.at/10%max(1, k.every/10) == 0 {
			k.read(k.slosh)
		}
	}
}

// stands rests for so many seconds while the level changes by so much in the
// second quarter of them.
func (k *tank) stands(seconds int64, by, perH float64, acc int32) {
	start, from := k.at, k.level
	for end := k.at + seconds; k.at < end; k.at += 10 {
		if (k.at-start)%60 == 0 {
			k.fix(k.at, 0, acc)
		}
		share := (float64(k.at-start)/float64(seconds) - 0.25) * 4
		k.level = from + by*max(0, min(1, share)) - perH*float64(k.at-start)/3600
		if (acc == 1 || !k.silent) && k.at/10%max(1, k.every/10) == 0 {
			k.read(k.slosh / 4)
		}
	}
}

// TestNoiseIsNoEvent: noise, outliers, consumption and slopes of parking places
// make neither refuel nor theft.
func TestNoiseIsNoEvent(t *testing.T) {
	for seed := range uint64(seeds) {
		k := newTank(seed)
		for range 4 {
			k.drives(1200+k.rnd.Int64N(2400), 10+20*k.rnd.Float64())
			askew := 10 * (k.rnd.Float64() - 0.5)
			k.level += askew
			k.stands(60+k.rnd.Int64N(3600), 0, 4*k.rnd.Float64(), k.rnd.Int32N(3)-1)
			k.level -= askew
		}
		if o := run(k.drive, k.entries); o.told > 0 {
			t.Errorf("seed %d: readings every %d s with a deviation of %.1f l:\n%v", seed, k.every, k.slosh, o)
		}
	}
}

// TestChangesAreFound: a refuel or a theft of twice the minimum, with the same
// noise, is found once and in its size.
func TestChangesAreFound(t *testing.T) {
	for _, c := range []struct {
		kind schema.ConditionKind
		by   float64
	}{{schema.ConditionRefuel, 20}, {schema.ConditionTheft, -20}} {
		hits, sized := 0, 0
		for seed := range uint64(seeds) {
			k := newTank(seed)
			k.drives(1800, 20)
			from := noon + k.at
			k.stands(1200+k.rnd.Int64N(1200), c.by, 0, 0)
			to := noon + k.at
			k.drives(1800, 20)
			o := run(k.drive, k.entries)
			if len(o.order) != 1 || o.last[o.order[0]].Kind != c.kind {
				continue
			}
			e := o.last[o.order[0]]
			if e.Start < from-180 || e.Start > to || e.End < from || e.End > to+180 {
				t.Errorf("%s, seed %d: %d to %d, want within %d to %d", c.kind, seed, e.Start, e.End, from, to)
			}
			hits++
			if by := e.ValueAfter - e.ValueBefore; by > c.by-6 && by < c.by+6 {
				sized++
			}
		}
		t.Logf("%s: %d of %d found once, %d of them to within 6 l", c.kind, hits, seeds, sized)
		if hits < seeds*95/100 || sized < hits*90/100 {
			t.Errorf("%s: found %d of %d, %d in the right size", c.kind, hits, seeds, sized)
		}
	}
}
