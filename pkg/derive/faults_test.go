package derive_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// plain is a generator without chance: a fix a second, ignition and satellites
// known.
func plain() *generator {
	return &generator{rng: rand.New(rand.NewPCG(1, 1)), at: 1_770_000_000, lat: 52.5, lng: 13.4, ignition: 1, every: 1, satellites: 9, known: true}
}

// exact is move without the holes that fix makes by chance.
func (g *generator) exact(accel, turn float64, times int) {
	for range times {
		g.move(accel, turn)
		f := g.out[len(g.out)-1].Fix
		f.Old, f.HeadingDeg, f.SpeedDKMH = false, int32(g.heading)%360, int32(g.speedMPS*3.6)*10
	}
}

func metres(entries []timeline.Entry) (sum float64) {
	for i := 1; i < len(entries); i++ {
		if a, b := entries[i-1].Fix, entries[i].Fix; b != nil {
			sum += geo.DistanceM(a.Lat(), a.Lng(), b.Lat(), b.Lng())
		}
	}
	return sum
}

// TestCorruptBeginning: the first rows of a drive may be the corrupt ones. They
// make no distance and no trip of their own.
func TestCorruptBeginning(t *testing.T) {
	for _, where := range []string{"at the beginning", "in the middle"} {
		for corrupt := range 12 {
			for _, moves := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d %s, moving %t", corrupt, where, moves), func(t *testing.T) {
					g := plain()
					g.exact(0, 0, 30)
					g.exact(1, 0, 15)
					g.exact(0, 1, 600)
					g.exact(-1, 0, 15)
					g.exact(0, 0, 400)
					want := metres(g.out)
					from := 0
					if where == "in the middle" {
						from = 300
					}
					for i := range corrupt {
						f := g.out[from+i].Fix
						f.LatE6 = 0
						if moves {
							f.SpeedDKMH, f.LngE6 = 300, f.LngE6+int32(i)*100
						}
					}
					p := newPlayer(derive.DefaultRules(), 1)
					if err := p.inOrder(g.out); err != nil {
						t.Fatal(err)
					}
					trips, distance := 0, 0.0
					for _, r := range p.table {
						switch v := r.record.(type) {
						case schema.Trip:
							trips++
							distance += v.DistanceM
						case schema.DrivingEvent:
							if v.Kind != schema.Idling {
								t.Errorf("an event: %+v", v)
							}
						}
					}
					// A trip is cut where the corrupt position was believed for a while.
					if trips < 1 || trips > 2 || distance > want*1.02 || distance < want*0.95-float64(corrupt)*20 {
						t.Errorf("%d trips, %.0f m, want %.0f", trips, distance, want)
					}
				})
			}
		}
	}
}

// TestReasons: a reason is a word, and told once however often entries are judged.
func TestReasons(t *testing.T) {
	rules := derive.DefaultRules()
	for seed := range uint64(30) {
		entries := drive(seed)
		told := map[string]int{}
		p := newPlayer(rules, seed)
		p.env.Rejected = func(reason string, at int64) {
			if reason == "" || strings.ContainsFunc(reason, func(r rune) bool { return r != '_' && !unicode.IsLower(r) }) {
				t.Fatalf("the reason is %q", reason)
			}
			told[fmt.Sprint(reason, " ", at)]++
		}
		if err := p.inOrder(entries); err != nil {
			t.Fatal(err)
		}
		for what, n := range told {
			if n > 2 { // accelerations and corners are rejected each by itself
				t.Errorf("seed %d: %s was told %d times", seed, what, n)
			}
		}
	}
}

// TestStretchNearTheLimit: who drives just above the limit for long, between two
// times well above it, has sped twice; and nothing that comes late takes back the
// first.
func TestStretchNearTheLimit(t *testing.T) {
	g := plain()
	g.every = 10
	speed := func(kmh float64, fixes int) {
		g.speedMPS = kmh / 3.6
		g.exact(0, 0, fixes)
	}
	speed(110, 20)
	speed(150, 19)  // told with its last fix, so that its end does not tell it again
	speed(133, 200) // above the limit of 130, not above the tolerance of 5
	speed(150, 8)
	speed(110, 1)
	rules := derive.DefaultRules()
	want, got := newPlayer(rules, 1), newPlayer(rules, 1)
	late := len(g.out) - 10 // just before the second
	g.out[late].Fix.SpeedDKMH = 1250
	if err := want.inOrder(g.out); err != nil {
		t.Fatal(err)
	}
	for i := range g.out {
		if i != late {
			got.batch(g.out[i:i+1], false)
		}
	}
	got.batch(g.out[late:late+1], false)
	if diff := difference(want.table, got.table); diff != "" || got.err != nil {
		t.Error(diff, got.err)
	}
	n := 0
	for _, r := range got.table {
		if r.kind == string(schema.Speeding) {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d times of speeding, want 2", n)
	}
}
