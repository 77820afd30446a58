package spool

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var quiet = slog.New(slog.DiscardHandler)

// A machine drives a log over a disk that fails and crashes, and knows what it
// has promised.
type machine struct {
	t    *rapid.T
	disk *disk
	log  *Log
	next int

	faults   bool
	pending  []string        // acknowledged and not released, in order
	attempts map[string]bool // everything that was ever given to Append
}

const testSegment = 300

func (m *machine) open() {
	for {
		l, err := open(m.disk, "spool", 1<<20, testSegment, quiet)
		if err == nil {
			m.log = l
			return
		}
		if !m.faults {
			m.t.Fatalf("open: %v", err)
		}
		m.faults = false // an operator has replaced the disk's cable
	}
}

func (m *machine) append() {
	groups := rapid.IntRange(1, 3).Draw(m.t, "groups")
	for range groups {
		var records [][]byte
		var names []string
		for range rapid.IntRange(1, 4).Draw(m.t, "records") {
			name := fmt.Sprintf("%d %s", m.next, strings.Repeat("x", rapid.IntRange(0, 60).Draw(m.t, "length")))
			m.next++
			m.attempts[name] = true
			names, records = append(names, name), append(records, []byte(name))
		}
		err := m.log.Append(m.t.Context(), records...)
		if err == nil {
			m.pending = append(m.pending, names...)
		} else if !m.faults {
			m.t.Fatalf("append: %v", err)
		}
	}
}

// read reads, and holds what comes out to what was promised.
func (m *machine) read() (Position, []string, bool) {
	records, end, err := m.log.Read(rapid.IntRange(1, 10).Draw(m.t, "most records"), rapid.IntRange(1, 500).Draw(m.t, "most bytes"))
	if err != nil {
		if !m.faults {
			m.t.Fatalf("read: %v", err)
		}
		return Position{}, nil, false
	}
	var out []string
	for _, r := range records {
		if !m.attempts[string(r)] {
			m.t.Fatalf("read %q, which nobody wrote", r)
		}
		if slices.Contains(m.pending, string(r)) {
			out = append(out, string(r))
		}
	}
	if len(out) > len(m.pending) || !slices.Equal(out, m.pending[:len(out)]) {
		m.t.Fatalf("read %q, want it to begin with %q", out, m.pending)
	}
	return end, out, len(records) > 0
}

func (m *machine) release() {
	end, out, some := m.read()
	if some {
		m.log.Release(end)
		m.pending = m.pending[len(out):]
	}
}

func (m *machine) crash() {
	m.disk = m.disk.crash(m.t)
	_ = m.log.Close()
	m.setFaults()
	m.open()
}

func (m *machine) reopen() {
	if err := m.log.Close(); err != nil && !m.faults {
		m.t.Fatalf("close: %v", err)
	}
	m.disk.locked = false
	m.open()
}

func (m *machine) setFaults() {
	d, rng := m.disk, rand.New(rand.NewPCG(rapid.Uint64().Draw(m.t, "faults"), 0))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fails = func(string) bool { return m.faults && rng.IntN(6) == 0 }
	d.short = func(n int) int { return rng.IntN(n + 1) }
}

// TestNothingAcknowledgedIsLost is the spool's promise: any sequence of
// appends, reads, releases, faults of the disk, crashes and restarts.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{t: t, disk: newDisk(), attempts: map[string]bool{}}
		m.setFaults()
		m.open()
		t.Repeat(map[string]func(*rapid.T){
			"append":  func(*rapid.T) { m.append() },
			"read":    func(*rapid.T) { m.read() },
			"release": func(*rapid.T) { m.release() },
			"crash":   func(*rapid.T) { m.crash() },
			"reopen":  func(*rapid.T) { m.reopen() },
			"faults":  func(t *rapid.T) { m.faults = rapid.Bool().Draw(t, "on") },
		})
		m.faults = false
		m.reopen()
		for len(m.pending) > 0 {
			before := len(m.pending)
			m.release()
			if len(m.pending) == before && m.log.Stats().Records == 0 {
				t.Fatalf("%d acknowledged records are gone: %q", len(m.pending), m.pending)
			}
		}
		for m.log.Stats().Records > 0 {
			m.release()
		}
		_ = m.log.Close()
	})
}

