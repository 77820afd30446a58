package fencing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/pkg/schema"
)

// A Topic is the topic that holds all fences.
type Topic struct {
	name   string
	opts   []kgo.Opt
	client *kgo.Client // writes
	adm    *kadm.Client
	quiet  time.Duration // of a reading, until the brokers are asked whether anything is left

	ends  map[int32]int64 // of the last reading
	state map[string]*State
}

// A State is what the topic holds of one fence.
type State struct {
	Fence   schema.Fence // the latest record
	Err     error        // it cannot be read
	Highest int64        // version that any record of it has; the next one is higher
	Defined time.Time    // when the latest was written

	partition int32
}

// There tells whether there is such a fence.
func (s *State) There() bool { return s != nil && !s.Fence.Deleted }

const (
	writePatience = 30 * time.Second
	readQuiet     = 10 * time.Second
)

// Open connects to the topic; opts are the connection's. Close ends it.
func Open(opts []kgo.Opt, prefix string) (*Topic, error) {
	client, err := kgo.NewClient(append(opts[:len(opts):len(opts)],
		kgo.RequiredAcks(kgo.AllISRAcks()), // and idempotent, as the client is unless told otherwise
		kgo.RecordDeliveryTimeout(writePatience),
		kgo.ProducerBatchMaxBytes(schema.MaxRecordBytes-(64<<10)), // room for the batch's own head
	)...)
	if err != nil {
		return nil, fmt.Errorf("kafka client: %w", err)
	}
	return &Topic{name: schema.TopicFences.Name(prefix), opts: opts, client: client, adm: kadm.NewClient(client), quiet: readQuiet}, nil
}

// Close ends the connection.
func (t *Topic) Close() { t.client.Close() }

// Fences are all fences that the last reading found, also those that are deleted.
func (t *Topic) Fences() map[string]*State { return t.state }

// Read reads the topic from its beginning to where it ends now.
func (t *Topic) Read(ctx context.Context) error {
	from, ends, err := t.offsets(ctx)
	if err != nil {
		return fmt.Errorf("fences are kept in Kafka, in the topic %s: %w (set ODOGRAPH_KAFKA_BROKERS, or run odograph setup if the topic is missing)", t.name, err)
	}
	t.ends, t.state = ends, map[string]*State{}
	return t.read(ctx, from, ends, t.take)
}

func (t *Topic) offsets(ctx context.Context) (from, ends map[int32]int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, writePatience)
	defer cancel()
	starts, err := t.adm.ListStartOffsets(ctx, t.name)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return nil, nil, err
	}
	stops, err := t.adm.ListEndOffsets(ctx, t.name)
	if err == nil {
		err = stops.Error()
	}
	if err != nil {
		return nil, nil, err
	}
	from, ends = map[int32]int64{}, map[int32]int64{}
	starts.Each(func(o kadm.ListedOffset) { from[o.Partition] = o.Offset })
	stops.Each(func(o kadm.ListedOffset) { ends[o.Partition] = o.Offset })
	return from, ends, nil
}

// read gives the records of offsets to take.
func (t *Topic) read(ctx context.Context, from, ends map[int32]int64, take func(*kgo.Record)) error {
	parts, left, next := map[int32]kgo.Offset{}, map[int32]int64{}, map[int32]int64{}
	for p, end := range ends {
		if from[p] < end {
			parts[p], left[p], next[p] = kgo.NewOffset().At(from[p]), end, from[p]
		}
	}
	if len(left) == 0 {
		return nil
	}
	cl, err := kgo.NewClient(append(t.opts[:len(t.opts):len(t.opts)], kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{t.name: parts}))...)
	if err != nil {
		return err
	}
	defer cl.Close()
	for quiet := time.Now(); len(left) > 0; {
		poll, cancel := context.WithTimeout(ctx, time.Second)
		fetches := cl.PollFetches(poll)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for _, e := range fetches.Errors() {
			if !errors.Is(e.Err, context.DeadlineExceeded) {
				return fmt.Errorf("read %s: %w", t.name, e.Err)
			}
		}
		if fetches.NumRecords() > 0 {
			quiet = time.Now()
		}
		fetches.EachRecord(func(r *kgo.Record) {
			if r.Offset < ends[r.Partition] {
				take(r)
			}
			next[r.Partition] = r.Offset + 1
			if r.Offset+1 >= left[r.Partition] {
				delete(left, r.Partition)
			}
		})
		if len(left) > 0 && time.Since(quiet) > t.quiet { // compaction may have taken the last ones
			if err := kafka.DropEnded(ctx, cl, t.name, left, next); err != nil {
				return err
			}
			quiet = time.Now()
		}
	}
	return nil
}

