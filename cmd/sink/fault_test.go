package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
)

// asSink makes the test binary a sink, so that one can be killed.
const asSink = "ODOGRAPH_TEST_AS_SINK"

func TestMain(m *testing.M) {
	if os.Getenv(asSink) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// A load writes fixes of two months and repeats, again and again.
type load struct {
	p      *pipe
	sent   atomic.Int64 // records, every tenth of them a repeat
	failed atomic.Int64
	stop   chan struct{}
	ended  sync.WaitGroup
}

// load writes to all partitions in turn, about perSecond records.
func (p *pipe) load(partitions int32, perSecond int) *load {
	l := &load{p: p, stop: make(chan struct{})}
	const each = 10 * time.Millisecond
	l.ended.Go(func() {
		tick := time.NewTicker(each)
		defer tick.Stop()
		for {
			select {
			case <-l.stop:
				return
			case <-tick.C:
				l.write(partitions, perSecond/int(time.Second/each))
			}
		}
	})
	p.t.Cleanup(l.end)
	return l
}

func (l *load) write(partitions int32, n int) {
	for range n {
		i := int(l.sent.Add(1)) - 1
		topic, value := schema.TopicFixes, monthly(i)
		if i%10 == 0 {
			topic, value = schema.TopicRepeats, repeat(i)
		}
		l.p.client.Produce(l.p.t.Context(), &kgo.Record{Topic: topic.Name(l.p.prefix), Partition: int32(i) % partitions, Value: []byte(value)},
			func(_ *kgo.Record, err error) {
				if err != nil {
					l.failed.Add(1)
				}
			})
	}
}

// monthly is a fix of one month or the next.
func monthly(i int) string { return fixAt(i+i%2*40*24*3600, int64(i), 50) }

func repeat(i int) string {
	r := schema.Repeat{
		Item: schema.Item{IMEI: "860000000000001", ReceivedTime: time.Now().UTC(), Source: schema.SourcePush, Place: schema.Place{RawOffset: int64(i)}},
		Kind: "pushgps", EventTime: start.Add(time.Duration(i) * time.Second), IsFix: true,
	}
	return string(r.AppendJSON(nil))
}

// end stops writing and returns when Kafka has everything.
func (l *load) end() {
	select {
	case <-l.stop:
		return
	default:
	}
	close(l.stop)
	l.ended.Wait()
	if err := l.p.client.Flush(l.p.t.Context()); err != nil {
		l.p.t.Errorf("flush: %v", err)
	}
	if n := l.failed.Load(); n > 0 {
		l.p.t.Errorf("%d records were not written", n)
	}
}

// check ends the load and waits until all of it is stored; none may be missing
// and none there twice, merged or not.
func (l *load) check() {
	l.p.t.Helper()
	l.end()
	l.p.waitForLag(0)
	sent := l.sent.Load()
	repeats := (sent + 9) / 10
	for table, want := range map[string]int64{"fixes": sent - repeats, "fix_repeats": repeats} {
		distinct, rows := l.p.number("SELECT uniqExact(raw_offset) FROM "+table), l.p.number("SELECT count() FROM "+table)
		if distinct != want || rows != want {
			l.p.t.Errorf("%s: %d of %d records are stored, in %d rows", table, distinct, want, rows)
		}
	}
	l.p.t.Logf("%d records, each stored once", sent)
}

// keepCopies keeps ClickHouse from merging, so that a second copy of a row is seen.
func (p *pipe) keepCopies() {
	p.t.Helper()
	for _, table := range []string{"fixes", "fix_repeats"} {
		if err := p.conn.Exec(p.t.Context(), "ALTER TABLE "+table+" MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1, parts_to_delay_insert = 100000, parts_to_throw_insert = 100000"); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *pipe) restless(instance string) Config {
	cfg := p.config(instance)
	cfg.BatchWait, cfg.BatchRows, cfg.InsertTimeout = 20*time.Millisecond, 2000, 5*time.Second
	cfg.SessionTimeout = 6 * time.Second
	return cfg
}

func seeded(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("SEED"); s != "" {
		if _, err := fmt.Sscan(s, &seed); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// TestFaults lets the engines of a stack of its own fail under load.
func TestFaults(t *testing.T) {
	t.Parallel() // with TestTakeover; both wait more than they work
	s := stacktest.Isolated(t, 1)
	const partitions = 4

	t.Run("ClickHouse is down at the start", func(t *testing.T) {
		p := newPipe(t, s, partitions)
		if err := s.ClickHouse().Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		r := p.start(p.restless("a"))
		p.produce(schema.TopicFixes, 0, fixes(0, 100)...)
		p.until("a reason", func() (string, bool) {
			reason := r.ready.Reasons()[checkClickHouse]
			return reason, strings.Contains(reason, "connect")
		})
		if err := s.ClickHouse().Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.wait("SELECT count() FROM fixes", 100)
		p.until("ready", func() (string, bool) { return fmt.Sprint(r.ready.Reasons()), len(r.ready.Reasons()) == 0 })
		r.finish()
	})

	t.Run("ClickHouse is killed", func(t *testing.T) {
		p := newPipe(t, s, partitions)
		p.keepCopies()
		random := seeded(t)
		r := p.start(p.restless("a"))
		l := p.load(partitions, 3000)
		p.until("rows", func() (string, bool) { n := p.number("SELECT count() FROM fixes"); return fmt.Sprint(n), n > 0 })
		for range 6 {
			time.Sleep(time.Duration(random.IntN(400)) * time.Millisecond)
			if err := s.ClickHouse().Kill(); err != nil {
				t.Fatal(err)
			}
			if err := s.ClickHouse().Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		l.check()
		r.finish()
		m := r.sink.metrics
		unsure := counted(t, m.unsure.WithLabelValues("fixes"))
		t.Logf("%v inserts unsure, %v tokens remembered, %v repairs of %v rows", unsure, counted(t, m.remembered.WithLabelValues("fixes")),
			counted(t, m.repairs.WithLabelValues("fixes")), counted(t, m.repaired.WithLabelValues("fixes")))
		if unsure == 0 {
			t.Error("no insert was hit")
		}
	})

	t.Run("ClickHouse stands still", func(t *testing.T) {
		p := newPipe(t, s, partitions)
		p.keepCopies()
		cfg := p.restless("a")
		cfg.InsertTimeout, cfg.BatchBytes, cfg.BufferBytes = time.Second, 1<<20, 4<<20
		r := p.start(cfg)
		l := p.load(partitions, 10_000)
		p.until("rows", func() (string, bool) { n := p.number("SELECT count() FROM fixes"); return fmt.Sprint(n), n > 0 })
		if err := s.ClickHouse().Pause(); err != nil {
			t.Fatal(err)
		}
		var most int64
		begin := time.Now()
		p.until("records that memory does not hold", func() (string, bool) {
			most = max(most, r.sink.held.Load())
			lag := p.lag()
			return fmt.Sprint(lag), lag > 10_000 && time.Since(begin) > 3*cfg.InsertTimeout
		})
		if most > int64(cfg.BufferBytes) || most < int64(cfg.BufferBytes)/2 {
			t.Errorf("at most %d bytes of records in memory, want up to %d", most, cfg.BufferBytes)
		}
		if reason := r.ready.Reasons()[checkClickHouse]; reason == "" {
			t.Error("the sink says it is ready")
		}
		if err := s.ClickHouse().Resume(); err != nil {
			t.Fatal(err)
		}
		l.check()
		r.finish()
		if n := r.sink.held.Load(); n != 0 {
			t.Errorf("%d bytes are still counted as held", n)
		}
	})

	t.Run("the broker is killed", func(t *testing.T) {
		p := newPipe(t, s, partitions)
		p.keepCopies()
		random := seeded(t)
		r := p.start(p.restless("a"))
		l := p.load(partitions, 3000)
		p.until("rows", func() (string, bool) { n := p.number("SELECT count() FROM fixes"); return fmt.Sprint(n), n > 0 })
		time.Sleep(time.Duration(500+random.IntN(500)) * time.Millisecond)
		if err := s.Kafka(0).Kill(); err != nil {
			t.Fatal(err)
		}
		if err := s.Kafka(0).Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.check()
		r.finish()
	})
}

// TestTakeover moves partitions between sinks under load: one joins, the first
// leaves, and one that is a process of its own is killed in the middle.
func TestTakeover(t *testing.T) {
	t.Parallel()
	const partitions = 6
	// A stack of its own: a client that is killed while it connects ends the
	// local ClickHouse for everybody.
	p := newPipe(t, stacktest.Isolated(t, 1), partitions)
	p.keepCopies()
	random := seeded(t)
	a := p.start(p.restless("a"))
	l := p.load(partitions, 4000)
	p.waitForMember("a")
	b := p.start(p.restless("b"))
	p.waitForMember("b")
	p.until("rows from b", func() (string, bool) {
		n := counted(t, b.sink.metrics.rows.WithLabelValues("fixes"))
		return fmt.Sprint(n), n > 0
	})
	a.finish()
	p.leave("a")
	for range 3 {
		c := p.process(p.restless("c"))
		p.waitForMember("c")
		before := p.committed(schema.TopicFixes, partitions-1) // of those that c has
		p.until("c to store", func() (string, bool) {
			now := p.committed(schema.TopicFixes, partitions-1)
			return fmt.Sprint(now), now > before
		})
		time.Sleep(time.Duration(random.IntN(500)) * time.Millisecond)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); c.ProcessState.ExitCode() >= 0 {
			t.Fatalf("the killed sink had ended before: %v", err)
		}
	}
	l.check() // b takes over what c had
	b.finish()
}

// waitForMember waits until an instance has partitions that the load writes to.
func (p *pipe) waitForMember(instance string) {
	p.t.Helper()
	group := p.prefix + ".sink"
	loaded := []string{schema.TopicFixes.Name(p.prefix), schema.TopicRepeats.Name(p.prefix)}
	p.until(instance+" with a share of the load", func() (string, bool) {
		groups, err := p.admin.DescribeGroups(p.t.Context(), group)
		if err != nil {
			return err.Error(), false
		}
		shares := groups[group].State
		for _, m := range groups[group].Members {
			share, ok := m.Assigned.AsConsumer()
			if !ok || m.InstanceID == nil {
				continue
			}
			for _, topic := range share.Topics {
				if *m.InstanceID == instance && slices.Contains(loaded, topic.Topic) {
					return "", true
				}
			}
			shares += fmt.Sprintf(", %s has %v", *m.InstanceID, share.Topics)
		}
		return shares, false
	})
}

// process starts a sink as a process of its own.
func (p *pipe) process(cfg Config) *exec.Cmd {
	p.t.Helper()
	cmd := exec.Command(os.Args[0],
		"--kafka-brokers", strings.Join(cfg.KafkaBrokers, ","), "--topic-prefix", cfg.TopicPrefix,
		"--instance", cfg.Instance, "--admin-listen", "127.0.0.1:0", "--log-level", "error",
		"--batch-rows", fmt.Sprint(cfg.BatchRows), "--batch-wait", cfg.BatchWait.String(), "--session-timeout", cfg.SessionTimeout.String())
	cmd.Env = append(os.Environ(), asSink+"=1", "ODOGRAPH_CLICKHOUSE_DSN="+cfg.ClickHouseDSN.Reveal())
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd
}
