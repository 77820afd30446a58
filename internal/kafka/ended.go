package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// endedPatience is how long the brokers may take to answer.
const endedPatience = 15 * time.Second

// DropEnded takes the partitions out of left of which nothing is left to be read
// from the offset next on, though they may end behind it: compaction, or a
// transaction's end, leaves offsets without a record. A client that polls cannot
// tell that from a leader that is away, of which it says nothing; here each leader
// must answer, with nothing, or there is an error. Where a record is left the
// partition stays.
func DropEnded(ctx context.Context, cl *kgo.Client, topic string, left, next map[int32]int64) error {
	ctx, cancel := context.WithTimeout(ctx, endedPatience)
	defer cancel()
	adm := kadm.NewClient(cl)
	found, err := adm.ListTopics(ctx, topic)
	if err == nil {
		err = found.Error()
	}
	if err != nil {
		return fmt.Errorf("leaders of %s: %w", topic, err)
	}
	starts, err := adm.ListStartOffsets(ctx, topic)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return fmt.Errorf("start of %s: %w", topic, err)
	}
	ends, err := adm.ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return fmt.Errorf("end of %s: %w", topic, err)
	}
	for n := range left {
		start, _ := starts.Lookup(topic, n)
		end, ok := ends.Lookup(topic, n)
		if !ok {
			return fmt.Errorf("%s has no partition %d any more: all topics need the same number, run odograph setup", topic, n)
		}
		r := rest{cl, topic, found[topic].ID, n, found[topic].Partitions[n].Leader}
		ended, err := r.ended(ctx, max(next[n], start.Offset), end.Offset)
		if err != nil {
			return fmt.Errorf("read %s partition %d: %w", topic, n, err)
		}
		if ended {
			delete(left, n)
		}
	}
	return nil
}

// A rest is what is left of a partition.
type rest struct {
	cl        *kgo.Client
	topic     string
	id        kadm.TopicID
	partition int32
	leader    int32
}

// ended looks at what lies between two offsets.
func (r *rest) ended(ctx context.Context, at, end int64) (bool, error) {
	for at < end {
		part, throttled, err := r.fetch(ctx, at)
		if err != nil {
			return false, err
		}
		got, next := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{Offset: at, Topic: r.topic, Partition: r.partition}, part, kgo.DefaultDecompressor(), nil)
		switch {
		case got.Err != nil:
			return false, got.Err
		case len(got.Records) > 0 || throttled: // a broker that holds a client back answers with nothing
			return false, nil
		case next > at:
			at = next
		case part.HighWatermark < end:
			return false, fmt.Errorf("the leader, broker %d, has offsets up to %d and nothing from %d on: want %d", r.leader, part.HighWatermark, at, end)
		default:
			return true, nil
		}
	}
	return true, nil
}

func (r *rest) fetch(ctx context.Context, at int64) (*kmsg.FetchResponseTopicPartition, bool, error) {
	req := kmsg.NewPtrFetchRequest()
	part := kmsg.NewFetchRequestTopicPartition()
	part.Partition, part.FetchOffset, part.PartitionMaxBytes = r.partition, at, 1<<20
	topic := kmsg.NewFetchRequestTopic()
	topic.Topic, topic.TopicID, topic.Partitions = r.topic, r.id, []kmsg.FetchRequestTopicPartition{part}
	req.Topics = append(req.Topics, topic)
	answer, err := r.cl.Broker(int(r.leader)).RetriableRequest(ctx, req)
	if err != nil {
		return nil, false, fmt.Errorf("the leader, broker %d: %w", r.leader, err)
	}
	resp := answer.(*kmsg.FetchResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return nil, false, err
	}
	for i := range resp.Topics {
		for j := range resp.Topics[i].Partitions {
			if p := &resp.Topics[i].Partitions[j]; p.Partition == r.partition {
				return p, resp.ThrottleMillis > 0, nil
			}
		}
	}
	return nil, false, fmt.Errorf("the leader, broker %d, answers without the partition", r.leader)
}
