package main

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
)

// BenchmarkSinkBacklog stores a backlog of a million fixes of 1000 devices in
// 4 partitions, Kafka and ClickHouse on the same machine. One op is the whole
// backlog; the time runs from the start of the sink until all rows are stored.
// cpu-us/row is the processor time of the sink alone.
func BenchmarkSinkBacklog(b *testing.B) {
	const backlog, partitions = 1_000_000, 4
	var cpu time.Duration
	for b.Loop() {
		b.StopTimer()
		p := newPipe(b, stacktest.Shared(b), partitions)
		produceBacklog(b, p, backlog, partitions)
		cfg := p.config("a")
		cfg.BatchWait = DefaultConfig().BatchWait
		before := processorTime(b)
		b.StartTimer()
		r := p.start(cfg)
		p.until("all rows", func() (string, bool) {
			n := counted(b, r.sink.metrics.rows.WithLabelValues("fixes"))
			return fmt.Sprint(n), n >= backlog
		})
		b.StopTimer()
		cpu += processorTime(b) - before
		r.finish()
		for _, q := range []string{"SELECT count() FROM fixes FINAL", "SELECT uniqExact(raw_partition, raw_offset) FROM fixes"} {
			if n := p.number(q); n != backlog {
				b.Fatalf("%s = %d, want %d", q, n, backlog)
			}
		}
		b.StartTimer()
	}
	b.ReportMetric(backlog*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(cpu.Nanoseconds())/1e3/backlog/float64(b.N), "cpu-us/row")
}

// processorTime is what this process has used.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// produceBacklog writes n fixes in the order in which a fleet sends them.
func produceBacklog(b *testing.B, p *pipe, n int, partitions int32) {
	b.Helper()
	const devices = 1000
	f := schema.Fix{
		Item: schema.Item{Source: schema.SourcePush, Account: "main"},
		Lat:  50, Lng: 8, SpeedKMH: schema.Some(50.0), HeadingDeg: schema.Some(90.0), Satellites: schema.Some(int32(9)),
		ACC: schema.Some(true), OdometerM: schema.Some(1e7), PosType: "gps", PostMethod: schema.Some(int32(0)), GPSMode: schema.Some(int32(0)),
		H3R7: 608431252457914367, H3R9: 617438451696140287, H3R11: 626445650950623231,
	}
	for i := range n {
		device := i % devices
		f.IMEI = fmt.Sprintf("8600000000%05d", device)
		f.FixTime = start.Add(time.Duration(i/devices*10+device%10) * time.Second)
		f.ReceivedTime = f.FixTime.Add(1234 * time.Millisecond)
		f.Lat, f.Lng = 50+float64(i%7919)*1e-6, 8+float64(i%6007)*1e-6
		f.RawPartition, f.RawOffset = int32(device)%partitions, int64(i)
		p.client.Produce(b.Context(), &kgo.Record{
			Topic: schema.TopicFixes.Name(p.prefix), Partition: f.RawPartition, Key: []byte(f.IMEI), Value: f.AppendJSON(nil),
		}, func(_ *kgo.Record, err error) {
			if err != nil {
				b.Error(err)
			}
		})
	}
	if err := p.client.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
}
