package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/internal/stack"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
)

const partitions = 4

// A rig is an installation's topics on a real broker.
type rig struct {
	t      testing.TB
	s      *stack.Stack
	prefix string
	cl     *kgo.Client
	adm    *kadm.Client
	sent   int
}

func newRig(t testing.TB) *rig {
	t.Helper()
	s := stacktest.Shared(t)
	r := &rig{t: t, s: s, prefix: stacktest.TopicPrefix(t, s)}
	cl, err := kgo.NewClient(kgo.SeedBrokers(s.Brokers()...), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	r.cl, r.adm = cl, kadm.NewClient(cl)
	if _, err := kafka.EnsureTopics(t.Context(), r.adm, r.prefix, partitions, 1); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) config(instance string) *Config {
	cfg := DefaultConfig()
	cfg.KafkaBrokers, cfg.TopicPrefix, cfg.Instance = r.s.Brokers(), r.prefix, instance
	cfg.SessionTimeout, cfg.TransactionTimeout = 6*time.Second, 5*time.Second
	return &cfg
}

// send produces n fixes of n/10 devices; the same number sends the same fixes.
func (r *rig) send(from, n int) {
	r.t.Helper()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	var records []*kgo.Record
	for i := from; i < from+n; i++ {
		id := fmt.Sprintf("35693803564%04d", i%50)
		rec := raw(0, "pushgps", id, fmt.Sprintf(`{"deviceImei":"%s","gpsTime":"%s","lat":1,"lng":%v}`,
			id, start.Add(time.Duration(i/50)*time.Second).Format(time.DateTime), float64(i)*1e-6))
		rec.Topic = r.prefix + ".raw.v1"
		records = append(records, rec)
	}
	if err := r.cl.ProduceSync(r.t.Context(), records...).FirstErr(); err != nil {
		r.t.Fatal(err)
	}
	r.sent += n
}

// outcome reads what is committed in the fixes and repeats topics until both
// together hold as many records as were sent, and checks that each raw place
// is there once and in its own partition.
func (r *rig) outcome() (fixes, repeats int) {
	r.t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(r.s.Brokers()...), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeTopics(r.prefix+".fixes.v1", r.prefix+".repeats.v1", r.prefix+".deadletter.v1"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		r.t.Fatal(err)
	}
	defer cl.Close()
	places := map[schema.Place]int{}
	quiet := 0
	for deadline := time.Now().Add(60 * time.Second); quiet < 2 && time.Now().Before(deadline); {
		ctx, cancel := context.WithTimeout(r.t.Context(), 700*time.Millisecond)
		f := cl.PollFetches(ctx)
		cancel()
		if f.NumRecords() == 0 && len(places) >= r.sent {
			quiet++
		}
		f.EachRecord(func(rec *kgo.Record) {
			var item struct{ schema.Place }
			if err := schema.Decode(rec.Value, &item); err != nil {
				r.t.Fatal(err)
			}
			if item.RawPartition != rec.Partition {
				r.t.Errorf("a record of raw partition %d went to partition %d", item.RawPartition, rec.Partition)
			}
			places[item.Place]++
			switch {
			case strings.HasSuffix(rec.Topic, "fixes.v1"):
				fixes++
			case strings.HasSuffix(rec.Topic, "repeats.v1"):
				repeats++
			default:
				r.t.Errorf("dead letter: %s", rec.Value)
			}
		})
	}
	for p, n := range places {
		if n != 1 {
			r.t.Errorf("raw place %+v went out %d times", p, n)
		}
	}
	if len(places) != r.sent {
		r.t.Errorf("%d raw places went out, %d were sent", len(places), r.sent)
	}
	return fixes, repeats
}

// start runs an enricher in this process until stop is called, which gives its
// error.
func (r *rig) start(instance string) (stop func() error, ready *run.Readiness) {
	r.t.Helper()
	ready = run.NewReadiness("assignment", "restore")
	e, err := newEnricher(r.config(instance), slog.New(slog.NewTextHandler(r.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})), run.NewRegistry(), ready)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.run(e), ready
}

// run runs an enricher until stop is called.
func (r *rig) run(e *enricher) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	r.t.Cleanup(cancel)
	return func() error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(30 * time.Second):
			return errors.New("did not stop")
		}
	}
}

