package driving_test

import (
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

func TestClassOf(t *testing.T) {
	for word, want := range map[string]driving.Class{
		"": driving.Car, "automobile": driving.Car, "per": driving.Car, "pickup": driving.Car, "Taxi": driving.Car, "unheard of": driving.Car,
		"truck": driving.Truck, " TRUCK ": driving.Truck, "lorry": driving.Truck, "heavy truck": driving.Truck, "box truck": driving.Truck,
		"bus": driving.Bus, "minibus": driving.Bus, "school bus": driving.Bus, "mtc": driving.Motorcycle, "motorcycle": driving.Motorcycle,
		"van": driving.Van, "Light Truck": driving.Van, "delivery van": driving.Van, "pickup truck": driving.Car,
	} {
		if got := driving.ClassOf(word); got != want {
			t.Errorf("%q is a %s, want %s", word, got, want)
		}
	}
}

func TestLowestLimit(t *testing.T) {
	for want, l := range map[string]driving.Limits{
		"":      {},
		"own":   {OwnKMH: 80, FenceKMH: 90},
		"fence": {OwnKMH: 80, FenceKMH: 30, RoadKMH: 50},
		"road":  {RoadKMH: 50},
	} {
		if _, got := l.Lowest(); got != want {
			t.Errorf("%+v: %q holds, want %q", l, got, want)
		}
	}
}

func TestRulesNameWhatIsWrong(t *testing.T) {
	r := driving.DefaultRules()
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	r.Harsh.Thresholds.Bus.Brake = [3]float64{3, 2, 1}
	r.Harsh.GapFactor = nil
	r.Harsh.CornerGapFactor = map[int]float64{0: 7}
	r.Harsh.MaxGapS.Inferred = 1
	r.Harsh.DeviceSeverity = "bad"
	r.Harsh.Reject.MaxAbsMPS2 = 0
	r.Speeding.MinDurationS = -1
	err := r.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, key := range []string{"harsh.thresholds_mps2.bus.brake is [3 2 1]", "harsh.gap_factor", "harsh.corner_gap_factor.0 is 7", "harsh.max_gap_s.inferred is 1: want 3 to 60",
		"harsh.device_severity is bad: want low", "harsh.reject.max_abs_mps2", "speeding.min_duration_s is -1"} {
		if !strings.Contains(err.Error(), key) {
			t.Errorf("no %q in\n%v", key, err)
		}
	}
}

func TestObservable(t *testing.T) {
	r := driving.DefaultRules()
	at := func(change func(f *timeline.Fix)) timeline.Fix {
		f := timeline.Fix{Time: start, LatE6: 1, LngE6: 1, SpeedDKMH: 300, HeadingDeg: 1, Satellites: timeline.Unknown, ACC: timeline.Unknown}
		change(&f)
		return f
	}
	prev := at(func(*timeline.Fix) {})
	for name, c := range map[string]struct {
		want   bool
		change func(f *timeline.Fix)
	}{
		"a second later":      {true, func(f *timeline.Fix) { f.Time++; f.LatE6 += 75 }},
		"three seconds later": {true, func(f *timeline.Fix) { f.Time += 3; f.LatE6 += 225 }},
		"too late":            {false, func(f *timeline.Fix) { f.Time += 4; f.LatE6 += 300 }},
		"no speed":            {false, func(f *timeline.Fix) { f.Time++; f.SpeedDKMH = timeline.Unknown }},
		"few satellites":      {false, func(f *timeline.Fix) { f.Time++; f.LatE6 += 75; f.Satellites = 3 }},
		"held position":       {false, func(f *timeline.Fix) { f.Time++ }},
	} {
		cur := at(c.change)
		if got := driving.Observable(&r, &prev, &cur); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestFill(t *testing.T) {
	d := newDriver()
	for _, line := range []string{"t=0..2 v=50 h=0", "t=3 v=30 h=0", "t=4 brake=0/48", "t=60 collision=0/44"} {
		d.line(t, line)
	}
	var records []schema.DrivingEvent
	for _, e := range d.log.events() {
		var r schema.DrivingEvent
		e.Fill(&r)
		records = append(records, r)
	}
	if len(records) != 2 {
		t.Fatalf("%d records", len(records))
	}
	b, c := records[0], records[1]
	if b.Kind != schema.HarshBraking || !b.StartTime.Equal(time.Unix(start+2, 0)) || b.Source != schema.EvidenceDevice || len(b.Sources) != 2 ||
		b.Confidence != schema.ConfidenceHigh || b.Severity != schema.SeverityHigh || b.GapS.Value != 1 || b.SpeedBeforeKMH.Value != 50 || b.SpeedAfterKMH.Value != 30 ||
		b.ThresholdMPS2.Value != 2.4 || !b.Lat.Valid || b.HeadingChangeDeg.Valid || b.LimitKMH.Valid || b.VehicleClass != "car" || b.AlarmCode != "0/48" {
		t.Errorf("%+v", b)
	}
	if c.Kind != schema.Collision || c.PeakMPS2.Valid || c.GapS.Valid || c.Lat.Valid || c.MaxSpeedKMH.Valid || len(c.Sources) != 1 {
		t.Errorf("%+v", c)
	}
}
