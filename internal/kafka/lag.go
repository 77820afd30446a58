package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// CommittedEnds are where topics end for those who read only what is committed:
// before the first transaction that is open.
func CommittedEnds(ctx context.Context, adm *kadm.Client, topics ...string) (kadm.ListedOffsets, error) {
	ends, err := adm.ListCommittedOffsets(ctx, topics...)
	if err = errors.Join(err, ends.Error()); err != nil {
		return nil, fmt.Errorf("where topics end: %w", err)
	}
	return ends, nil
}

// Lag is how many records a group has to read until it is at ends. Transaction
// markers, and offsets that compaction has left empty, count as records; what the
// topic does not have any more does not.
func Lag(ctx context.Context, adm *kadm.Client, group string, ends kadm.ListedOffsets) (left int64, err error) {
	topics := make([]string, 0, len(ends))
	for topic := range ends {
		topics = append(topics, topic)
	}
	if len(topics) == 0 { // kadm would take none for all
		return 0, nil
	}
	committed, err := adm.FetchOffsets(ctx, group)
	if err = errors.Join(err, committed.Error()); err != nil && !errors.Is(err, kerr.GroupIDNotFound) { // it has read nothing so far
		return 0, fmt.Errorf("offsets of group %s: %w", group, err)
	}
	starts, err := adm.ListStartOffsets(ctx, topics...)
	if err = errors.Join(err, starts.Error()); err != nil {
		return 0, fmt.Errorf("where topics begin: %w", err)
	}
	ends.Each(func(end kadm.ListedOffset) {
		start, _ := starts.Lookup(end.Topic, end.Partition)
		at := start.Offset
		if c, ok := committed.Lookup(end.Topic, end.Partition); ok {
			at = max(at, c.At)
		}
		left += max(0, end.Offset-at)
	})
	return left, nil
}
