package fencing_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/odograph/odograph/cmd/odograph/fencing"
	"github.com/odograph/odograph/pkg/schema"
)

// TestReadToTheEnd: a topic is read when its brokers say so. What follows the last
// record may be no record; a leader that is away has said nothing.
func TestReadToTheEnd(t *testing.T) {
	name := schema.TopicFences.Name("fleet")
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, name))
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	opts := []kgo.Opt{kgo.SeedBrokers(fake.ListenAddrs()...), kgo.FetchMaxWait(100 * time.Millisecond)}
	cl, err := kgo.NewClient(append(opts, kgo.TransactionalID("t"))...)
	require.NoError(t, err)
	defer cl.Close()
	require.NoError(t, cl.BeginTransaction())
	require.NoError(t, cl.ProduceSync(t.Context(), &kgo.Record{Topic: name, Key: []byte("zoo"), Value: []byte("{}")}).FirstErr())
	require.NoError(t, cl.EndTransaction(t.Context(), kgo.TryCommit)) // takes the offset after it

	topic, err := fencing.Open(opts, "fleet")
	require.NoError(t, err)
	defer topic.Close()
	topic.SetQuiet(500 * time.Millisecond)
	require.NoError(t, topic.Read(t.Context()))
	require.Len(t, topic.Fences(), 1)

	var away atomic.Bool
	away.Store(true)
	fake.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		fake.KeepControl()
		if !away.Load() {
			return nil, nil, false
		}
		time.Sleep(10 * time.Millisecond)
		resp := req.ResponseKind().(*kmsg.FetchResponse)
		for _, asked := range req.(*kmsg.FetchRequest).Topics {
			out := kmsg.NewFetchResponseTopic()
			out.Topic, out.TopicID = asked.Topic, asked.TopicID
			part := kmsg.NewFetchResponseTopicPartition()
			part.ErrorCode = kerr.NotLeaderForPartition.Code
			out.Partitions = append(out.Partitions, part)
			resp.Topics = append(resp.Topics, out)
		}
		return resp, nil, true
	})
	require.ErrorIs(t, topic.Read(t.Context()), kerr.NotLeaderForPartition)
	away.Store(false)
	require.NoError(t, topic.Read(t.Context()))
	require.Len(t, topic.Fences(), 1)
}
