package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// commitPosition commits what is stored, if that is not yet committed.
func (w *worker) commitPosition(ctx context.Context) error {
	if w.position.Offset <= w.committed {
		return nil
	}
	return w.commit(ctx, w.position, "")
}

// commit writes offset and metadata, and returns when the broker has them or
// ctx is done. A commit is only good in the generation in which the partition
// is ours: a worker whose partition is lost is cancelled before the client
// joins again, and the broker refuses what is under way.
func (w *worker) commit(ctx context.Context, at kgo.EpochOffset, metadata string) error {
	for wait := newBackoff(); ; {
		err := w.commitOnce(ctx, at, metadata)
		if err == nil {
			w.committed = at.Offset
			w.stored.Store(at.Offset)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, kerr.FencedInstanceID) {
			return fatalError{fmt.Errorf("another sink runs under the same instance name %q: give each its own (ODOGRAPH_INSTANCE)", w.sink.cfg.Instance)}
		}
		w.log.Warn("commit failed, trying again", "offset", at.Offset, "error", err)
		if err := wait.pause(ctx); err != nil {
			return err
		}
	}
}

func (w *worker) commitOnce(ctx context.Context, at kgo.EpochOffset, metadata string) error {
	ctx = kgo.PreCommitFnContext(ctx, func(req *kmsg.OffsetCommitRequest) error {
		for t := range req.Topics {
			for p := range req.Topics[t].Partitions {
				req.Topics[t].Partitions[p].Metadata = &metadata
			}
		}
		return nil
	})
	var outcome error
	w.sink.client.CommitOffsetsSync(ctx, map[string]map[int32]kgo.EpochOffset{w.topic: {w.partition: at}},
		func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
			outcome = err
			if err == nil {
				outcome = commitError(resp)
			}
		})
	return outcome
}

// commitError is the error of the one partition of a commit. An answer without
// it is no success.
func commitError(resp *kmsg.OffsetCommitResponse) error {
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			return kerr.ErrorForCode(p.ErrorCode)
		}
	}
	return errors.New("the broker's answer names no partition")
}
