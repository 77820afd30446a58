// Package consumer is an example of how another program reads Odograph's events
// so that each counts once, whatever is stopped or killed in between. It is meant
// to be copied; docs/consumers.md says why it is as it is.
package consumer

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/schema"
)

// A Store keeps one row for each event. Put is an upsert that only a higher
// revision wins, so that the same record may come any number of times and in any
// order. In SQL:
//
//	INSERT INTO events (event_id, revision, retracted, …) VALUES ($1, $2, $3, …)
//	ON CONFLICT (event_id) DO UPDATE SET revision = excluded.revision, …
//	WHERE events.revision < excluded.revision
type Store interface {
	Put(ctx context.Context, events []schema.DrivingEvent) error
}

// Options are those of a client that reads driving events exactly once.
func Options(prefix, group string) []kgo.Opt {
	return []kgo.Opt{
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(schema.TopicDriving.Name(prefix)),
		// Records of transactions that were aborted never happened.
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		// A group that is new begins with what the topic still has.
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		// Offsets are committed once the store has the events, not by a clock.
		kgo.DisableAutoCommit(),
		// No partition goes to another member between the two.
		kgo.BlockRebalanceOnPoll(),
	}
}

// Run puts events into the store until ctx is done.
func Run(ctx context.Context, client *kgo.Client, store Store) error {
	for {
		fetches := client.PollRecords(ctx, 10_000)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end that was asked for
		}
		if err := take(ctx, client, store, fetches); err != nil {
			return err
		}
		client.AllowRebalance()
	}
}

// take stores first and commits then. Killed in between, it stores the same
// events once more, which changes nothing.
func take(ctx context.Context, client *kgo.Client, store Store, fetches kgo.Fetches) error {
	var errs []error
	fetches.EachError(func(topic string, partition int32, err error) {
		errs = append(errs, fmt.Errorf("%s/%d: %w", topic, partition, err))
	})
	if err := errors.Join(errs...); err != nil {
		return err
	}
	records := fetches.Records()
	events := make([]schema.DrivingEvent, len(records))
	for i, r := range records {
		if err := schema.Decode(r.Value, &events[i]); err != nil {
			return fmt.Errorf("%s/%d at %d: %w", r.Topic, r.Partition, r.Offset, err)
		}
	}
	if err := store.Put(ctx, events); err != nil {
		return err
	}
	// What is stored is committed even while it is being stopped.
	return client.CommitRecords(context.WithoutCancel(ctx), records...)
}
