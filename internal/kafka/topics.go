package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/odograph/odograph/pkg/schema"
)

// A TopicReport says what EnsureTopics found or did for one topic.
type TopicReport struct {
	Name    string
	Created bool
	Changed []string // settings brought up to date, "key: old -> new"
}

// ErrPartitions says that topics have different numbers of partitions.
var ErrPartitions = errors.New("topics have different numbers of partitions")

// EnsureTopics creates the topics that are missing and brings the settings of
// the others up to date; it is idempotent. It never changes a number of
// partitions: a record keeps its partition number from topic to topic and a
// device its partition, so a change would break the order of devices.
func EnsureTopics(ctx context.Context, adm *kadm.Client, prefix string, partitions int32, replication int16) ([]TopicReport, error) {
	reports := make([]TopicReport, len(schema.Topics))
	for i, spec := range schema.Topics {
		name := spec.Topic.Name(prefix)
		resp, err := adm.CreateTopic(ctx, partitions, replication, settings(spec), name)
		if err == nil {
			err = resp.Err
		}
		switch {
		case errors.Is(err, kerr.TopicAlreadyExists):
			reports[i] = TopicReport{Name: name}
		case err != nil:
			return nil, fmt.Errorf("create topic %s: %w %s", name, err, resp.ErrMessage)
		default:
			reports[i] = TopicReport{Name: name, Created: true}
		}
	}
	for i, spec := range schema.Topics {
		if reports[i].Created {
			continue
		}
		changed, err := checkTopic(ctx, adm, reports[i].Name, spec, partitions)
		if err != nil {
			return nil, err
		}
		reports[i].Changed = changed
	}
	return reports, waitForLeaders(ctx, adm, reports)
}

// A new topic is known to the controller first and to the brokers a little
// later: until then what follows a setup would not find it.
const leaderTimeout = 30 * time.Second

func waitForLeaders(ctx context.Context, adm *kadm.Client, topics []TopicReport) error {
	var names []string
	for _, t := range topics {
		if t.Created {
			names = append(names, t.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		found, err := adm.ListTopics(ctx, names...)
		if err == nil {
			err = found.Error()
		}
		found.EachPartition(func(p kadm.PartitionDetail) {
			if p.Leader < 0 {
				err = errors.Join(err, fmt.Errorf("partition %d of %s has no leader yet", p.Partition, p.Topic))
			}
		})
		return struct{}{}, err
	}, backoff.WithBackOff(backoff.NewConstantBackOff(50*time.Millisecond)), backoff.WithMaxElapsedTime(leaderTimeout))
	if err != nil {
		return fmt.Errorf("new topics: %w (are all brokers up?)", err)
	}
	return nil
}

// checkTopic holds an existing topic to its specification.
func checkTopic(ctx context.Context, adm *kadm.Client, name string, spec schema.TopicSpec, partitions int32) ([]string, error) {
	found, err := adm.ListTopics(ctx, name)
	if err == nil {
		err = found[name].Err
	}
	if err != nil {
		return nil, fmt.Errorf("list topic %s: %w", name, err)
	}
	if n := int32(len(found[name].Partitions)); n != partitions {
		return nil, fmt.Errorf("%w: %s has %d, wanted %d: set partitions (ODOGRAPH_PARTITIONS) to what exists, or use another topic_prefix",
			ErrPartitions, name, n, partitions)
	}
	return updateSettings(ctx, adm, name, settings(spec))
}

// settings are the broker's settings of a topic.
func settings(s schema.TopicSpec) map[string]*string {
	out := map[string]*string{"max.message.bytes": kadm.StringPtr(strconv.Itoa(schema.MaxRecordBytes))}
	if s.Compacted {
		out["cleanup.policy"] = kadm.StringPtr("compact")
		// Restore reads what compaction has not reached yet: smaller segments
		// and an early cleaner keep that short.
		out["segment.bytes"] = kadm.StringPtr(strconv.Itoa(64 << 20))
		out["min.cleanable.dirty.ratio"] = kadm.StringPtr("0.2")
		if s.Past > 0 {
			out["min.compaction.lag.ms"] = kadm.StringPtr(strconv.FormatInt(s.Past.Milliseconds(), 10))
		}
		return out
	}
	out["cleanup.policy"] = kadm.StringPtr("delete")
	out["retention.ms"] = kadm.StringPtr(strconv.FormatInt(s.Retention.Milliseconds(), 10))
	return out
}

func updateSettings(ctx context.Context, adm *kadm.Client, topic string, want map[string]*string) ([]string, error) {
	described, err := adm.DescribeTopicConfigs(ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("describe %s: %w", topic, err)
	}
	have, err := described.On(topic, nil)
	if err = errors.Join(err, have.Err); err != nil {
		return nil, fmt.Errorf("describe %s: %w", topic, err)
	}
	var changes []kadm.AlterConfig
	var changed []string
	for _, c := range have.Configs {
		if w, ok := want[c.Key]; ok && c.MaybeValue() != *w {
			changes = append(changes, kadm.AlterConfig{Op: kadm.SetConfig, Name: c.Key, Value: w})
			changed = append(changed, fmt.Sprintf("%s: %s -> %s", c.Key, c.MaybeValue(), *w))
		}
	}
	if len(changes) == 0 {
		return nil, nil
	}
	slices.Sort(changed)
	resp, err := adm.AlterTopicConfigs(ctx, changes, topic)
	if err != nil {
		return nil, fmt.Errorf("alter %s: %w", topic, err)
	}
	if r, err := resp.On(topic, nil); errors.Join(err, r.Err) != nil {
		return nil, fmt.Errorf("alter %s: %w %s", topic, errors.Join(err, r.Err), r.ErrMessage)
	}
	return changed, nil
}
