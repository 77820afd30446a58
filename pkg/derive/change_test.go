package derive_test

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

const otherRules = `
version: other
harsh: {merge_s: 8, cooldown_s: 20, thresholds_mps2: {truck: {accelerate: [1.4, 2, 2.5]}}}
speeding: {tolerance_kmh: 3, repeat_s: 30}
trip: {min_trip_distance_m: 500, split_rest_s: 600, rest_confirm_s: 30}
temperature: {min_duration_s: 60}
`

// parts are the entries before and after a time in the middle.
func parts(entries []timeline.Entry) (a, b []timeline.Entry) {
	half := len(entries) / 2
	for half < len(entries) && half > 0 && entries[half].Time() == entries[half-1].Time() {
		half++
	}
	return entries[:half], entries[half:]
}

func (p *player) change(rules *derive.Rules) {
	p.env.Rules, p.env.Driver = rules, "Grace"
	p.env.Profile = derive.Profile{Class: driving.Truck, SpeedLimitKMH: schema.Some(80.0), TemperatureMinC: schema.Some(-5.0)}
}

// TestConvergesOverAChange: the rules, the vehicle's class and its driver change
// on the way; before and after it any order ends in the same.
func TestConvergesOverAChange(t *testing.T) {
	before := derive.DefaultRules()
	after, err := derive.ParseRules([]byte(otherRules))
	if err != nil {
		t.Fatal(err)
	}
	var workers errgroup.Group
	workers.SetLimit(runtime.GOMAXPROCS(0))
	for seed := range uint64(min(*seeds, 100)) {
		workers.Go(func() error {
			a, b := parts(drive(seed))
			if len(a) < 10 || len(b) < 10 {
				return nil
			}
			want, got := newPlayer(before, seed), newPlayer(before, seed)
			err := errors.Join(want.inOrder(a), got.disturbed(a[:len(a)-1], before.EventTime.LatenessS))
			got.batch(a[len(a)-1:], false) // nothing restarts after it
			want.change(after)
			got.change(after)
			err = errors.Join(err, want.inOrder(b))
			got.batch(b[:1], false) // the live state goes over as it is
			err = errors.Join(err, got.disturbed(b, after.EventTime.LatenessS))
			if err != nil {
				return fmt.Errorf("seed %d: %w", seed, err)
			}
			if diff := difference(want.table, got.table); diff != "" {
				return fmt.Errorf("seed %d: %s", seed, diff)
			}
			return nil
		})
	}
	if err := workers.Wait(); err != nil {
		t.Fatal(err)
	}
}

// TestAnotherProfileIsWhatTheVehicleWas: the definition of a device often comes
// after its first fixes. What is late is taken as before, and in the end all is
// as if the definition had been there from the beginning.
func TestAnotherProfileIsWhatTheVehicleWas(t *testing.T) {
	rules := derive.DefaultRules()
	changed := 0
	for seed := range uint64(min(*seeds, 60)) {
		entries := drive(seed)
		for len(entries) > 0 && entries[len(entries)-1].Time()-entries[0].Time() > rules.EventTime.LatenessS/2 {
			entries = entries[:len(entries)-1]
		}
		if len(entries) < 20 {
			continue
		}
		truck := derive.Profile{Class: driving.Truck, SpeedLimitKMH: schema.Some(70.0), TemperatureMinC: schema.Some(-12.0)}
		want, car, got := newPlayer(rules, seed), newPlayer(rules, seed), newPlayer(rules, seed)
		want.env.Profile = truck
		a, b := parts(entries)
		first := append(slices.Clone(a[:len(a)/3]), a[2*len(a)/3:]...)
		late := a[len(a)/3 : 2*len(a)/3]
		err := errors.Join(want.inOrder(entries), car.inOrder(entries), got.disturbed(first, rules.EventTime.LatenessS/4))
		if seed%2 == 0 {
			got.restart()
		}
		got.env.Profile = truck
		err = errors.Join(err, got.disturbed(late, rules.EventTime.LatenessS/4), got.disturbed(b, rules.EventTime.LatenessS/4))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if diff := difference(want.table, got.table); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
		if difference(want.table, car.table) != "" {
			changed++
		}
	}
	if changed == 0 {
		t.Error("the profile made no difference in any drive")
	}
}

// TestRestartChangesNothing: what is said after a restart is what would have been
// said without it, to the revision.
func TestRestartChangesNothing(t *testing.T) {
	rules := derive.DefaultRules()
	for seed := range uint64(min(*seeds, 20)) {
		entries := drive(seed)
		a, b := newPlayer(rules, seed), newPlayer(rules, seed)
		for i, e := range entries {
			if i%7 == 3 && i+2 < len(entries) { // one of them late
				entries[i], entries[i+2] = entries[i+2], e
			}
		}
		for part := range slices.Chunk(entries, 5) {
			var said, again []any
			a.keep(part, &said)
			b.keep(part, &again)
			b.restart()
			if !reflect.DeepEqual(said, again) {
				t.Fatalf("seed %d: after a restart\n%+v, want\n%+v", seed, again, said)
			}
		}
	}
}

// keep is batch, with all that is sent.
func (p *player) keep(entries []timeline.Entry, sent *[]any) {
	p.d = p.attempt(entries, func(o derive.Output) { *sent = append(*sent, o.Record) })
	p.store()
}

// TestRestartWithOtherRules: what was going on by the rules before is not going on
// for ever, though after a restart nothing is known of how it was judged.
func TestRestartWithOtherRules(t *testing.T) {
	before := derive.DefaultRules()
	for _, text := range []string{otherRules, "version: none\ntrip: {min_trip_distance_m: 90000, min_trip_distance_off_m: 95000, leave_m: 400}"} {
		after, err := derive.ParseRules([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(min(*seeds, 100)) {
			a, b := parts(drive(seed))
			p := newPlayer(before, seed)
			err := p.inOrder(a)
			p.restart()
			p.change(after)
			if err = errors.Join(err, p.inOrder(b)); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			goesOn := map[string]int{}
			for _, r := range p.table {
				switch v := r.record.(type) {
				case schema.Trip:
					if v.Ongoing {
						goesOn["trip"]++
					}
				case schema.Stop:
					if v.Ongoing {
						goesOn["stop"]++
					}
				}
			}
			if goesOn["trip"] > 1 || goesOn["stop"] > 1 {
				t.Errorf("seed %d: %v go on at the end, of each one can", seed, goesOn)
			}
		}
	}
}

// TestGiveUp: after a fault a device begins anew, and nothing that went on before
// goes on for ever.
func TestGiveUp(t *testing.T) {
	rules := derive.DefaultRules()
	for seed := range uint64(min(*seeds, 50)) {
		a, b := parts(drive(seed))
		p := newPlayer(rules, seed)
		err := p.inOrder(a)
		p.d = p.d.Fork()
		p.d.GiveUp()
		p.d.Finish(&p.env, p.take)
		p.store()
		if seed%2 == 0 {
			p.restart()
		}
		if err = errors.Join(err, p.inOrder(b)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		at := a[len(a)-1].Time()
		for _, r := range p.table {
			if v, is := r.record.(schema.Trip); is && v.Ongoing && v.StartTime.Unix() <= at {
				t.Errorf("seed %d: a trip from before goes on: %+v", seed, v)
			}
		}
	}
}