func waitReady(t testing.TB, ready *run.Readiness) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); len(ready.Reasons()) > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not ready: %v", ready.Reasons())
		}
	}
}

// TestRestartRemembers stops an enricher and starts another: what the first
// has seen is a repeat for the second.
func TestRestartRemembers(t *testing.T) {
	r := newRig(t)
	r.send(0, 1000)
	stop, ready := r.start("one")
	waitReady(t, ready)
	r.send(1000, 500)
	time.Sleep(time.Second)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	r.send(500, 700)
	stop, _ = r.start("one")
	fixes, repeats := r.outcome()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if fixes != 1500 || repeats != 700 {
		t.Errorf("%d fixes and %d repeats, want 1500 and 700", fixes, repeats)
	}
}

// TestTakeover starts a second instance beside the first, then ends the first.
func TestTakeover(t *testing.T) {
	r := newRig(t)
	stopOne, ready := r.start("one")
	waitReady(t, ready)
	r.send(0, 2000)
	stopTwo, readyTwo := r.start("two")
	waitReady(t, readyTwo)
	r.send(1000, 2000)
	if err := stopOne(); err != nil {
		t.Fatal(err)
	}
	r.send(2000, 2000)
	fixes, repeats := r.outcome()
	if err := stopTwo(); err != nil {
		t.Fatal(err)
	}
	if fixes != 4000 || repeats != 2000 {
		t.Errorf("%d fixes and %d repeats, want 4000 and 2000", fixes, repeats)
	}
}

// TestStateThatDoesNotBelong moves the group's offset by hand: going on would
// double records, so the enricher must stop and say what to do.
func TestStateThatDoesNotBelong(t *testing.T) {
	r := newRig(t)
	r.send(0, 500)
	stop, _ := r.start("one")
	r.outcome()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	group := schema.EnricherGroup(r.config("one").TopicPrefix)
	// A static member stays in the group until its session ends.
	if _, err := r.adm.LeaveGroup(t.Context(), kadm.LeaveGroup(group).InstanceIDs("one")); err != nil {
		t.Fatal(err)
	}
	var offsets kadm.Offsets
	offsets.AddOffset(r.prefix+".raw.v1", 0, 1, -1)
	if err := r.adm.CommitAllOffsets(t.Context(), group, offsets); err != nil {
		t.Fatal(err)
	}
	e, err := newEnricher(r.config("one"), slog.New(slog.DiscardHandler), run.NewRegistry(), run.NewReadiness())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	err = e.Run(ctx)
	if !errors.Is(err, errPosition) || !strings.Contains(err.Error(), "partition 0") || !strings.Contains(err.Error(), "odograph setup") {
		t.Errorf("got %v", err)
	}
}

// TestKill kills the enricher's process again and again while records come.
func TestKill(t *testing.T) {
	r := newRig(t)
	bin := filepath.Join(t.TempDir(), "enricher")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	start := func() *exec.Cmd {
		cfg := r.config("one")
		cmd := exec.Command(bin, "--instance", "one", "--admin-listen", "127.0.0.1:0", "--log-level", "warn",
			"--topic-prefix", r.prefix, "--kafka-brokers", strings.Join(cfg.KafkaBrokers, ","), "--gather-time", "20ms",
			"--session-timeout", "6s", "--transaction-timeout", "5s")
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	const rounds, each = 4, 3000
	for i := range rounds {
		cmd := start()
		for j := range 6 {
			r.send(i*each+j*each/6, each/6)
			time.Sleep(time.Duration(120+80*i) * time.Millisecond)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
	r.send(0, each) // all repeats: 60 s of fixes lie within the window
	cmd := start()
	fixes, repeats := r.outcome()
	_ = cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		t.Errorf("the enricher ended with %v", err)
	}
	if fixes != rounds*each || repeats != each {
		t.Errorf("%d fixes and %d repeats, want %d and %d", fixes, repeats, rounds*each, each)
	}
}

func TestConfig(t *testing.T) {
	cfg := DefaultConfig()
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	cfg.GatherRecords, cfg.Kafka = 0, config.Kafka{}
	err := cfg.Validate()
	for _, key := range []string{"gather_records", "kafka_brokers", "topic_prefix"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%v does not name %s", err, key)
		}
	}
}
