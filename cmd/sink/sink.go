package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/clickhouse"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/pkg/schema"
)

// The checks of /readyz.
const (
	checkTopics     = "topics"
	checkAssignment = "assignment"
	checkClickHouse = "clickhouse"
	checkLag        = "lag"
)

const (
	// revokeGrace is what a block under way gets when its partition goes to
	// another instance; less than the rebalance timeout.
	revokeGrace = 10 * time.Second
	drainGrace  = 60 * time.Second // when the sink stops
)

// A Sink stores the enriched topics in ClickHouse.
type Sink struct {
	cfg     Config
	log     *slog.Logger
	metrics *metrics
	ready   *run.Readiness
	health  *health
	client  *kgo.Client
	admin   *kadm.Client
	db      *clickhouse.DB
	inserts chan struct{} // one token for each insert under way

	mu      sync.Mutex
	workers map[place]*worker
	held    atomic.Int64 // bytes of records in memory
	largest atomic.Int64 // bytes of the largest record of late
	begun   atomic.Int64 // workers that read a block which an earlier run began
	failed  chan error

	failing bool // fetches; of the polling goroutine alone
}

// A place is a partition of a topic.
type place struct {
	topic     string
	partition int32
}

// NewSink connects nothing yet.
func NewSink(cfg Config, log *slog.Logger, reg prometheus.Registerer, ready *run.Readiness) (*Sink, error) {
	s := &Sink{
		cfg: cfg, log: log, metrics: newMetrics(reg), ready: ready, health: newHealth(ready),
		inserts: make(chan struct{}, cfg.Inserts), workers: map[place]*worker{}, failed: make(chan error, 1),
	}
	s.largest.Store(4096)
	var err error
	if s.db, err = clickhouse.Open(cfg.DSN().Reveal(), cfg.Inserts+2); err != nil {
		return nil, err
	}
	opts, err := kafka.Options(cfg.Kafka, "sink-"+cfg.Instance, log, reg)
	if err != nil {
		return nil, err
	}
	if s.client, err = kgo.NewClient(append(opts, s.options()...)...); err != nil {
		return nil, fmt.Errorf("kafka client: %w", err)
	}
	s.admin = kadm.NewClient(s.client)
	return s, nil
}

// Group is the consumer group of all sinks.
func (c *Config) Group() string { return schema.SinkGroup(c.TopicPrefix) }

func (s *Sink) topics() []string {
	topics := clickhouse.Topics()
	names := make([]string, 0, len(topics))
	for _, t := range topics {
		names = append(names, t.Name(s.cfg.TopicPrefix))
	}
	return names
}

func (s *Sink) options() []kgo.Opt {
	return []kgo.Opt{
		kgo.ConsumerGroup(s.cfg.Group()),
		kgo.ConsumeTopics(s.topics()...),
		kgo.InstanceID(s.cfg.Instance),
		// Each instance gets its part of every topic. A cooperative balancer
		// leaves partitions to nobody where a static member is killed after it
		// gave them up and comes back before its session ends.
		kgo.Balancers(kgo.RangeBalancer()),
		kgo.SessionTimeout(s.cfg.SessionTimeout),
		kgo.HeartbeatInterval(s.cfg.SessionTimeout / 5),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(), // so that positions pass the markers of transactions
		// From the earliest record where nothing is committed; a committed
		// position that is gone is a loss that somebody must see.
		kgo.ConsumeResetOffset(kgo.NoResetOffset().AtStart()),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.OnOffsetsFetched(s.assigned),
		kgo.OnPartitionsAssigned(s.joined),
		kgo.OnPartitionsRevoked(s.revoked),
		kgo.OnPartitionsLost(s.lost),
		kgo.FetchMaxWait(500 * time.Millisecond),
		kgo.FetchMaxBytes(16 << 20),
		kgo.FetchMaxPartitionBytes(4 << 20),
		// Dead letters.
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(0),
		kgo.ProducerBatchMaxBytes(schema.MaxRecordBytes - batchHead),
	}
}

// Run stores records until ctx is done, then what it has in hand, and returns.
// It returns an error where going on would lose or double rows.
func (s *Sink) Run(ctx context.Context) error {
	defer s.db.Close()
	defer s.client.CloseAllowingRebalance()
	if err := s.waitForTopics(ctx); err != nil {
		return nil // asked to stop before there was anything to do
	}
	watch, stop := context.WithCancel(ctx)
	defer stop()
	go s.watchClickHouse(watch)
	go s.watchLag(watch)
	err := s.poll(ctx)
	s.endAll()
	return err
}

