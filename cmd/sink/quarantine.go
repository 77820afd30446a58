package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/schema"
)

// deadLetterOf says why a record has no row of its own. It depends on nothing
// but the record and the error, so that a record that is put aside twice, by
// a crash in between, is one row in the end.
func deadLetterOf(r *kgo.Record, reason schema.Reason, cause error) schema.DeadLetter {
	d := schema.DeadLetter{
		Reason: reason, Error: cause.Error(),
		Topic: r.Topic, Partition: r.Partition, Offset: r.Offset,
		IMEI: string(r.Key), FirstSeen: r.Timestamp.UTC(), Value: r.Value,
	}
	// What can still be read of it: each member on its own, since one of them
	// may be what is wrong.
	var members map[string]json.RawMessage
	if json.Unmarshal(r.Value, &members) != nil {
		return d
	}
	take := func(name string, into any) bool {
		raw, ok := members[name]
		return ok && json.Unmarshal(raw, into) == nil
	}
	take("kind", &d.Kind)
	take("source", &d.Source)
	take("account", &d.Account)
	if !take("received_time", &d.ReceivedTime) {
		d.ReceivedTime = schema.Opt[time.Time]{}
	}
	take("raw_partition", &d.RawPartition)
	take("raw_offset", &d.RawOffset)
	return d
}

// putAside writes a dead letter and returns when Kafka has it, or ctx is done.
func (w *worker) putAside(ctx context.Context, r *kgo.Record, reason schema.Reason, cause error) error {
	letter := deadLetterOf(r, reason, cause)
	value, err := schema.Encode(&letter)
	if err != nil {
		return fatalError{fmt.Errorf("dead letter of %s/%d at offset %d: %w", r.Topic, r.Partition, r.Offset, err)}
	}
	w.log.Warn("record put aside", "reason", reason, "offset", r.Offset, "error", cause)
	for wait := newBackoff(); ; {
		// Its own partition number, as everywhere: a device's records stay in order.
		err := w.sink.client.ProduceSync(ctx, &kgo.Record{
			Topic: schema.TopicDeadLetters.Name(w.sink.cfg.TopicPrefix), Partition: r.Partition, Key: r.Key, Value: value,
			Headers: []kgo.RecordHeader{{Key: schema.HeaderSchema, Value: []byte(strconv.Itoa(1))}},
		}).FirstErr()
		if err == nil {
			return nil
		}
		w.log.Error("dead letter not written, trying again", "error", err)
		if err := wait.pause(ctx); err != nil {
			return err
		}
	}
}
