package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// waitForTopics returns when all topics exist.
func (s *Sink) waitForTopics(ctx context.Context) error {
	for wait := newBackoff(); ; {
		missing, err := s.missingTopics(ctx)
		if err == nil && len(missing) == 0 {
			s.ready.Set(checkTopics, nil)
			return nil
		}
		if err == nil {
			err = fmt.Errorf("topics are missing, run odograph setup: %s", strings.Join(missing, ", "))
		}
		s.ready.Set(checkTopics, err)
		s.log.Warn("waiting for topics", "error", err)
		if err := wait.pause(ctx); err != nil {
			return err
		}
	}
}

func (s *Sink) missingTopics(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	found, err := s.admin.ListTopics(ctx, s.topics()...)
	if err != nil {
		return nil, fmt.Errorf("list topics: %w", err)
	}
	var missing []string
	for _, name := range s.topics() {
		if !found.Has(name) {
			missing = append(missing, name)
		}
	}
	return missing, nil
}

// watchClickHouse reports until ClickHouse has answered once; from then on the
// workers do.
func (s *Sink) watchClickHouse(ctx context.Context) {
	for wait := newBackoff(); ; {
		ping, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := s.db.Ping(ping)
		cancel()
		s.ready.Set(checkClickHouse, err)
		if err == nil {
			return
		}
		s.log.Warn("waiting for ClickHouse", "error", err)
		if wait.pause(ctx) != nil {
			return
		}
	}
}

// watchLag measures how far behind the assigned partitions are.
func (s *Sink) watchLag(ctx context.Context) {
	const every = 5 * time.Second
	for {
		if total, err := s.measureLag(ctx); err != nil {
			s.log.Debug("lag unknown", "error", err)
		} else if total > s.cfg.MaxLag {
			s.ready.Set(checkLag, fmt.Errorf("%d records behind, more than max_lag %d", total, s.cfg.MaxLag))
		} else {
			s.ready.Set(checkLag, nil)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}

func (s *Sink) measureLag(ctx context.Context) (total int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	ends, err := s.admin.ListCommittedOffsets(ctx, s.topics()...)
	if err != nil {
		return 0, fmt.Errorf("list ends of topics: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	byTopic := map[string]int64{}
	s.metrics.lag.Reset() // of topics whose partitions others have now
	for at, w := range s.workers {
		if end, ok := ends.Lookup(at.topic, at.partition); ok && end.Err == nil {
			byTopic[at.topic] += max(0, end.Offset-max(0, w.stored.Load()))
		}
	}
	for topic, lag := range byTopic {
		s.metrics.lag.WithLabelValues(topic).Set(float64(lag))
		total += lag
	}
	return total, nil
}

// endOf is the offset after the last committed record of a partition.
func (s *Sink) endOf(ctx context.Context, topic string, partition int32) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	ends, err := s.admin.ListCommittedOffsets(ctx, topic)
	if err != nil {
		return 0, err
	}
	end, ok := ends.Lookup(topic, partition)
	if !ok {
		return 0, fmt.Errorf("no end of %s/%d", topic, partition)
	}
	return end.Offset, end.Err
}
