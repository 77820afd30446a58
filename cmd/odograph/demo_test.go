package main

import (
	"slices"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/jimi/jimitest"
)

// The rules of the demo are rules, and the ones that its fleet is about.
func TestDemoRules(t *testing.T) {
	rules, err := derive.ParseRules([]byte(demoRules))
	if err != nil {
		t.Fatal(err)
	}
	if rules.Driving.Speeding.Own(0) != jimitest.SpeedLimitKMH || *rules.Condition.Temperature.DefaultMaxC != jimitest.TemperatureMaxC {
		t.Errorf("%+v", rules)
	}
}

// What was found is counted against what is true: by vehicle, kind and time.
func TestDemoCountsAgainstTheTruth(t *testing.T) {
	now := time.Now().UTC()
	d := demo{began: now, platform: jimitest.New(jimitest.Options{Seed: 5, Devices: 20, Start: now.Add(-2 * time.Hour)})}
	truth := d.truth(now.Add(-30*time.Minute), now, now.Add(time.Minute))
	kinds, whole := map[string]int{}, 0
	for _, h := range truth {
		kinds[h.kind]++
		if h.whole {
			whole++
		}
	}
	if kinds[kindTrip] < 20 || kinds[kindParking] == 0 || kinds[kindVisit] < 5 || whole == 0 || whole == len(truth) {
		t.Fatalf("%d of %d are whole: %v", whole, len(truth), kinds)
	}
	if n := len(apart(truth, truth)); n != 0 {
		t.Errorf("%d of %d do not match themselves", n, len(truth))
	}
	other := slices.Clone(truth)
	for i := range other {
		other[i].imei = "1"
	}
	if n := len(apart(truth, other)); n != len(truth) {
		t.Errorf("%d of %d match another vehicle's", len(truth)-n, len(truth))
	}
}
