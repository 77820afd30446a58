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

const (
	batchHead  = 64 << 10 // more than a batch adds to its records
	mostLetter = schema.MaxRecordBytes - 2*batchHead
	mostText   = 4 << 10 // of a dead letter's other texts
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

// encodeLetter cuts the value where the letter would be larger than a record
// may be, since it would never get out otherwise. JSON makes several bytes of
// one, but no item that the collector lets in comes near.
func encodeLetter(d schema.DeadLetter) ([]byte, error) {
	for _, text := range []*string{&d.Error, &d.IMEI, &d.Kind, &d.Account} {
		*text = (*text)[:min(len(*text), mostText)]
	}
	d.Source = d.Source[:min(len(d.Source), mostText)]
	whole, why := d.Value, d.Error
	for {
		out, err := schema.Encode(&d)
		if err != nil || len(out) <= mostLetter {
			return out, err
		}
		d.Value = whole[:len(d.Value)*9/10*mostLetter/len(out)]
		d.Error = fmt.Sprintf("%s (value cut to %d of %d bytes; all of it is at this place of the topic)", why, len(d.Value), len(whole))
	}
}

// putAside writes a dead letter and returns when Kafka has it, or ctx is done.
func (w *worker) putAside(ctx context.Context, r *kgo.Record, reason schema.Reason, cause error) error {
	value, err := encodeLetter(deadLetterOf(r, reason, cause))
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
