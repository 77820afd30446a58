package main

import (
	"bytes"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/pkg/schema"
)

var (
	restoreDevices = flag.Int("restore-devices", 2000, "devices of the benchmarks of a restore")
	backlogFixes   = flag.Int("backlog-fixes", 100_000, "fixes of the benchmark of a backlog")
)

// A pattern is what a compacted changelog holds of one device: part and value.
type pattern [][2][]byte

// patterns are those of simulated vehicles after two and a quarter hours at a fix
// every 10 s: 810 fixes and what came with them.
func patterns(tb testing.TB, vehicles int) []pattern {
	tb.Helper()
	p, part, b := testProcessor(true), newPartition(3), &batch{}
	latest := map[string][]byte{}
	var order []string
	records := fleetRecords(tb, vehicles, 10*time.Second, 135*time.Minute)
	for at := 0; at < len(records); at += vehicles {
		transact(p, part, b, records[at:min(at+vehicles, len(records))], func(r *kgo.Record) {
			key := string(r.Key)
			if _, there := latest[key]; !there {
				order = append(order, key)
			}
			latest[key] = bytes.Clone(r.Value)
		})
	}
	of := map[string]int{}
	var out []pattern
	for _, key := range order {
		imei, name, ok := strings.Cut(key, "/")
		if !ok || latest[key] == nil {
			continue
		}
		n, known := of[imei]
		if !known {
			n = len(out)
			of[imei] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], [2][]byte{[]byte("/" + name), latest[key]})
	}
	return out
}

func deviceID(i int) string { return fmt.Sprintf("35693%010d", i) }

// BenchmarkRestore loads devices from records in memory, one partition.
func BenchmarkRestore(b *testing.B) {
	all := patterns(b, 50)
	n := *restoreDevices
	var heap uint64
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		before := liveHeap()
		b.StartTimer()
		part := restoreOf(b, all, n)
		b.StopTimer()
		heap += liveHeap() - before
		runtime.KeepAlive(part)
		b.StartTimer()
	}
	records, size := 0, 0
	for i := range n {
		for _, kv := range all[i%len(all)] {
			records++
			size += len(deviceID(i)) + len(kv[0]) + len(kv[1])
		}
	}
	devices := float64(n * b.N)
	b.ReportMetric(b.Elapsed().Seconds()/devices*100_000, "s/100000-devices")
	b.ReportMetric(float64(records)/float64(n), "records/device")
	b.ReportMetric(float64(size)/float64(n), "changelog-B/device")
	b.ReportMetric(float64(heap)/devices, "memory-B/device")
}