func TestFull(t *testing.T) {
	d := newDisk()
	l, err := open(d, "spool", 1000, testSegment, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	record := make([]byte, 100)
	n := 0
	for ; err == nil; n++ {
		err = l.Append(t.Context(), record)
	}
	if !errors.Is(err, ErrFull) || n < 7 || n > 9 {
		t.Fatalf("append %d of 112 bytes into 1000: %v", n, err)
	}
	size := int64(0)
	for name, f := range d.names {
		if strings.HasSuffix(name, segmentSuffix) {
			size += int64(len(f.data))
		}
	}
	if size > 1000 || size != l.Stats().Bytes {
		t.Errorf("%d bytes on disk, the log says %d", size, l.Stats().Bytes)
	}
	if got := drain(t, l); len(got) != n-1 {
		t.Errorf("%d records came out, want %d", len(got), n-1)
	}
	if err := l.Append(t.Context(), record); err != nil {
		t.Errorf("emptied, it takes nothing: %v", err)
	}
}

// TestSharedSync: callers that come together wait for one sync.
func TestSharedSync(t *testing.T) {
	d := newDisk()
	l, err := Open(d, "spool", 1<<20, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var syncs atomic.Int32
	first := make(chan struct{})
	d.fails = func(op string) bool {
		if op == "sync" && syncs.Add(1) == 2 { // the first is the segment's header
			<-first
		}
		return false
	}
	var wg sync.WaitGroup
	add := func() {
		wg.Go(func() {
			if err := l.Append(t.Context(), []byte("record")); err != nil {
				t.Error(err)
			}
		})
	}
	add()
	for syncs.Load() < 2 {
		time.Sleep(time.Millisecond)
	}
	for range 50 {
		add()
	}
	for queued := 0; queued < 50; time.Sleep(time.Millisecond) {
		l.mu.Lock()
		queued = len(l.queue)
		l.mu.Unlock()
	}
	close(first)
	wg.Wait()
	if n := syncs.Load(); n != 3 {
		t.Errorf("%d syncs for 51 callers, want 3", n)
	}
	if n := l.Stats().Records; n != 51 {
		t.Errorf("%d records", n)
	}
}

// TestFailedSyncIsNotTrusted: a sync that succeeds after one that failed
// proves nothing, so the segment is not written to again.
func TestFailedSyncIsNotTrusted(t *testing.T) {
	d := newDisk()
	l, err := Open(d, "spool", 1<<20, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), []byte("before")); err != nil {
		t.Fatal(err)
	}
	failing := true
	d.fails = func(op string) bool { return failing && op == "sync" }
	if err := l.Append(t.Context(), []byte("during")); !errors.Is(err, errDisk) {
		t.Fatalf("append while syncs fail: %v", err)
	}
	failing = false
	if err := l.Append(t.Context(), []byte("after")); err != nil {
		t.Fatal(err)
	}
	d.synced = d.names // the names have survived; of the files, what was synced
	for _, f := range d.names {
		f.data = f.synced
	}
	_ = l.Close()
	if l, err = Open(d, "spool", 1<<20, quiet); err != nil {
		t.Fatal(err)
	}
	if got := drain(t, l); !slices.Equal(got, []string{"before", "after"}) {
		t.Errorf("after a loss of power %q came out", got)
	}
}

// TestEmptiedOnFullDisk: where not even the cursor can be written, draining
// goes on, and what it released comes out again after a restart.
func TestEmptiedOnFullDisk(t *testing.T) {
	d := newDisk()
	l, err := open(d, "spool", 1<<20, testSegment, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if err := l.Append(t.Context(), fmt.Appendf(nil, "record %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	d.fails = func(op string) bool { return op == "write" || op == "create" }
	if got := drain(t, l); len(got) != 20 {
		t.Fatalf("%d records came out", len(got))
	}
	if err := l.Append(t.Context(), []byte("more")); err == nil {
		t.Error("append to a full disk succeeds")
	}
	d.fails = func(string) bool { return false }
	if err := l.Append(t.Context(), []byte("more")); err != nil {
		t.Error(err)
	}
	_ = l.Close()
	if l, err = open(d, "spool", 1<<20, testSegment, quiet); err != nil {
		t.Fatal(err)
	}
	if got := drain(t, l); len(got) == 0 || got[len(got)-1] != "more" {
		t.Errorf("%q came out", got)
	}
}

// TestDiskOfThisMachine is the life of a spool on a real file system.
func TestDiskOfThisMachine(t *testing.T) {
	dir := t.TempDir() + "/spool"
	l, err := open(OS(), dir, 1<<20, testSegment, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(OS(), dir, 1<<20, quiet); !errors.Is(err, ErrLocked) {
		t.Errorf("a second log on one folder: %v", err)
	}
	waited := make(chan error, 1)
	go func() { waited <- l.Wait(t.Context()) }()
	var want []string
	for i := range 100 {
		r := fmt.Sprintf("record %d", i)
		want = append(want, r)
		if err := l.Append(t.Context(), []byte(r)); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-waited; err != nil {
		t.Error(err)
	}
	if s := l.Stats(); s.Records != 100 || time.Since(s.OldestAppend) > time.Minute {
		t.Errorf("stats %+v", s)
	}
	records, end, err := l.Read(10, 1<<20)
	if err != nil || len(records) != 10 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	l.Release(end)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), []byte("x")); !errors.Is(err, ErrClosed) {
		t.Errorf("append to a closed log: %v", err)
	}
	if l, err = open(OS(), dir, 1<<20, testSegment, quiet); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.Records != 90 {
		t.Errorf("stats after a restart %+v", s)
	}
	if got := drain(t, l); !slices.Equal(got, want[10:]) {
		t.Errorf("%d records came out: %q", len(got), got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := l.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("wait for an empty log: %v", err)
	}
	go func() { waited <- l.Wait(t.Context()) }()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := <-waited; !errors.Is(err, ErrClosed) {
		t.Errorf("wait for a closed log: %v", err)
	}
}

// BenchmarkAppend is what a request of one item, and of fifty, waits for, with
// many requests at the same time.
func BenchmarkAppend(b *testing.B) {
	for _, records := range []int{1, 50} {
		b.Run(fmt.Sprintf("records=%d", records), func(b *testing.B) {
			l, err := Open(OS(), b.TempDir(), 64<<30, quiet)
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			batch := make([][]byte, records)
			for i := range batch {
				batch[i] = make([]byte, 400)
			}
			b.SetBytes(int64(400 * records))
			b.SetParallelism(32)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := l.Append(b.Context(), batch...); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N*records)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
