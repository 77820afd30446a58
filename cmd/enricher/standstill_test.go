package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/pkg/schema"
)

// TestPendingOffsetsAreWaitedFor begins while a transaction with the group's
// first offsets is open: neither are they taken for missing, nor does the
// enricher say that it is ready before they have an end.
func TestPendingOffsetsAreWaitedFor(t *testing.T) {
	r := newRig(t)
	r.send(0, 100)
	end := r.pendingOffset()
	stop, ready := r.start("one")
	for deadline := time.Now().Add(40 * time.Second); !strings.Contains(ready.Reasons()["restore"], "UNSTABLE_OFFSET_COMMIT"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not ready for %v, want a pending offset", ready.Reasons())
		}
	}
	end()
	waitReady(t, ready)
	if fixes, repeats := r.outcome(); fixes != 100 || repeats != 0 {
		t.Errorf("%d fixes, %d repeats", fixes, repeats)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// pendingOffset commits an offset of the enricher's group in a transaction, and
// returns what aborts it.
func (r *rig) pendingOffset() (end func()) {
	r.t.Helper()
	ctx, id := r.t.Context(), r.prefix+"-other"
	cl, err := kgo.NewClient(kgo.SeedBrokers(r.s.Brokers()...), kgo.TransactionalID(id), kgo.MaxVersions(kversion.V3_8_0()))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(cl.Close)
	producer, epoch, err := cl.ProducerID(ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	group := schema.EnricherGroup(r.prefix)
	add := kmsg.NewPtrAddOffsetsToTxnRequest()
	add.TransactionalID, add.ProducerID, add.ProducerEpoch, add.Group = id, producer, epoch, group
	added, err := add.RequestWith(ctx, cl)
	if err == nil {
		err = kerr.ErrorForCode(added.ErrorCode)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	commit := kmsg.NewPtrTxnOffsetCommitRequest()
	commit.TransactionalID, commit.Group, commit.ProducerID, commit.ProducerEpoch, commit.Generation = id, group, producer, epoch, -1
	topic, partition := kmsg.NewTxnOffsetCommitRequestTopic(), kmsg.NewTxnOffsetCommitRequestTopicPartition()
	topic.Topic = r.prefix + ".raw.v1"
	topic.Partitions = append(topic.Partitions, partition)
	commit.Topics = append(commit.Topics, topic)
	committed, err := commit.RequestWith(ctx, cl)
	if err == nil {
		err = kerr.ErrorForCode(committed.Topics[0].Partitions[0].ErrorCode)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return func() {
		req := kmsg.NewPtrEndTxnRequest()
		req.TransactionalID, req.ProducerID, req.ProducerEpoch = id, producer, epoch
		resp, err := req.RequestWith(context.Background(), cl)
		if err == nil {
			err = kerr.ErrorForCode(resp.ErrorCode)
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
}

func TestStandstillShows(t *testing.T) {
	cfg := DefaultConfig()
	ready := run.NewReadiness()
	e, err := newEnricher(&cfg, slog.New(slog.DiscardHandler), run.NewRegistry(), ready)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	w := &lagWatch{e: e, stalled: time.Minute, moved: start}
	for _, step := range []struct {
		after         time.Duration
		lag, position int64
		want          string // names of the reasons
	}{
		{10 * time.Second, 50, 10, ""},
		{30 * time.Second, 80, 10, ""},
		{71 * time.Second, 90, 10, "progress"},
		{80 * time.Second, 70, 30, ""},                          // moves
		{3 * time.Minute, 0, 30, ""},                            // nothing to do
		{4 * time.Minute, cfg.ReadyLag + 1, 30, "lag progress"}, // since there was nothing to do
		{5 * time.Minute, cfg.ReadyLag + 1, 40, "lag"},
	} {
		w.report(step.lag, step.position, start.Add(step.after))
		var names []string
		for _, name := range []string{"lag", "progress"} {
			if ready.Reasons()[name] != "" {
				names = append(names, name)
			}
		}
		if got := strings.Join(names, " "); got != step.want {
			t.Errorf("after %s: not ready for %q, want %q", step.after, got, step.want)
		}
	}
}
