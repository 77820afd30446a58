// Package polls is what all pollers of an installation know together: how far
// each poll has come, the accounts' tokens, and which devices there are.
//
// It lives in two compacted topics that every poller reads from their
// beginning: polls.v1, private to pollers, and devices.v1, the definitions. The
// owner of a partition is the only one who writes to it.
package polls

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/schema"
)

// A Ledger follows the two topics. Its methods may be called at the same time.
type Ledger struct {
	client          *kgo.Client
	adm             *kadm.Client
	log             *slog.Logger
	polls, devices  string
	mu              sync.Mutex
	values          map[string][]byte
	defined         map[string]schema.Device
	position        map[string]map[int32]int64 // next offset to read
	seen            map[string]int64           // by topic and key, the offset of what is known
	changed         chan struct{}              // closed and made anew at each change
	partitionsKnown int32
}

// Open connects; opts are the connection's. Call Run to follow.
func Open(opts []kgo.Opt, prefix string, log *slog.Logger) (*Ledger, error) {
	l := &Ledger{
		log: log, polls: schema.TopicPolls.Name(prefix), devices: schema.TopicDevices.Name(prefix),
		values: map[string][]byte{}, defined: map[string]schema.Device{},
		position: map[string]map[int32]int64{}, seen: map[string]int64{}, changed: make(chan struct{}),
	}
	client, err := kgo.NewClient(append(opts[:len(opts):len(opts)],
		kgo.ConsumeTopics(l.polls, l.devices),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerLinger(0),
	)...)
	if err != nil {
		return nil, err
	}
	l.client, l.adm = client, kadm.NewClient(client)
	return l, nil
}

// Close ends the connection.
func (l *Ledger) Close() { l.client.Close() }

// Run follows the topics until ctx is done.
func (l *Ledger) Run(ctx context.Context) error {
	for {
		fetches := l.client.PollFetches(ctx)
		if fetches.IsClientClosed() || ctx.Err() != nil {
			return nil //nolint:nilerr // the end that was asked for
		}
		fetches.EachError(func(topic string, p int32, err error) {
			l.log.Warn("what pollers remember cannot be read, trying again", "topic", topic, "partition", p, "error", err)
		})
		l.mu.Lock()
		fetches.EachRecord(func(r *kgo.Record) {
			if l.position[r.Topic] == nil {
				l.position[r.Topic] = map[int32]int64{}
			}
			l.position[r.Topic][r.Partition] = r.Offset + 1
			l.take(r)
		})
		close(l.changed)
		l.changed = make(chan struct{})
		l.mu.Unlock()
	}
}

// take takes a record over unless a later one of its key is known: what this
// ledger wrote itself is known before it is read.
func (l *Ledger) take(r *kgo.Record) {
	key := string(r.Key)
	if at, ok := l.seen[r.Topic+" "+key]; ok && at > r.Offset {
		return
	}
	l.seen[r.Topic+" "+key] = r.Offset
	switch {
	case r.Topic == l.polls && r.Value == nil:
		delete(l.values, key)
	case r.Topic == l.polls:
		l.values[key] = r.Value
	case r.Value == nil:
		delete(l.defined, key)
	default:
		var d schema.Device
		if err := schema.Decode(r.Value, &d); err != nil {
			l.log.Warn("a device's definition cannot be read", "imei", key, "error", err)
			return
		}
		d.IMEI = key
		l.defined[key] = d
	}
}

// CaughtUp returns when everything has been read that was there at the call.
func (l *Ledger) CaughtUp(ctx context.Context) error {
	starts, err := l.adm.ListStartOffsets(ctx, l.polls, l.devices)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return fmt.Errorf("start of what pollers remember: %w", err)
	}
	ends, err := l.adm.ListEndOffsets(ctx, l.polls, l.devices)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return fmt.Errorf("end of what pollers remember: %w", err)
	}
	behind := func() bool {
		found := false
		ends.Each(func(end kadm.ListedOffset) {
			start, _ := starts.Lookup(end.Topic, end.Partition)
			if end.Offset > start.Offset && l.position[end.Topic][end.Partition] < end.Offset {
				found = true
			}
		})
		return found
	}
	for {
		l.mu.Lock()
		late, changed := behind(), l.changed
		l.mu.Unlock()
		if !late {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// Changed is closed when something new has been read.
func (l *Ledger) Changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}

// Get reads the value of a key into v, as JSON; false where there is none.
func (l *Ledger) Get(key string, v any) (bool, error) {
	l.mu.Lock()
	b, ok := l.values[key]
	l.mu.Unlock()
	if !ok {
		return false, nil
	}
	if err := json.Unmarshal(b, v); err != nil {
		return false, fmt.Errorf("what pollers remember under %s: %w", key, err)
	}
	return true, nil
}

// Put writes the value of a key, as JSON, and returns when all replicas of the
// broker have it. A reader of this ledger sees it at once.
func (l *Ledger) Put(ctx context.Context, partition int32, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return l.put(ctx, l.polls, partition, key, b)
}

// Define writes a device's definition.
func (l *Ledger) Define(ctx context.Context, d schema.Device) error {
	b, err := schema.Encode(&d)
	if err != nil {
		return err
	}
	n, err := l.PartitionOf(ctx, d.IMEI)
	if err != nil {
		return err
	}
	return l.put(ctx, l.devices, n, d.IMEI, b)
}

func (l *Ledger) put(ctx context.Context, topic string, partition int32, key string, value []byte) error {
	r := &kgo.Record{Topic: topic, Partition: partition, Key: []byte(key), Value: value}
	if err := l.client.ProduceSync(ctx, r).FirstErr(); err != nil {
		return fmt.Errorf("remember %s: %w", key, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.take(r)
	return nil
}

// Device is the definition of a device.
func (l *Ledger) Device(imei string) (schema.Device, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d, ok := l.defined[imei]
	return d, ok
}

// Devices are all definitions, by IMEI.
func (l *Ledger) Devices() map[string]schema.Device {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.defined)
}

var errNoTopic = errors.New("the topic is not there: run odograph setup")

// Partitions is the number of partitions that all topics have.
func (l *Ledger) Partitions(ctx context.Context) (int32, error) {
	l.mu.Lock()
	known := l.partitionsKnown
	l.mu.Unlock()
	if known > 0 {
		return known, nil
	}
	topics, err := l.adm.ListTopics(ctx, l.polls)
	if err != nil {
		return 0, fmt.Errorf("partitions of %s: %w", l.polls, err)
	}
	n := int32(len(topics[l.polls].Partitions))
	if n == 0 {
		return 0, fmt.Errorf("%s: %w", l.polls, errNoTopic)
	}
	l.mu.Lock()
	l.partitionsKnown = n
	l.mu.Unlock()
	return n, nil
}

// PartitionOf is the partition of a key, the same as that of the raw records
// with this key.
func (l *Ledger) PartitionOf(ctx context.Context, key string) (int32, error) {
	n, err := l.Partitions(ctx)
	if err != nil {
		return 0, err
	}
	return Partition(key, n), nil
}

// Partition is the partition of a key among n.
func Partition(key string, n int32) int32 {
	p := kgo.StickyKeyPartitioner(nil).ForTopic("").Partition(&kgo.Record{Key: []byte(key)}, int(n))
	return int32(p)
}

// A Cursor is how far in event time a poll has come.
type Cursor struct {
	Until time.Time `json:"until"`
}
