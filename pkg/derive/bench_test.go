package derive_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

func newEnv() *derive.Env {
	return &derive.Env{IMEI: imei, Rules: derive.DefaultRules()}
}

const imei = "356938035643809"

// commit takes entries through a device as a transaction of the enricher does:
// into a fork that is written and kept. It counts the bytes that were written.
func commit(env *derive.Env, d *derive.Device, entries []timeline.Entry, out func(derive.Output)) (kept *derive.Device, logged int) {
	d = d.Fork()
	for _, e := range entries {
		d.Add(env, e, schema.Place{RawOffset: 1}, out)
	}
	d.Finish(env, out)
	d.Dirty(func(part string, value []byte) { logged += len(imei) + 1 + len(part) + len(value) })
	d.Settle()
	return d, logged
}

// perFix turns what a benchmark measured of passes over entries into figures of
// a fix; the cost of marks is the fixes'.
func perFix(b *testing.B, fixes int, outputs, logged int) {
	b.Helper()
	n := float64(fixes)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/fix")
	b.ReportMetric(float64(outputs)/n, "outputs/fix")
	b.ReportMetric(float64(logged)/n, "log-bytes/fix")
}

// BenchmarkAddInOrder is a vehicle's life in order; an operation is a fix, with
// the marks before it.
func BenchmarkAddInOrder(b *testing.B) {
	for _, interval := range []time.Duration{time.Second, 10 * time.Second} {
		for _, size := range []int{1, 20} {
			b.Run(fmt.Sprintf("every=%s/batch=%d", interval, size), func(b *testing.B) {
				batches := batchesOf(fleet(b, 1, interval, 6*time.Hour)[0], size)
				env := newEnv()
				d := &derive.Device{}
				fixes, outputs, logged, i := 0, 0, 0, len(batches)
				out := func(derive.Output) { outputs++ }
				b.ReportAllocs()
				b.ResetTimer()
				for fixes < b.N {
					if i == len(batches) {
						d, i = &derive.Device{}, 0
					}
					var n int
					d, n = commit(env, d, batches[i], out)
					fixes += fixesOf(batches[i])
					logged += n
					i++
				}
				perFix(b, fixes, outputs, logged)
			})
		}
	}
}

// batchesOf cuts entries into batches of a number of fixes.
func batchesOf(entries []timeline.Entry, fixes int) (out [][]timeline.Entry) {
	from, n := 0, 0
	for i, e := range entries {
		if e.Fix != nil {
			n++
		}
		if n == fixes {
			out, from, n = append(out, entries[from:i+1]), i+1, 0
		}
	}
	return out
}

// BenchmarkLateFix is one fix that comes late, a fix every 10 s for three hours
// being there, in a transaction of its own.
func BenchmarkLateFix(b *testing.B) {
	for _, late := range []time.Duration{5 * time.Second, 5 * time.Minute, time.Hour} {
		b.Run("late="+late.String(), func(b *testing.B) {
			entries := fleet(b, 1, 10*time.Second, 3*time.Hour)[0]
			env := newEnv()
			out := func(derive.Output) {}
			d := &derive.Device{}
			at := entries[len(entries)-1].Time() - int64(late.Seconds())
			var missing timeline.Entry
			for _, e := range entries {
				if e.Fix != nil && missing.Fix == nil && e.Time() > at-10 {
					missing = e
					continue
				}
				d, _ = commit(env, d, []timeline.Entry{e}, out)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				commit(env, d, []timeline.Entry{missing}, out)
			}
		})
	}
}

// BenchmarkOutage is two hours of fixes that come in one transaction after
// newer ones: 720 late fixes.
func BenchmarkOutage(b *testing.B) {
	entries := fleet(b, 1, 10*time.Second, 3*time.Hour)[0]
	env := newEnv()
	outputs := 0
	out := func(derive.Output) { outputs++ }
	d := &derive.Device{}
	start := entries[0].Time() + 3000
	var missing []timeline.Entry
	for _, e := range entries {
		if e.Time() >= start && e.Time() < start+7200 {
			missing = append(missing, e)
			continue
		}
		d, _ = commit(env, d, []timeline.Entry{e}, out)
	}
	outputs = 0
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		commit(env, d, missing, out)
	}
	b.ReportMetric(float64(fixesOf(missing)), "late-fixes")
	b.ReportMetric(float64(outputs)/float64(b.N), "outputs/op")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*fixesOf(missing)), "ns/late-fix")
}
