package derive

import (
	"testing"

	"github.com/odograph/odograph/pkg/timeline"
)

// deaf hears nothing.
type deaf struct{ n int }

func (d *deaf) hear(*content)        { d.n++ }
func (d *deaf) reject(string, int64) {}

// BenchmarkStepAllDetectors is a fix through all detectors, without the log and
// what is kept of events. The vehicle goes round with bounded acceleration.
func BenchmarkStepAllDetectors(b *testing.B) {
	env := &Env{Rules: DefaultRules()}
	var j judges
	to := &deaf{}
	speeds := [...]int32{0, 60, 120, 180, 240, 300, 360, 400, 420, 420, 420, 400, 350, 290, 230, 170, 110, 50, 0, 0}
	f := timeline.Fix{Time: 1_770_000_000, LatE6: 41_256_500, LngE6: -95_934_500, HeadingDeg: 90, Satellites: 9, ACC: 1, OdometerM: timeline.Unknown}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		f.Time++
		f.SpeedDKMH = speeds[i%len(speeds)]
		f.LngE6 += f.SpeedDKMH / 4 * int32(1-i/400%2*2)
		j.step(env, timeline.Entry{Fix: &f}, to)
	}
	b.ReportMetric(float64(to.n)/float64(b.N), "events/fix")
}
