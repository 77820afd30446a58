package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errIntent says that the records of an intent can't be read again as they
// were.
var errIntent = errors.New("the block that was begun can't be read again")

// finishBegun reads the records of the intent that an earlier run left, and
// stores them again under the same tokens. It is not finished where the worker
// is to end before it has read them all.
func (w *worker) finishBegun(ctx context.Context) (finished bool, err error) {
	want := *w.begun
	w.log.Info("finishing a block that was begun", "first", want.first, "last", want.last, "records", want.count)
	if read, err := w.readBegun(ctx); err != nil || !read {
		return false, err
	}
	w.readBegunEnds()
	if got := w.batch.intent(); got != want {
		return false, w.intentError(fmt.Sprintf("read records %d to %d, %d of them, checksum %016x", got.first, got.last, got.count, got.sum))
	}
	if err := w.store(ctx, true); err != nil {
		return false, err
	}
	w.begun = nil
	w.sink.metrics.recovered.Inc()
	return true, w.commitPosition(ctx)
}

// readBegun fills the batch with the records up to the intent's last one.
func (w *worker) readBegun(ctx context.Context) (read bool, err error) {
	const patience = 5 * time.Second
	for !w.take() {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-w.drain:
			return false, nil // whoever is next finishes it
		case <-w.more:
		case <-time.After(patience):
			end, err := w.sink.endOf(ctx, w.topic, w.partition)
			if err != nil {
				w.log.Warn("waiting for Kafka to finish a block", "error", err)
			} else if end <= w.begun.last {
				return false, w.intentError(fmt.Sprintf("the partition ends at %d", end))
			}
		}
	}
	return true, nil
}

func (w *worker) readBegunEnds() {
	if w.reading.Swap(false) {
		w.sink.begun.Add(-1)
	}
}

func (w *worker) intentError(found string) error {
	return fatalError{fmt.Errorf("%s/%d: %w: wanted records %d to %d, %d of them, checksum %016x; %s. "+
		"The topic was made anew or lost data, so nobody can tell which of these rows are stored. "+
		"Compare the table with the topic (odograph audit), then set the group's offset for this partition by hand (kafka-consumer-groups --reset-offsets)",
		w.topic, w.partition, errIntent, w.begun.first, w.begun.last, w.begun.count, w.begun.sum, found)}
}
