package main

import (
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/odograph/odograph/cmd/collector/spool"
	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/pkg/schema"
)

// TestSpoolKeepsWhatKafkaRefused drains a spool into a Kafka that refuses one
// partition at first and acknowledges the other: what was refused has to be
// sent again, and nothing else.
func TestSpoolKeepsWhatKafkaRefused(t *testing.T) {
	const items = 200
	topic := schema.TopicRaw.Name("test")
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, topic))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	var refusals atomic.Int32
	cluster.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		produce := req.(*kmsg.ProduceRequest)
		resp := produce.ResponseKind().(*kmsg.ProduceResponse)
		for _, tp := range produce.Topics {
			for _, p := range tp.Partitions {
				if p.Partition != 0 || refusals.Load() >= 3 {
					continue
				}
				refusals.Add(1)
				rt := kmsg.NewProduceResponseTopic()
				rt.Topic, rt.TopicID = tp.Topic, tp.TopicID
				rp := kmsg.NewProduceResponseTopicPartition()
				rp.Partition, rp.ErrorCode = p.Partition, kerr.InvalidRecord.Code
				rt.Partitions = append(rt.Partitions, rp)
				resp.Topics = append(resp.Topics, rt)
			}
		}
		return resp, nil, len(resp.Topics) > 0
	})
	client, err := kgo.NewClient(append(producerOptions(), kgo.SeedBrokers(cluster.ListenAddrs()...),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.DisableIdempotentWrite(), kgo.MaxProduceRequestsInflightPerBroker(1))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	sp, err := spool.Open(spool.OS(), t.TempDir(), 1<<20, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	in := &intake{client: client, topic: topic, log: slog.New(slog.DiscardHandler), metrics: newMetrics(run.NewRegistry()), ready: run.NewReadiness("spool"), wait: time.Second, spool: sp}
	records := make([]*kgo.Record, items)
	for i := range records {
		records[i] = &kgo.Record{Topic: topic, Partition: int32(i % 2), Value: fmt.Appendf(nil, "item %d", i)}
	}
	if err := in.produceForEver(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	if refusals.Load() < 3 {
		t.Fatalf("refused %d times; the test tests nothing", refusals.Load())
	}
	consumer, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Close()
	got := map[string]int{}
	for n := 0; n < items; {
		fetches := consumer.PollFetches(t.Context())
		if err := fetches.Err(); err != nil {
			t.Fatalf("after %d items: %v", n, err)
		}
		fetches.EachRecord(func(r *kgo.Record) { got[string(r.Value)]++; n++ })
	}
	for i := range items {
		if n := got[fmt.Sprintf("item %d", i)]; n != 1 {
			t.Errorf("item %d is there %d times", i, n)
		}
	}
}