// restoreOf loads a partition of devices.
func restoreOf(tb testing.TB, all []pattern, devices int) *partition {
	tb.Helper()
	part := newPartition(0)
	var key []byte
	for i := range devices {
		for _, kv := range all[i%len(all)] {
			key = append(append(key[:0], deviceID(i)...), kv[0]...)
			if err := part.load(key, kv[1]); err != nil {
				tb.Fatal(err)
			}
		}
	}
	if err := part.loaded(); err != nil {
		tb.Fatal(err)
	}
	return part
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkRestoreFromKafka restores the same from a real broker, whose changelog
// holds each key once, and tells the process's memory of each device.
func BenchmarkRestoreFromKafka(b *testing.B) {
	r := newRig(b)
	fill(b, r, patterns(b, 50), *restoreDevices)
	opts, err := kafka.Options(r.config("one").Kafka, "restore", slog.New(slog.DiscardHandler), nil)
	if err != nil {
		b.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) { // a new broker has no coordinator at first
		if _, err := r.adm.FetchOffsets(b.Context(), schema.EnricherGroup(r.prefix)); err == nil {
			break
		} else if time.Now().After(deadline) {
			b.Fatal(err)
		}
	}
	numbers := []int32{0, 1, 2, 3}
	var memory int64
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		debug.FreeOSMemory()
		before := resident(b)
		b.StartTimer()
		parts, err := restore(b.Context(), opts, r.config("one"), slog.New(slog.DiscardHandler), numbers)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		debug.FreeOSMemory()
		memory += resident(b) - before
		devices := 0
		for _, p := range parts {
			devices += len(p.devices)
		}
		if devices != *restoreDevices {
			b.Fatalf("%d devices, want %d", devices, *restoreDevices)
		}
		b.StartTimer()
	}
	n := float64(*restoreDevices * b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s")
	b.ReportMetric(b.Elapsed().Seconds()/n*100_000, "s/100000-devices")
	b.ReportMetric(float64(memory)/n, "resident-B/device")
}

// fill writes the changelog of many devices.
func fill(b *testing.B, r *rig, all []pattern, devices int) {
	b.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(r.s.Brokers()...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.MaxBufferedRecords(50_000))
	if err != nil {
		b.Fatal(err)
	}
	defer cl.Close()
	var once sync.Once
	var failed error
	topic := schema.TopicState.Name(r.prefix)
	for i := range devices {
		for _, kv := range all[i%len(all)] {
			rec := &kgo.Record{Topic: topic, Partition: int32(i % partitions), Key: append([]byte(deviceID(i)), kv[0]...), Value: kv[1]}
			cl.Produce(b.Context(), rec, func(_ *kgo.Record, err error) {
				if err != nil {
					once.Do(func() { failed = err })
				}
			})
		}
	}
	if err := cl.Flush(b.Context()); err != nil || failed != nil {
		b.Fatal(err, failed)
	}
}

// resident is the memory of this process, bytes.
func resident(b *testing.B) int64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip(err)
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		b.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// BenchmarkBacklog is a backlog of the raw topic through the whole enricher,
// exactly once, from the start until the last offset is committed: with and
// without the stage that derives, on one broker at the same time of day.
func BenchmarkBacklog(b *testing.B) {
	records := fleetRecords(b, 500, 10*time.Second, time.Duration(*backlogFixes/500)*10*time.Second)
	for range b.N {
		took := map[bool]time.Duration{}
		for _, derived := range []bool{false, true} {
			r := newRig(b)
			b.StopTimer()
			r.produce(records)
			b.StartTimer()
			took[derived] = r.drain(derived, len(records))
		}
		b.ReportMetric(float64(*backlogFixes)/took[true].Seconds(), "fixes/s-with")
		b.ReportMetric(float64(*backlogFixes)/took[false].Seconds(), "fixes/s-without")
		b.ReportMetric(took[true].Seconds()/took[false].Seconds(), "times-the-time")
	}
	b.ReportMetric(0, "ns/op")
}

// produce sends copies of records to the raw topic.
func (r *rig) produce(records []*kgo.Record) {
	r.t.Helper()
	out := make([]*kgo.Record, len(records))
	for i, rec := range records {
		out[i] = &kgo.Record{Topic: r.prefix + ".raw.v1", Key: rec.Key, Value: rec.Value, Headers: rec.Headers}
	}
	if err := r.cl.ProduceSync(r.t.Context(), out...).FirstErr(); err != nil {
		r.t.Fatal(err)
	}
}

// drain runs an enricher until it has committed n records of the raw topic.
func (r *rig) drain(derived bool, n int) time.Duration {
	r.t.Helper()
	cfg := r.config("one")
	e, err := newEnricher(cfg, slog.New(slog.DiscardHandler), run.NewRegistry(), run.NewReadiness("assignment", "restore"))
	if err != nil {
		r.t.Fatal(err)
	}
	if !derived {
		e.process.fixStages, e.process.itemStages = without(fixStages, "derive"), without(itemStages, "derive")
	}
	start := time.Now()
	stop := r.run(e)
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		offsets, err := r.adm.FetchOffsets(r.t.Context(), schema.EnricherGroup(r.prefix))
		done := int64(0)
		if err == nil {
			for _, byPartition := range offsets {
				for _, o := range byPartition {
					done += o.At
				}
			}
		}
		if done >= int64(n) {
			break
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%d of %d records after %s (%v)", done, n, time.Since(start), err)
		}
	}
	took := time.Since(start)
	if err := stop(); err != nil {
		r.t.Fatal(err)
	}
	return took
}