// poll hands records to the workers.
func (s *Sink) poll(ctx context.Context) error {
	for {
		if err := s.waitForRoom(ctx); err != nil {
			return nil //nolint:nilerr // asked to stop
		}
		// Often back here, so that a failed worker is seen without records.
		wait, cancel := context.WithTimeout(ctx, time.Second)
		fetches := s.client.PollRecords(wait, s.room())
		cancel()
		err := s.fetchError(fetches)
		if err == nil {
			err = s.handOut(fetches)
		}
		s.client.AllowRebalance()
		if err != nil {
			return err
		}
		select {
		case err := <-s.failed:
			return err
		case <-ctx.Done():
			return nil
		default:
		}
	}
}

// room is how many records fit into the memory that is left, if they are as
// large as the largest of late.
func (s *Sink) room() int {
	const most = 20_000
	return min(max(1, (s.cfg.BufferBytes-int(s.held.Load()))/int(s.largest.Load())), most)
}

// handOut gives records to the workers of their partitions.
func (s *Sink) handOut(fetches kgo.Fetches) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	largest := 0
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if len(p.Records) == 0 {
			return
		}
		w := s.workers[place{p.Topic, p.Partition}]
		if w == nil {
			// Nothing is lost yet; going on would commit behind these.
			err = fmt.Errorf("%s/%d: records of a partition that was not assigned", p.Topic, p.Partition)
			return
		}
		largest = max(largest, w.push(p.Records))
	})
	if largest > 0 {
		s.largest.Store(max(int64(largest), s.largest.Load()*9/10, 1024))
	}
	return err
}

// fetchError is the first error that nothing but a person can repair.
func (s *Sink) fetchError(fetches kgo.Fetches) error {
	if s.failing && fetches.NumRecords() > 0 {
		s.failing = false
		s.ready.Set(checkAssignment, nil)
	}
	for _, e := range fetches.Errors() {
		var loss *kgo.ErrDataLoss
		switch {
		case errors.Is(e.Err, context.Canceled), errors.Is(e.Err, context.DeadlineExceeded), errors.Is(e.Err, kgo.ErrClientClosed):
		case errors.Is(e.Err, kerr.OffsetOutOfRange), errors.As(e.Err, &loss):
			return fmt.Errorf("%s/%d: the committed position is not in the topic any more: records were deleted before they were stored, or the topic was made anew: %w. "+
				"Find out what is missing (odograph audit), then set the group's offset by hand: kafka-consumer-groups --group %s --topic %s:%d --reset-offsets --to-earliest --execute",
				e.Topic, e.Partition, e.Err, s.cfg.Group(), e.Topic, e.Partition)
		case errors.Is(e.Err, kerr.FencedInstanceID):
			return fmt.Errorf("another sink runs under the same instance name %q: give each its own (ODOGRAPH_INSTANCE): %w", s.cfg.Instance, e.Err)
		default:
			s.log.Error("fetch failed", "topic", e.Topic, "partition", e.Partition, "error", e.Err)
			s.ready.Set(checkAssignment, fmt.Errorf("fetch %s/%d: %w", e.Topic, e.Partition, e.Err))
			s.failing = true
		}
	}
	return nil
}

// hold counts memory of records.
func (s *Sink) hold(bytes int) { s.metrics.buffered.Set(float64(s.held.Add(int64(bytes)))) }

// full tells whether there is no memory left for one more record. Without any
// in memory there is, however large it may be.
func (s *Sink) full() bool {
	held := s.held.Load()
	return held > 0 && held+s.largest.Load() > int64(s.cfg.BufferBytes)
}

func (s *Sink) wakeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.workers {
		w.wake()
	}
}

// waitForRoom lets no more records in than memory is for. Blocks that an
// earlier run began must come in whole before they can go out, so reading goes
// on for them; the other partitions are paused then (see push).
func (s *Sink) waitForRoom(ctx context.Context) error {
	for s.full() && s.begun.Load() == 0 {
		s.wakeAll() // nobody need wait for more records, none come
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-s.failed:
			s.failed <- err
			return nil
		case <-time.After(20 * time.Millisecond):
		}
	}
	return ctx.Err()
}
