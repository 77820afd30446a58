package timeline_test

import (
	"runtime"
	"slices"
	"testing"
	"unsafe"

	"github.com/odograph/odograph/pkg/timeline"
)

// twoHours is a log with a city drive of two hours at a fix every 10 s.
func twoHours() timeline.Log {
	var l timeline.Log
	for _, f := range drive(7, 7200, 10, false) {
		l.AddFix(f)
	}
	return l
}

// BenchmarkAppend adds fixes in order, each in a fork of its own.
func BenchmarkAppend(b *testing.B) {
	fixes := drive(7, 24*3600, 10, false)
	var l timeline.Log
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i%len(fixes) == 0 {
			l = timeline.Log{}
		}
		c := l.Fork()
		c.AddFix(fixes[i%len(fixes)])
		c.Cut(c.Newest()-7200, func(timeline.Entry) {})
		l = c
	}
}

// BenchmarkWrite is what a fix costs with its changelog.
func BenchmarkWrite(b *testing.B) {
	fixes := drive(7, 24*3600, 10, false)
	var l timeline.Log
	var buf []byte
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i%len(fixes) == 0 {
			l = timeline.Log{}
		}
		l = l.Fork()
		l.AddFix(fixes[i%len(fixes)])
		l.Dirty(func(slot int) { buf, _ = l.AppendChunk(buf[:0], slot) })
		l.Cut(l.Newest()-7200, func(timeline.Entry) {})
	}
}

// BenchmarkInsert adds a fix to a fork somewhere in the two hours before.
func BenchmarkInsert(b *testing.B) {
	l := twoHours()
	f := drive(7, 7200, 10, false)[100]
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		c := l.Fork()
		f.Time = base + int64(i*7)%720*10 + 5
		if c.AddFix(f) == timeline.Duplicate {
			b.Fatal("duplicate")
		}
	}
}

func BenchmarkEntries(b *testing.B) {
	l := twoHours()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		l.Entries(func(e timeline.Entry) bool {
			n++
			return true
		})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/fix")
	b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "Mfix/s")
}

// BenchmarkLoad restores a device of two hours from its changelog.
func BenchmarkLoad(b *testing.B) {
	l := twoHours()
	written := changelog{}
	l.Dirty(func(slot int) { written[slot], _ = l.AppendChunk(nil, slot) })
	slots := make([]int, 0, len(written))
	for slot := range written {
		slots = append(slots, slot)
	}
	slices.Sort(slots)
	b.ReportAllocs()
	for b.Loop() {
		var d timeline.Loader
		for _, slot := range slots {
			if err := d.Load(slot, written[slot]); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := d.Log(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)*100_000/1e9, "s/100000devices")
}

// TestMemoryOfADevice states what a device takes in memory; the package doc
// repeats it.
func TestMemoryOfADevice(t *testing.T) {
	const devices = 500
	drives := make([][]timeline.Fix, 5)
	for i := range drives {
		drives[i] = drive(uint64(i), 5*3600, 10, false)
	}
	logs := make([]timeline.Log, devices)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range logs {
		for _, f := range drives[i%len(drives)] {
			logs[i].AddFix(f)
			logs[i].Cut(f.Time-7200, func(timeline.Entry) {})
			logs[i].Settle()
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := int(after.HeapAlloc-before.HeapAlloc)/devices + int(unsafe.Sizeof(timeline.Log{}))
	entries := 0
	for i := range logs {
		entries += logs[i].Len()
	}
	t.Logf("a device with %d fixes takes %d bytes in memory", entries/devices, each)
	if each > 4000 {
		t.Errorf("a device takes %d bytes, want at most 4,000", each)
	}
	runtime.KeepAlive(logs)
}
