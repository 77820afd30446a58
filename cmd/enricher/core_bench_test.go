package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/schema"
)

// BenchmarkDerive is the enricher's core with and without the stage that finds
// out what the vehicles did, in turns, so that the ratio comes from one run: a
// fleet that sends each second, and one that sends every 10 s, in transactions of
// 2,000 records; in order, and with a tenth of the fixes a minute late.
func BenchmarkDerive(b *testing.B) {
	for _, interval := range []time.Duration{time.Second, 10 * time.Second} {
		for _, late := range []int{0, 10} {
			b.Run(fmt.Sprintf("every=%s/late=1in%d", interval, late), func(b *testing.B) {
				length := 10 * time.Minute
				if interval > time.Second {
					length = 3 * time.Hour
				}
				records := delayed(fleetRecords(b, 60, interval, length), late, time.Minute, length)
				var with, sans cost
				for b.Loop() {
					sans.measure(testProcessor(false), records)
					with.measure(testProcessor(true), records)
				}
				b.ReportMetric(0, "ns/op")
				with.report(b, "with")
				sans.report(b, "without")
				b.ReportMetric(float64(with.took)/float64(sans.took), "times-the-time")
			})
		}
	}
}

// BenchmarkFences is the enricher's core with so many geofences over the city in
// which its fleet drives, in turns with none.
func BenchmarkFences(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			book := cityFences(b, n)
			records := fleetRecords(b, 60, time.Second, 10*time.Minute)
			var with, sans cost
			in := 0
			for b.Loop() {
				sans.measure(testProcessor(true), records)
				p := testProcessor(true)
				p.fences = func() *fences.Book { return book }
				with.measure(p, records)
			}
			part, bat := newPartition(3), &batch{}
			p := testProcessor(true)
			p.fences = func() *fences.Book { return book }
			transact(p, part, bat, records[:2000], nil)
			for _, r := range bat.records {
				if r.Topic == "fleet.fixes.v1" {
					var f schema.Fix
					if err := schema.Decode(r.Value, &f); err != nil {
						b.Fatal(err)
					}
					in += len(f.FenceIDs)
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(in)/float64(bat.counts.fixes), "fences/fix")
			with.report(b, "with")
			sans.report(b, "without")
			b.ReportMetric(float64(with.took)/float64(sans.took), "times-the-time")
		})
	}
}

// cityFences are circles of 50 to 500 m over 40 km around the fleet's city.
func cityFences(tb testing.TB, n int) *fences.Book {
	tb.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	versions := make([]*fences.Version, n)
	for i := range versions {
		lat, lng := 41.2565+(rng.Float64()-0.5)*0.36, -95.9345+(rng.Float64()-0.5)*0.48
		v, err := fences.Compile(&schema.Fence{FenceID: strconv.Itoa(i), Version: 1, GeoJSON: fmt.Appendf(nil,
			`{"type":"Feature","properties":{"radius_m":%.0f},"geometry":{"type":"Point","coordinates":[%.6f,%.6f]}}`, 50+450*rng.Float64(), lng, lat)})
		if err != nil {
			tb.Fatal(err)
		}
		versions[i] = v
	}
	return new(fences.Book).With(versions, 0)
}

// A cost is what a number of fixes took.
type cost struct {
	took          time.Duration
	bytes, allocs uint64
	fixes         int
}

func (c *cost) measure(p *processor, records []*kgo.Record) {
	const size = 2000
	part, b := newPartition(3), &batch{}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	for at := 0; at < len(records); at += size {
		transact(p, part, b, records[at:min(at+size, len(records))], nil)
		c.fixes += b.counts.fixes
	}
	c.took += time.Since(start)
	runtime.ReadMemStats(&after)
	c.bytes += after.TotalAlloc - before.TotalAlloc
	c.allocs += after.Mallocs - before.Mallocs
}

func (c *cost) report(b *testing.B, name string) {
	b.Helper()
	n := float64(c.fixes)
	b.ReportMetric(n/c.took.Seconds(), "fixes/s-"+name)
	b.ReportMetric(float64(c.took.Nanoseconds())/n, "ns/fix-"+name)
	b.ReportMetric(float64(c.bytes)/n, "B/fix-"+name)
	b.ReportMetric(float64(c.allocs)/n, "allocs/fix-"+name)
}
