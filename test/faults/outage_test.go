package faults_test

import (
	"context"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/test/pipeline"
)

// TestKafkaOutage stops the only broker under load: the collector goes on
// answering 200, from its spool, and nothing is lost.
func TestKafkaOutage(t *testing.T) {
	length := duration(t, "ODOGRAPH_CHAOS_KAFKA_OUTAGE", 6*time.Second)
	if length < 4*time.Second {
		t.Fatalf("an outage of %s is too short to show: each request waits 2s for Kafka before it goes to the spool", length)
	}
	p := pipeline.New(t, stacktest.Isolated(t, 1), pipeline.Options{Partitions: 6})
	p.Start()
	book := newLedger(t)
	ld := startLoad(t, p, book, 300)
	ld.waitFor(600)

	broker := p.Stack.Kafka(0)
	if err := broker.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	start, before := time.Now(), ld.acknowledged()
	longest := watchAnswers(ld, length)
	during := ld.acknowledged() - before
	ready, reason := p.Collector.Ready()
	t.Logf("Kafka stopped for %s: %d items answered 200, the longest silence was %s; collector's readiness: %s",
		time.Since(start).Round(time.Millisecond), during, longest.Round(time.Millisecond), reason)
	if least := int64(length.Seconds() * 300 / 3); during < least {
		t.Errorf("%d items were answered 200 while Kafka was stopped, want at least %d", during, least)
	}
	if ready {
		t.Error("the collector says that it is ready, though items wait in its spool")
	}

	back := time.Now()
	if err := broker.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("Kafka answers after %s", time.Since(back).Round(time.Millisecond))
	p.Collector.WaitReady() // the spool is empty
	t.Logf("the spool is empty after %s", time.Since(back).Round(time.Millisecond))
	for range 2 { // once more, at other moments of a transaction
		ld.waitFor(300)
		if err := broker.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.Collector.WaitReady()
	}
	ld.waitFor(600)
	ld.stop()
	book.check(p)
	p.Stop()
}

// watchAnswers waits and gives the longest time without a 200.
func watchAnswers(ld *load, length time.Duration) (longest time.Duration) {
	seen, since := ld.acknowledged(), time.Now()
	for end := time.Now().Add(length); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		longest = max(longest, time.Since(since))
		if n := ld.acknowledged(); n != seen {
			seen, since = n, time.Now()
		}
	}
	return longest
}

const (
	// sinkBuffer is the memory that the sink may take for records that wait,
	// small, so that the outage fills it.
	sinkBuffer = "4194304"

	// outageRate is the load in items a second: many times the buffer.
	outageRate = 1500

	// flat is how much the sink's memory may grow while ClickHouse is away:
	// its own buffer, one answer of Kafka's (which the client holds while the
	// fetches are paused), and what the garbage collector has not yet returned.
	flat = 64 << 20
	// later is how much it may still grow in the second half of the outage,
	// when the buffers are full.
	later = 24 << 20
)

// TestClickHouseOutage stops ClickHouse under load: the lag grows, the sink's
// memory does not, and the lag is gone soon after ClickHouse is back.
func TestClickHouseOutage(t *testing.T) {
	length := duration(t, "ODOGRAPH_CHAOS_CLICKHOUSE_OUTAGE", 8*time.Second)
	p := pipeline.New(t, stacktest.Isolated(t, 1), pipeline.Options{
		Partitions: 6, Sink: map[string]string{"ODOGRAPH_BUFFER_BYTES": sinkBuffer, "ODOGRAPH_BATCH_BYTES": sinkBuffer},
	})
	p.Start()
	book := newLedger(t)
	ld := startLoad(t, p, book, outageRate)
	ld.waitFor(5 * outageRate)

	before := sampleSink(t, p)
	if err := p.Stack.ClickHouse().Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	var halves [2]sample
	start := time.Now()
	for time.Since(start) < length {
		time.Sleep(250 * time.Millisecond)
		s := sampleSink(t, p)
		half := &halves[min(1, int(2*time.Since(start)/length))]
		half.lag, half.memory = max(half.lag, s.lag), max(half.memory, s.memory)
	}
	t.Logf("ClickHouse stopped for %s: lag %d before, up to %d in the first half, %d in the second; sink's memory %d MiB before, up to %d MiB and %d MiB",
		length, before.lag, halves[0].lag, halves[1].lag, before.memory>>20, halves[0].memory>>20, halves[1].memory>>20)
	if least := int64(length.Seconds() * outageRate / 3); halves[1].lag < least || halves[1].lag <= halves[0].lag {
		t.Errorf("the lag grew from %d to %d and %d, want at least %d: is there any load?", before.lag, halves[0].lag, halves[1].lag, least)
	}
	if grown := halves[0].memory - before.memory; grown > flat {
		t.Errorf("the sink's memory grew by %d MiB, want at most %d MiB", grown>>20, flat>>20)
	}
	if grown := halves[1].memory - halves[0].memory; grown > later {
		t.Errorf("the sink's memory grew by %d MiB more in the second half, want at most %d MiB", grown>>20, later>>20)
	}

	back := time.Now()
	if err := p.Stack.ClickHouse().Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ld.stop()
	for s := sampleSink(t, p); s.lag > 0; s = sampleSink(t, p) {
		if time.Since(back) > 2*time.Minute {
			t.Fatalf("the lag is still %d", s.lag)
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Logf("the lag is 0 after %s", time.Since(back).Round(time.Millisecond))
	book.check(p)
	p.Stop()
}

// A sample is how the sink does at a moment.
type sample struct{ lag, memory int64 }

func sampleSink(t *testing.T, p *pipeline.Pipeline) sample {
	t.Helper()
	p.Sink.MustRun()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	lag, err := p.SinkLag(ctx)
	if err != nil {
		t.Fatal(err)
	}
	memory, err := p.Sink.ResidentBytes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return sample{lag, memory}
}
