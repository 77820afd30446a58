package main

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
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
