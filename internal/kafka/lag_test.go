package kafka_test

import (
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/kafka"
)

// TestLag: what a topic has lost before a group began is not left to be read, and
// what came after the ends were asked for does not count.
func TestLag(t *testing.T) {
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	defer fake.Close()
	cl, err := kgo.NewClient(kgo.SeedBrokers(fake.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	ctx, adm := t.Context(), kadm.NewClient(cl)
	write := func(topic string, partition int32, n int) {
		for i := range n {
			if err := cl.ProduceSync(ctx, &kgo.Record{Topic: topic, Partition: partition, Value: fmt.Append(nil, i)}).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
	}
	write("a", 0, 10)
	write("a", 1, 5)
	write("b", 0, 7)
	ends, err := kafka.CommittedEnds(ctx, adm, "a")
	if err != nil {
		t.Fatal(err)
	}
	lag := func(want int64) {
		t.Helper()
		if left, err := kafka.Lag(ctx, adm, "group", ends); err != nil || left != want {
			t.Errorf("%d records are left, want %d: %v", left, want, err)
		}
	}
	lag(15)
	var gone kadm.Offsets
	gone.Add(kadm.Offset{Topic: "a", Partition: 0, At: 4})
	if _, err := adm.DeleteRecords(ctx, gone); err != nil {
		t.Fatal(err)
	}
	lag(11)
	var read kadm.Offsets
	read.Add(kadm.Offset{Topic: "a", Partition: 1, At: 2})
	if err := adm.CommitAllOffsets(ctx, "group", read); err != nil {
		t.Fatal(err)
	}
	lag(9)
	write("a", 0, 3)
	lag(9)
	read.Add(kadm.Offset{Topic: "a", Partition: 0, At: 12})
	if err := adm.CommitAllOffsets(ctx, "group", read); err != nil {
		t.Fatal(err)
	}
	lag(3)
	if _, err := kafka.CommittedEnds(ctx, adm, "nowhere"); err == nil {
		t.Error("a topic that is not there has an end")
	}
}
