package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/clickhouse"
	"github.com/odograph/odograph/cmd/odograph/history"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
)

// corrections writes derived events into their topics, beside the enrichers.
type corrections struct {
	client *kgo.Client
	prefix string
}

func openCorrections(cfg config.Kafka) (*corrections, error) {
	opts, err := kafka.Options(cfg, "odograph-replay", slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(append(opts, kgo.RequiredAcks(kgo.AllISRAcks()), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.RecordDeliveryTimeout(time.Minute))...)
	if err != nil {
		return nil, err
	}
	return &corrections{client, cfg.TopicPrefix}, nil
}

func (w *corrections) close() { w.client.Close() }

const (
	sinkPatience = 3 * time.Minute
	sinkLook     = 200 * time.Millisecond
)

// stored waits until everything that is in the topics now is in the tables: what
// is corrected must be what is there, and a revision must be the next one.
func (w *corrections) stored(ctx context.Context, progress io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, sinkPatience)
	defer cancel()
	admin := kadm.NewClient(w.client)
	ends, err := kafka.CommittedEnds(ctx, admin, stored(w.prefix)...)
	if err != nil {
		return fmt.Errorf("corrections go through Kafka, which does not answer: %w (set ODOGRAPH_KAFKA_BROKERS and ODOGRAPH_TOPIC_PREFIX)", err)
	}
	for told := time.Now(); ; {
		left, err := kafka.Lag(ctx, admin, schema.SinkGroup(w.prefix), ends)
		if err == nil && left == 0 {
			return nil
		}
		if time.Since(told) > 5*time.Second {
			told = time.Now()
			_, _ = fmt.Fprintf(progress, "waiting for the sink, which has %d records to store\n", left)
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("the sink has %d records to store after %s: does it run?", left, sinkPatience), err)
		case <-time.After(sinkLook):
		}
	}
}

// stored are the topics whose records become rows.
func stored(prefix string) []string {
	all := clickhouse.Topics()
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.Name(prefix)
	}
	return names
}

// write writes corrections and then which requests they fulfil, and returns when
// all are in the tables.
func (w *corrections) write(ctx context.Context, found *history.Corrections, done []schema.Recompute, progress io.Writer) error {
	b := batchWriter{w: w, ctx: ctx}
	found.Records(b.put)
	if err := b.flush(); err != nil {
		return fmt.Errorf("%w: run the command again, which writes what is missing", err)
	}
	now := schema.Some(time.Now().UTC().Truncate(time.Millisecond))
	for i := range done {
		done[i].FulfilledTime = now
		b.put(done[i].IMEI, done[i].RawPartition, derive.Output{Topic: schema.TopicRecompute, Record: &done[i]})
	}
	if err := b.flush(); err != nil {
		return fmt.Errorf("%w: the corrections are written, but the requests stay open until the next time", err)
	}
	if err := w.stored(ctx, progress); err != nil {
		return fmt.Errorf("all is in the topics, but not in the tables yet: %w", err)
	}
	_, _ = fmt.Fprintf(progress, "%d records written and stored\n", b.written)
	return nil
}

// A batchWriter gathers records so that memory holds few of them twice.
type batchWriter struct {
	w       *corrections
	ctx     context.Context
	records []*kgo.Record
	written int
	err     error
}

const writeAtOnce = 5000

func (b *batchWriter) put(imei string, partition int32, o derive.Output) {
	if b.err != nil {
		return
	}
	value, err := schema.Encode(o.Record)
	if err != nil {
		b.err = err
		return
	}
	b.records = append(b.records, &kgo.Record{
		Topic: o.Topic.Name(b.w.prefix), Partition: partition, Key: []byte(imei), Value: value,
		Headers: []kgo.RecordHeader{{Key: schema.HeaderSchema, Value: []byte("1")}},
	})
	if len(b.records) >= writeAtOnce {
		_ = b.flush() // kept in err
	}
}

func (b *batchWriter) flush() error {
	if b.err == nil && len(b.records) > 0 {
		b.err = b.w.client.ProduceSync(b.ctx, b.records...).FirstErr()
		b.written += len(b.records)
	}
	b.records = b.records[:0]
	return b.err
}
