package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

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
	for _, p := range out {
		if err := p.loaded(); err != nil {
			return nil, err
		}
	}
	return out, checkPositions(ctx, reader, cfg, out)
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
func checkPositions(ctx context.Context, cl *kgo.Client, cfg *Config, parts map[int32]*partition) error {
	topic := schema.TopicRaw.Name(cfg.TopicPrefix)
	committed, err := stablePositions(ctx, cl, schema.EnricherGroup(cfg.TopicPrefix), topic, slices.Collect(maps.Keys(parts)))
	if err != nil {
		return err
	}
	for n, p := range parts {
		at, ok := committed[n]
		if !ok {
			return fmt.Errorf("offsets of group %s: Kafka gives none for %s partition %d", schema.EnricherGroup(cfg.TopicPrefix), topic, n)
		}
		if at != p.next {
			return fmt.Errorf("%w: partition %d: %s says %s, group %s says %s; going on would lose or double records. "+
				"Bring back the topic or the group's offsets; or, to build the state anew from %s, stop all enrichers, "+
				"delete the group and the topic, truncate driving_events, trips, stops, geofence_events and condition_events (their revisions begin anew), run odograph setup, and start again (fixes and items that are stored already stay single)",
				errPosition, n, schema.TopicState.Name(cfg.TopicPrefix), offsetText(p.next), schema.EnricherGroup(cfg.TopicPrefix), offsetText(at), topic)
		}
	}
	return nil
}

// unstableWait is how long the offsets of a transaction that has ended may take
// to become visible. One that goes on longer is another instance's, or one whose
// end Kafka has lost.
const unstableWait = 5 * time.Second

// stablePositions are the group's committed offsets, -1 where there is none. The
// request names the partitions, since one for the whole group leaves out those
// whose first commit is still pending: they would look as if nothing had been
// read of them.
func stablePositions(ctx context.Context, cl *kgo.Client, group, topic string, numbers []int32) (map[int32]int64, error) {
	req := kmsg.NewPtrOffsetFetchRequest()
	req.RequireStable = true
	g := kmsg.NewOffsetFetchRequestGroup()
	g.Group = group
	t := kmsg.NewOffsetFetchRequestGroupTopic()
	t.Topic, t.Partitions = topic, numbers
	g.Topics = append(g.Topics, t)
	req.Groups = append(req.Groups, g)
	for deadline := time.Now().Add(unstableWait); ; {
		out, err := positions(ctx, cl, req)
		if err == nil {
			return out, nil
		}
		if !errors.Is(err, kerr.UnstableOffsetCommit) || time.Now().After(deadline) {
			return nil, fmt.Errorf("offsets of group %s: %w", group, err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func positions(ctx context.Context, cl *kgo.Client, req *kmsg.OffsetFetchRequest) (map[int32]int64, error) {
	resp, err := req.RequestWith(ctx, cl)
	if err != nil {
		return nil, err
	}
	out := map[int32]int64{}
	for _, g := range resp.Groups {
		if err := kerr.ErrorForCode(g.ErrorCode); err != nil {
			return nil, err
		}
		for _, t := range g.Topics {
			for _, p := range t.Partitions {
				if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
					return nil, fmt.Errorf("partition %d: %w", p.Partition, err)
				}
				out[p.Partition] = p.Offset
			}
		}
	}
	return out, nil
}

func offsetText(o int64) string {
	if o < 0 {
		return "nothing was read"
	}
	return fmt.Sprintf("offset %d is next", o)
}
