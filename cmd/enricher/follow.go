package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/pkg/schema"
)

// A follower reads a compacted topic of definitions from its beginning and on.
// When the connection fails it begins anew: what was known holds until the new
// reading has come to the end, since the topic may still hold what was before.
type follower struct {
	topic schema.Topic
	part  string // of readiness

	begin func()              // a reading begins
	take  func([]*kgo.Record) // the next records of it, in order
	end   func()              // it has come to where the topic ended; may be called again

	wait time.Duration // of silence, until the brokers are asked whether anything is left; 0: followWait
}

const (
	followWait  = 10 * time.Second
	followRetry = 2 * time.Second
)

// run follows the topic until ctx is done, trying again for ever; read is closed
// once it was read for the first time.
func (f *follower) run(ctx context.Context, opts []kgo.Opt, prefix string, log *slog.Logger, ready *run.Readiness, read chan<- struct{}) {
	var once sync.Once
	done := func() { f.end(); ready.Set(f.part, nil); once.Do(func() { close(read) }) }
	topic := f.topic.Name(prefix)
	for ctx.Err() == nil {
		err := f.read(ctx, opts, topic, done)
		if ctx.Err() != nil {
			return
		}
		log.Warn(f.part+": trying again", "topic", topic, "error", err)
		ready.Set(f.part, err)
		select {
		case <-ctx.Done():
		case <-time.After(followRetry):
		}
	}
}

func (f *follower) read(ctx context.Context, opts []kgo.Opt, topic string, done func()) error {
	cl, err := kgo.NewClient(append(opts[:len(opts):len(opts)],
		kgo.ConsumeTopics(topic), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
	if err != nil {
		return err
	}
	defer cl.Close()
	left, err := f.unread(ctx, cl, topic)
	if err != nil {
		return err
	}
	f.begin()
	next := map[int32]int64{}
	for quiet := time.Now(); ; {
		if len(left) > 0 && time.Since(quiet) > cmp.Or(f.wait, followWait) {
			if err := kafka.DropEnded(ctx, cl, topic, left, next); err != nil {
				return err
			}
			quiet = time.Now()
		}
		if len(left) == 0 {
			done()
		}
		pollCtx, cancel := context.WithTimeout(ctx, time.Second)
		fetches := cl.PollFetches(pollCtx)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for _, e := range fetches.Errors() {
			if !errors.Is(e.Err, context.DeadlineExceeded) {
				return fmt.Errorf("read %s: %w", topic, e.Err)
			}
		}
		records := fetches.Records()
		if len(records) == 0 {
			continue
		}
		f.take(records)
		quiet = time.Now() // after it: the shapes of a large topic take longer than any silence
		for _, r := range records {
			next[r.Partition] = r.Offset + 1
			if r.Offset+1 >= left[r.Partition] {
				delete(left, r.Partition)
			}
		}
	}
}

// unread gives where the partitions end that are not empty.
func (f *follower) unread(ctx context.Context, cl *kgo.Client, topic string) (pending, error) {
	ends, err := kadm.NewClient(cl).ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("end of %s: %w", topic, err)
	}
	left := pending{}
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			left[o.Partition] = o.Offset
		}
	})
	return left, nil
}
