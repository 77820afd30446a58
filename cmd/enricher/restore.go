package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/schema"
)

// errPosition stops the enricher: state and input do not belong together.
var errPosition = errors.New("the state and the group's position do not belong together")

// restore reads the state of partitions from the changelog. The order matters:
// the changelog's end is taken with read_uncommitted, so that it lies behind
// any transaction that a dead instance left open; then it is read with
// read_committed up to there, which ends only when that transaction has
// committed or aborted; and only then is the group's offset, which is part of
// the same transaction, compared with the position in the changelog.
func restore(ctx context.Context, opts []kgo.Opt, cfg *Config, log *slog.Logger, numbers []int32) (map[int32]*partition, error) {
	topic := schema.TopicState.Name(cfg.TopicPrefix)
	reader, err := kgo.NewClient(append(opts[:len(opts):len(opts)],
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(), kgo.ConsumeResetOffset(kgo.NoResetOffset()))...)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	adm := kadm.NewClient(reader)

	out := make(map[int32]*partition, len(numbers))
	for _, n := range numbers {
		out[n] = newPartition(n)
	}
	if err := readChangelog(ctx, reader, adm, log, topic, out); err != nil {
		return nil, err
	}
	return out, checkPositions(ctx, adm, cfg, out)
}

// pending holds, by partition, the offset that still has to be reached.
type pending map[int32]int64

func readChangelog(ctx context.Context, reader *kgo.Client, adm *kadm.Client, log *slog.Logger, topic string, out map[int32]*partition) error {
	starts, err := adm.ListStartOffsets(ctx, topic)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return fmt.Errorf("start of %s: %w", topic, err)
	}
	ends, err := adm.ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return fmt.Errorf("end of %s: %w", topic, err)
	}
	left := pending{}
	from := map[int32]kgo.Offset{}
	for n := range out {
		start, _ := starts.Lookup(topic, n)
		end, ok := ends.Lookup(topic, n)
		if !ok {
			return fmt.Errorf("%s has no partition %d: all topics need the same number, run odograph setup", topic, n)
		}
		if end.Offset > start.Offset {
			left[n] = end.Offset
			from[n] = kgo.NewOffset().At(start.Offset)
		}
	}
	if len(left) == 0 {
		return nil
	}
	reader.AddConsumePartitions(map[string]map[int32]kgo.Offset{topic: from})
	return readUntil(ctx, reader, adm, log, topic, left, out)
}

const quietPoll = 5 * time.Second

func readUntil(ctx context.Context, reader *kgo.Client, adm *kadm.Client, log *slog.Logger, topic string, left pending, out map[int32]*partition) error {
	for len(left) > 0 {
		pollCtx, cancel := context.WithTimeout(ctx, quietPoll)
		fetches := reader.PollRecords(pollCtx, 100_000)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var errs []error
		fetches.EachError(func(_ string, n int32, err error) {
			if !errors.Is(err, context.DeadlineExceeded) {
				errs = append(errs, fmt.Errorf("read %s partition %d: %w", topic, n, err))
			}
		})
		fetches.EachRecord(func(r *kgo.Record) {
			if !r.Attrs.IsControl() {
				if err := out[r.Partition].load(r.Key, r.Value); err != nil {
					errs = append(errs, fmt.Errorf("%s partition %d offset %d: %w", topic, r.Partition, r.Offset, err))
				}
			}
			if end, ok := left[r.Partition]; ok && r.Offset+1 >= end {
				delete(left, r.Partition)
			}
		})
		if err := errors.Join(errs...); err != nil {
			return err
		}
		if fetches.NumRecords() == 0 {
			if err := dropWhatIsStable(ctx, adm, log, topic, left); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropWhatIsStable serves a changelog whose last records compaction has taken:
// nothing more comes though the stable end was reached. Otherwise what is
// waited for is the end of a transaction, which the broker's timeout bounds.
func dropWhatIsStable(ctx context.Context, adm *kadm.Client, log *slog.Logger, topic string, left pending) error {
	stable, err := adm.ListCommittedOffsets(ctx, topic)
	if err == nil {
		err = stable.Error()
	}
	if err != nil {
		return fmt.Errorf("stable end of %s: %w", topic, err)
	}
	for n, end := range left {
		if o, ok := stable.Lookup(topic, n); ok && o.Offset >= end {
			delete(left, n)
			continue
		}
		log.Info("restore waits for a transaction that another instance left open", "topic", topic, "partition", n)
	}
	return nil
}

// checkPositions compares the position that each changelog carries with the
// group's committed offset, once that is stable.
func checkPositions(ctx context.Context, adm *kadm.Client, cfg *Config, parts map[int32]*partition) error {
	topic := schema.TopicRaw.Name(cfg.TopicPrefix)
	committed, err := adm.FetchOffsetsForTopics(kadm.RequireStable(ctx), schema.EnricherGroup(cfg.TopicPrefix), topic)
	if err == nil {
		err = committed.Error()
	}
	if err != nil {
		return fmt.Errorf("offsets of group %s: %w", schema.EnricherGroup(cfg.TopicPrefix), err)
	}
	for n, p := range parts {
		at := int64(-1)
		if o, ok := committed.Lookup(topic, n); ok {
			at = o.At
		}
		if at != p.next {
			return fmt.Errorf("%w: partition %d: %s says %s, group %s says %s; going on would lose or double records. "+
				"Bring back the topic or the group's offsets; or, to build the state anew from %s, stop all enrichers, "+
				"delete the group and the topic, run odograph setup, and start again (what is stored already stays single)",
				errPosition, n, schema.TopicState.Name(cfg.TopicPrefix), offsetText(p.next), schema.EnricherGroup(cfg.TopicPrefix), offsetText(at), topic)
		}
	}
	return nil
}

func offsetText(o int64) string {
	if o < 0 {
		return "nothing was read"
	}
	return fmt.Sprintf("offset %d is next", o)
}
