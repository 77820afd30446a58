package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/test/pipeline"
	"github.com/odograph/odograph/test/recount"
)

// A killer kills processes and brings them back.
type killer struct {
	t       *testing.T
	p       *pipeline.Pipeline
	brokers int
	load    *load
	rng     *rand.Rand

	back     map[string][]time.Duration // how long each took to be back
	physical int64                      // most rows on disk more than once, seen after a kill
}

// TestNothingIsLostOrDoubledUnderKills kills every process of the pipeline with
// kill -9 under load, in random order. Of three brokers one is killed at a
// time, so that the cluster goes on; one alone is an outage, which the
// collector's spool bridges.
func TestNothingIsLostOrDoubledUnderKills(t *testing.T) {
	kills := number(t, "ODOGRAPH_CHAOS_KILLS", 1)
	brokers := int(number(t, "ODOGRAPH_CHAOS_BROKERS", 3))
	rng := chance(t)
	p := pipeline.New(t, stacktest.Isolated(t, brokers), pipeline.Options{Partitions: 6, Replication: brokers})
	p.Start()
	book := newLedger(t)
	k := &killer{t: t, p: p, brokers: brokers, load: startLoad(t, p, book, 300), rng: rng, back: map[string][]time.Duration{}}

	var order []string
	for range kills {
		order = append(order, "collector", "enricher", "sink", "clickhouse", "kafka")
	}
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	start := time.Now()
	k.load.waitFor(300)
	for i, name := range order {
		k.pause(1500 * time.Millisecond)
		took := k.kill(name)
		t.Logf("[%3d/%d %s] %-10s killed, back after %4.1fs; %d items acknowledged",
			i+1, len(order), time.Since(start).Round(time.Second), name, took.Seconds(), k.load.acknowledged())
	}
	for _, c := range p.Components() {
		c.WaitReady()
	}
	k.load.waitFor(300)
	k.load.stop()
	book.check(p)
	recount.Check(t, p.Owner)
	k.report()
	p.Stop()
}

// pause is a random one, so that a kill may meet anything.
func (k *killer) pause(most time.Duration) { time.Sleep(time.Duration(k.rng.Int64N(int64(most)))) }

// kill kills a process and returns when it is back.
func (k *killer) kill(name string) time.Duration {
	k.t.Helper()
	for _, c := range k.p.Components() {
		c.MustRun()
	}
	start := time.Now()
	switch name {
	case "clickhouse":
		k.restart(k.p.Stack.ClickHouse())
	case "kafka":
		k.waitInSync()
		start = time.Now()
		k.restart(k.p.Stack.Kafka(k.rng.IntN(k.brokers)))
	default:
		k.restartComponent(name)
	}
	took := time.Since(start)
	k.back[name] = append(k.back[name], took)
	k.physical = max(k.physical, physical(k.p))
	return took
}

// engine is a broker or ClickHouse.
type engine interface {
	Kill() error
	Start(ctx context.Context) error
}

func (k *killer) restart(e engine) {
	k.t.Helper()
	if err := e.Kill(); err != nil {
		k.t.Fatal(err)
	}
	k.pause(time.Second)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := e.Start(ctx); err != nil {
		k.t.Fatal(err)
	}
}

// restartComponent waits until it is ready three times of four; the fourth
// time it is left starting, and the next kill may meet it so.
func (k *killer) restartComponent(name string) {
	k.t.Helper()
	i := slices.IndexFunc(k.p.Components(), func(c *pipeline.Component) bool { return c.Name == name })
	c := k.p.Components()[i]
	c.Kill()
	k.pause(time.Second)
	c.Launch()
	if k.rng.IntN(4) > 0 {
		c.WaitReady()
	}
}

// waitInSync returns when each partition has all its copies, so that killing
// one broker leaves two.
func (k *killer) waitInSync() {
	k.t.Helper()
	var last string
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if last = k.outOfSync(); last == "" {
			return
		}
	}
	k.t.Fatalf("copies do not get in sync: %s", last)
}

func (k *killer) outOfSync() string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	topics, err := k.p.Kafka.ListTopicsWithInternal(ctx)
	if err != nil {
		return err.Error()
	}
	for _, t := range topics {
		if t.Err != nil {
			return t.Err.Error()
		}
		for _, p := range t.Partitions {
			if len(p.ISR) < k.brokers || p.Err != nil {
				return fmt.Sprintf("%s partition %d: in sync are %v, %v", t.Topic, p.Partition, p.ISR, p.Err)
			}
		}
	}
	return ""
}

func (k *killer) report() {
	k.t.Helper()
	for _, name := range []string{"collector", "enricher", "sink", "clickhouse", "kafka"} {
		times := k.back[name]
		slices.Sort(times)
		k.t.Logf("%-10s %2d kills, back after %.1fs (median), %.1fs (longest)", name, len(times), times[len(times)/2].Seconds(), times[len(times)-1].Seconds())
	}
	k.t.Logf("most rows on disk more than once, counted after each kill: %d", k.physical)
}

// TestKilledEnricherIsTheSameMember kills an enricher whose session would last
// for minutes: it is back long before, as the same member of its group.
func TestKilledEnricherIsTheSameMember(t *testing.T) {
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{
		Partitions: 3, Enricher: map[string]string{"ODOGRAPH_SESSION_TIMEOUT": "3m", "ODOGRAPH_TRANSACTION_TIMEOUT": "3m"},
	})
	p.Start()
	book := newLedger(t)
	ld := startLoad(t, p, book, 50)
	ld.waitFor(100)
	for range 2 {
		p.Enricher.Kill()
		start := time.Now()
		p.Enricher.Start()
		t.Logf("back after %s", time.Since(start).Round(time.Millisecond))
		if took := time.Since(start); took > time.Minute {
			t.Errorf("back after %s: it waited for its own dead session", took)
		}
		checkMember(t, p)
		ld.waitFor(100)
	}
	ld.stop()
	book.check(p)
	p.Stop()
}

func checkMember(t *testing.T, p *pipeline.Pipeline) {
	t.Helper()
	name := schema.EnricherGroup(p.Prefix)
	groups, err := p.Kafka.DescribeGroups(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	members := groups[name].Members
	if len(members) != 1 || members[0].InstanceID == nil || *members[0].InstanceID != "test" {
		t.Errorf("members of %s: %+v, want one of instance id test", name, members)
	}
}
