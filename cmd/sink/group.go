package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/odograph/odograph/clickhouse"
	"github.com/odograph/odograph/pkg/schema"
)

// joined tells that the group has given this instance its share, which may be
// nothing where there are more instances than partitions.
func (s *Sink) joined(context.Context, *kgo.Client, map[string][]int32) {
	s.ready.Set(checkAssignment, nil)
}

// assigned starts a worker for each new partition, from the commit that the
// client itself begins with: there is no moment in which another instance
// could have written between the two.
func (s *Sink) assigned(_ context.Context, _ *kgo.Client, resp *kmsg.OffsetFetchResponse) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, group := range resp.Groups {
		for _, t := range group.Topics {
			for _, p := range t.Partitions {
				if p.ErrorCode != 0 {
					continue // the client reports it
				}
				if err := s.startWorker(t.Topic, p); err != nil { //nolint:contextcheck // a worker outlives the call that starts it
					s.fail(err)
					return err
				}
			}
		}
	}
	s.metrics.partitions.Set(float64(len(s.workers)))
	return nil
}

func (s *Sink) startWorker(topic string, p kmsg.OffsetFetchResponseGroupTopicPartition) error {
	at := place{topic, p.Partition}
	if topic == "" || s.workers[at] != nil {
		return nil
	}
	kind := schema.Topic(strings.TrimPrefix(topic, s.cfg.TopicPrefix+"."))
	b, err := newBatch(kind)
	if err != nil {
		return err
	}
	w := &worker{
		sink: s, topic: topic, partition: p.Partition, batch: b, definitions: clickhouse.Definitions(kind),
		log:   s.log.With("topic", topic, "partition", p.Partition),
		drain: make(chan struct{}), done: make(chan struct{}), more: make(chan struct{}, 1),
		position: kgo.EpochOffset{Epoch: p.LeaderEpoch, Offset: p.Offset}, committed: p.Offset,
	}
	w.stored.Store(p.Offset)
	if p.Metadata != nil {
		in, ok, err := parseIntent(*p.Metadata)
		if err != nil {
			return fmt.Errorf("%s/%d: %w", topic, p.Partition, err)
		}
		if ok {
			w.begun = &in
			w.reading.Store(true)
			s.begun.Add(1)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	s.workers[at] = w
	go func() {
		defer close(w.done)
		err := w.run(ctx)
		w.readBegunEnds()
		if err != nil && !errors.Is(err, context.Canceled) {
			s.fail(err)
		}
	}()
	return nil
}

// fail stops the sink.
func (s *Sink) fail(err error) {
	select {
	case s.failed <- err:
	default: // the first is enough
	}
}

// revoked ends workers whose partitions go to another instance. It returns
// when they have stored and committed their block, or stopped before that:
// then the intent tells the next one.
func (s *Sink) revoked(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
	s.end(s.remove(partitions), revokeGrace)
}

// lost ends workers whose partitions another instance may have already. It
// returns when none of them can commit any more.
func (s *Sink) lost(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
	s.end(s.remove(partitions), 0)
}

func (s *Sink) remove(partitions map[string][]int32) []*worker {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*worker
	for topic, numbers := range partitions {
		for _, n := range numbers {
			if w := s.workers[place{topic, n}]; w != nil {
				out = append(out, w)
				delete(s.workers, place{topic, n})
			}
			s.client.ResumeFetchPartitions(map[string][]int32{topic: {n}})
		}
	}
	s.metrics.partitions.Set(float64(len(s.workers)))
	return out
}

// end lets workers store what they have, for at most grace, and returns when
// all have ended.
func (s *Sink) end(workers []*worker, grace time.Duration) {
	deadline := time.After(grace)
	for _, w := range workers {
		close(w.drain)
	}
	for _, w := range workers {
		if grace > 0 {
			select {
			case <-w.done:
				continue
			case <-deadline:
				grace = 0
			}
		}
		w.cancel()
		<-w.done
	}
}

// endAll ends all workers before the sink leaves.
func (s *Sink) endAll() {
	s.mu.Lock()
	all := make([]*worker, 0, len(s.workers))
	for at, w := range s.workers {
		all = append(all, w)
		delete(s.workers, at)
	}
	s.mu.Unlock()
	s.end(all, drainGrace)
}