func (t *Topic) take(r *kgo.Record) {
	id := string(r.Key)
	before := t.state[id]
	now := &State{Defined: r.Timestamp, partition: r.Partition}
	if len(r.Value) == 0 { // ends a fence, too
		now.Fence = schema.Fence{FenceID: id, Deleted: true}
	} else if now.Err = schema.Decode(r.Value, &now.Fence); now.Err != nil {
		var number struct {
			Version int64 `json:"version"`
		}
		_ = json.Unmarshal(r.Value, &number) // as far as it can be told
		now.Fence = schema.Fence{Version: number.Version}
	}
	now.Fence.FenceID, now.Highest = id, now.Fence.Version
	if before != nil {
		now.Highest = max(now.Highest, before.Highest)
		if before.partition != r.Partition && before.Defined.After(r.Timestamp) { // somebody shares keys out in another way
			before.Highest = now.Highest
			return
		}
	}
	t.state[id] = now
}

// ErrChanged says that somebody else has written fences since they were read.
var ErrChanged = errors.New("fences were changed by somebody else meanwhile: run it again to see the difference to what is there now")

// Publish writes definitions, and returns when all replicas of the broker have
// them. Nothing is written where somebody else has written since the last reading.
func (t *Topic) Publish(ctx context.Context, list []schema.Fence) error {
	if len(list) == 0 {
		return nil
	}
	records := make([]*kgo.Record, len(list))
	for i := range list {
		value, err := schema.Encode(&list[i])
		if err != nil {
			return err
		}
		records[i] = &kgo.Record{Topic: t.name, Key: []byte(list[i].FenceID), Value: value}
	}
	_, ends, err := t.offsets(ctx)
	if err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	for p, end := range ends {
		if end != t.ends[p] {
			return ErrChanged
		}
	}
	results := t.client.ProduceSync(ctx, records...)
	if err := unwritten(results); err != nil {
		return err
	}
	return t.alone(ctx, list, results)
}

// unwritten names the records that may not be there.
func unwritten(results kgo.ProduceResults) error {
	var ids []string
	var first error
	for _, r := range results {
		if r.Err != nil {
			ids = append(ids, string(r.Record.Key))
			if first == nil {
				first = r.Err
			}
		}
	}
	if first == nil {
		return nil
	}
	const most = 20
	named := strings.Join(ids[:min(len(ids), most)], ", ")
	if len(ids) > most {
		named += ", …"
	}
	return fmt.Errorf("%d of %d definitions were perhaps not written (%s): %w: run it again, which writes what is missing", len(ids), len(results), named, first)
}

// alone looks whether somebody else wrote the same fences at the same time.
func (t *Topic) alone(ctx context.Context, list []schema.Fence, results kgo.ProduceResults) error {
	ours, mine := map[string]int64{}, map[string]bool{}
	for i := range list {
		ours[list[i].FenceID] = list[i].Version
	}
	ends := map[int32]int64{}
	for _, r := range results {
		ends[r.Record.Partition] = max(ends[r.Record.Partition], r.Record.Offset+1)
		mine[place(r.Record)] = true
	}
	var clash []string
	err := t.read(ctx, t.ends, ends, func(r *kgo.Record) {
		if _, same := ours[string(r.Key)]; same && !mine[place(r)] {
			clash = append(clash, string(r.Key))
		}
	})
	if err != nil {
		return fmt.Errorf("everything was written, but whether somebody else wrote the same fences could not be seen: %w", err)
	}
	if len(clash) > 0 {
		return fmt.Errorf("somebody else defined %s at the same time, and a version may stand for two definitions: run it again, which gives them the next one", strings.Join(clash, ", "))
	}
	return nil
}

func place(r *kgo.Record) string { return fmt.Sprintf("%d/%d", r.Partition, r.Offset) }
