package main

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/pkg/schema"
)

// A following is a follower on a broker whose moods the test can set.
type following struct {
	t     *testing.T
	fake  *kfake.Cluster
	topic string
	f     follower

	mu    sync.Mutex
	taken int
	read  chan struct{}
}

func follow(t *testing.T, take time.Duration) *following {
	topic := schema.TopicFences.Name("fleet")
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, topic))
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	w := &following{t: t, fake: fake, topic: topic, read: make(chan struct{})}
	w.f = follower{topic: schema.TopicFences, part: "fences", begin: func() {}, end: func() {}, wait: 500 * time.Millisecond, take: func(records []*kgo.Record) {
		time.Sleep(take)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.taken += len(records)
	}}
	return w
}

// start follows until the test ends.
func (w *following) start(opts ...kgo.Opt) {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		w.f.run(ctx, append(opts, kgo.SeedBrokers(w.fake.ListenAddrs()...), kgo.FetchMaxWait(100*time.Millisecond)), "fleet", slog.New(slog.DiscardHandler), run.NewReadiness("fences"), w.read)
	})
	w.t.Cleanup(func() { stop(); running.Wait() })
}

// write puts n records into a partition, the last of them of a transaction, whose
// end takes an offset that no reader hears of.
func (w *following) write(partition int32, n int) {
	cl, err := kgo.NewClient(kgo.SeedBrokers(w.fake.ListenAddrs()...), kgo.TransactionalID("t"+strconv.Itoa(int(partition))), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(w.t, err)
	defer cl.Close()
	require.NoError(w.t, cl.BeginTransaction())
	for i := range n {
		require.NoError(w.t, cl.ProduceSync(w.t.Context(), &kgo.Record{Topic: w.topic, Partition: partition, Key: []byte(strconv.Itoa(i))}).FirstErr())
	}
	require.NoError(w.t, cl.EndTransaction(w.t.Context(), kgo.TryCommit))
}

func (w *following) known() bool {
	select {
	case <-w.read:
		return true
	default:
		return false
	}
}

func (w *following) reads(n int) {
	w.t.Helper()
	select {
	case <-w.read:
	case <-time.After(20 * time.Second):
		w.t.Fatal("it is not read to its end")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Equal(w.t, n, w.taken)
}

// TestTopicEndsWithoutARecord: what follows the last record is no record, as where
// compaction has taken the last ones.
func TestTopicEndsWithoutARecord(t *testing.T) {
	w := follow(t, 0)
	w.write(0, 3)
	w.write(1, 2)
	w.start()
	w.reads(5)
}

// TestSlowDefinitions: what takes longer than any silence is not one.
func TestSlowDefinitions(t *testing.T) {
	w := follow(t, 600*time.Millisecond)
	w.write(0, 4)
	w.start(kgo.FetchMaxBytes(1), kgo.MaxConcurrentFetches(1)) // a record a time
	w.reads(4)
}

// TestLeaderIsAway: silence of a leader that is not there is not the topic's end.
func TestLeaderIsAway(t *testing.T) {
	w := follow(t, 0)
	w.write(0, 3)
	w.write(1, 2)
	var away atomic.Bool
	away.Store(true)
	w.fake.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		w.fake.KeepControl()
		if !away.Load() {
			return nil, nil, false
		}
		time.Sleep(10 * time.Millisecond)
		resp := req.ResponseKind().(*kmsg.FetchResponse)
		for _, topic := range req.(*kmsg.FetchRequest).Topics {
			out := kmsg.NewFetchResponseTopic()
			out.Topic, out.TopicID = topic.Topic, topic.TopicID
			for _, p := range topic.Partitions {
				part := kmsg.NewFetchResponseTopicPartition()
				part.Partition, part.ErrorCode = p.Partition, kerr.NotLeaderForPartition.Code
				out.Partitions = append(out.Partitions, part)
			}
			resp.Topics = append(resp.Topics, out)
		}
		return resp, nil, true
	})
	w.start()
	time.Sleep(2 * time.Second)
	require.False(t, w.known(), "nothing of it was read")
	away.Store(false)
	w.reads(5)
}
