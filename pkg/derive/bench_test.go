package derive_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

func newWriter() *writer {
	return &writer{env: &derive.Env{IMEI: imei, Rules: derive.DefaultRules()}}
}

const imei = "356938035643809"

// A writer takes entries through a device as the enricher does: into a fork that
// is written and kept.
type writer struct {
	env     *derive.Env
	scratch []byte
	outputs int
	logged  int            // bytes of the changelog, with keys
	parts   map[string]int // of them by the first letter of the part; nil: not counted
}

// commit is one transaction.
func (w *writer) commit(d *derive.Device, entries []timeline.Entry) *derive.Device {
	d = d.Fork()
	for _, e := range entries {
		d.Add(w.env, e, schema.Place{RawOffset: 1}, w.hear)
	}
	d.Finish(w.env, w.hear)
	w.scratch = d.Dirty(w.scratch, w.put)
	d.Settle()
	return d
}

func (w *writer) hear(derive.Output) { w.outputs++ }

func (w *writer) put(part string, value []byte) {
	n := len(imei) + 1 + len(part) + len(value)
	w.logged += n
	if w.parts != nil {
		w.parts[part[:1]] += n
	}
}

// BenchmarkAddInOrder is a vehicle's life in order; an operation is a fix, with
// the marks before it.
func BenchmarkAddInOrder(b *testing.B) {
	for _, interval := range []time.Duration{time.Second, 10 * time.Second} {
		for _, size := range []int{1, 20} {
			b.Run(fmt.Sprintf("every=%s/batch=%d", interval, size), func(b *testing.B) {
				batches := batchesOf(fleet(b, 1, interval, 6*time.Hour)[0], size)
				w, d := newWriter(), &derive.Device{}
				fixes, i := 0, len(batches)
				b.ReportAllocs()
				b.ResetTimer()
				for fixes < b.N {
					if i == len(batches) {
						d, i = &derive.Device{}, 0
					}
					d = w.commit(d, batches[i])
					fixes += fixesOf(batches[i])
					i++
				}
				b.ReportMetric(float64(w.outputs)/float64(fixes), "outputs/fix")
				b.ReportMetric(float64(w.logged)/float64(fixes), "log-bytes/fix")
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
			w, d := newWriter(), &derive.Device{}
			at := entries[len(entries)-1].Time() - int64(late.Seconds())
			var missing timeline.Entry
			for _, e := range entries {
				if e.Fix != nil && missing.Fix == nil && e.Time() > at-10 {
					missing = e
					continue
				}
				d = w.commit(d, []timeline.Entry{e})
			}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				w.commit(d, []timeline.Entry{missing})
			}
		})
	}
}

// BenchmarkOutage is two hours of fixes that come in one transaction after
// newer ones: 720 late fixes.
func BenchmarkOutage(b *testing.B) {
	entries := fleet(b, 1, 10*time.Second, 3*time.Hour)[0]
	w, d := newWriter(), &derive.Device{}
	start := entries[0].Time() + 3000
	var missing []timeline.Entry
	for _, e := range entries {
		if e.Time() >= start && e.Time() < start+7200 {
			missing = append(missing, e)
			continue
		}
		d = w.commit(d, []timeline.Entry{e})
	}
	w.outputs = 0
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		w.commit(d, missing)
	}
	b.ReportMetric(float64(fixesOf(missing)), "late-fixes")
	b.ReportMetric(float64(w.outputs)/float64(b.N), "outputs/op")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*fixesOf(missing)), "ns/late-fix")
}
