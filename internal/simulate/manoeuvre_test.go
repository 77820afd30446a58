package simulate_test

import (
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

func TestManoeuvresAreSeenAsLabelled(t *testing.T) {
	start := time.Unix(1_700_000_000, 0).UTC()
	d := simulate.Manoeuvres(5, 60)
	if !reflect.DeepEqual(d, simulate.Manoeuvres(5, 60)) {
		t.Fatal("the same seed gives another drive")
	}
	fixes := d.Fixes(1, start, simulate.Receiver{GapS: 1, Satellites: 9})
	kinds := map[schema.DrivingKind]int{}
	for _, m := range d.Labels {
		kinds[m.Kind]++
		if m.Kind == schema.Speeding {
			continue
		}
		if m.PeakMPS2 < 0.7 || m.PeakMPS2 > 5.2 || m.End-m.Start < 1 {
			t.Errorf("%+v", m)
		}
		seen := 0.0
		for i := int(m.Start); i <= int(m.End)+1; i++ {
			a, b := fixes[i], fixes[i+1]
			size := math.Abs(b.SpeedKMH.Value-a.SpeedKMH.Value) / 3.6
			if m.Kind == schema.HarshCornering {
				turn := math.Mod(b.HeadingDeg.Value-a.HeadingDeg.Value+540, 360) - 180
				size = (a.SpeedKMH.Value + b.SpeedKMH.Value) / 7.2 * math.Abs(turn) * math.Pi / 180
			}
			seen = max(seen, size)
		}
		// Whole km/h and degrees, and a phase of up to half a second.
		if seen > m.PeakMPS2+0.45 || seen < m.PeakMPS2*0.6-0.3 {
			t.Errorf("%+v: without noise its fixes show %.2f m/s²", m, seen)
		}
	}
	for _, k := range []schema.DrivingKind{schema.HarshBraking, schema.HarshAcceleration, schema.HarshCornering, schema.Speeding} {
		if kinds[k] < 3 {
			t.Errorf("%d of %s", kinds[k], k)
		}
	}
	way, driven := 0.0, 0.0
	for i := 1; i < len(fixes); i++ {
		a, b := fixes[i-1], fixes[i]
		way += geo.DistanceM(a.Lat, a.Lng, b.Lat, b.Lng)
		driven += (a.SpeedKMH.Value + b.SpeedKMH.Value) / 7.2
	}
	if math.Abs(way/driven-1) > 0.01 {
		t.Errorf("%.0f m by position, %.0f m by speed", way, driven)
	}
}
