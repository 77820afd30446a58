package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/cmd/collector/spool"
	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/pkg/schema"
)

const (
	viaKafka = "kafka"
	viaSpool = "spool"
)

// An intake makes items durable, in Kafka if it answers in time, else in the
// spool. While the spool holds anything, all items queue up behind it, so that
// those of a device stay in order.
//
// Items that Kafka did not acknowledge in time are not taken back from the
// client: they keep their place before what comes later. So they may reach the
// topic twice, once from the client and once from the spool, with the same
// item id; the enricher absorbs the second.
type intake struct {
	client  *kgo.Client
	spool   *spool.Log
	topic   string
	wait    time.Duration
	log     *slog.Logger
	metrics *metrics
	ready   *run.Readiness

	// mode is held for reading from the look at spooling until the items are
	// queued, and for writing when the spool is found empty.
	mode     sync.RWMutex
	spooling atomic.Bool
}

func newIntake(cfg *Config, client *kgo.Client, sp *spool.Log, log *slog.Logger, m *metrics, ready *run.Readiness) *intake {
	in := &intake{
		client: client, spool: sp, topic: schema.TopicRaw.Name(cfg.TopicPrefix), wait: cfg.KafkaWait,
		log: log, metrics: m, ready: ready,
	}
	in.spooling.Store(sp.Stats().Records > 0)
	in.report()
	return in
}

// producerOptions make the client give up nothing and wait for nobody: an
// order kept per partition, acknowledged by all replicas, sent at once.
func producerOptions() []kgo.Opt {
	return []kgo.Opt{
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),
		kgo.ProducerLinger(0), // a request waits for its own records
		kgo.ProducerBatchCompression(kgo.Lz4Compression(), kgo.NoCompression()),
		kgo.ProducerBatchMaxBytes(schema.MaxRecordBytes - (64 << 10)), // room for the batch's own head
		kgo.MaxBufferedRecords(50_000),
		kgo.MaxBufferedBytes(256 << 20),
	}
}

// accept returns once Kafka or the spool has all items.
func (in *intake) accept(ctx context.Context, items []item) (via string, err error) {
	if len(items) == 0 {
		return viaKafka, nil
	}
	records := make([]*kgo.Record, len(items))
	for i := range items {
		records[i] = items[i].record(in.topic)
	}
	in.mode.RLock()
	defer in.mode.RUnlock()
	if !in.spooling.Load() {
		cause := in.produce(records) //nolint:contextcheck // see produce
		if cause == nil {
			return viaKafka, nil
		}
		if in.spooling.CompareAndSwap(false, true) {
			in.log.Warn("Kafka does not take items, they go to the spool", "error", cause)
		}
	}
	if err := in.append(context.WithoutCancel(ctx), records); err != nil {
		return "", errors.Join(errOverloaded, err)
	}
	return viaSpool, nil
}

var errKafkaSlow = errors.New("no acknowledgement of Kafka in time")

// produce waits once for all records of a request.
func (in *intake) produce(records []*kgo.Record) error {
	var (
		mu    sync.Mutex
		left  = len(records)
		first error
		done  = make(chan struct{})
	)
	for _, r := range records {
		// The request's context would take the records back when the sender
		// goes away; what is on its way keeps its place.
		in.client.TryProduce(context.Background(), r, func(_ *kgo.Record, err error) {
			mu.Lock()
			defer mu.Unlock()
			if err != nil && first == nil {
				first = err
			}
			if left--; left == 0 {
				close(done)
			}
		})
	}
	timeout := time.NewTimer(in.wait)
	defer timeout.Stop()
	select {
	case <-done:
		return first
	case <-timeout.C:
		return fmt.Errorf("%w (kafka_wait is %v)", errKafkaSlow, in.wait)
	}
}

func (in *intake) append(ctx context.Context, records []*kgo.Record) error {
	packed := make([][]byte, len(records))
	for i, r := range records {
		packed[i] = appendSpooled(nil, r)
	}
	err := in.spool.Append(ctx, packed...)
	in.report()
	return err
}

// report tells operators what waits in the spool.
func (in *intake) report() {
	s := in.spool.Stats()
	in.metrics.spool(s)
	if s.Records == 0 {
		in.ready.Set("spool", nil)
		return
	}
	in.ready.Set("spool", fmt.Errorf("%d items (%d bytes) wait for Kafka, the oldest since %s",
		s.Records, s.Bytes, s.OldestAppend.UTC().Format(time.RFC3339)))
}

const (
	drainRecords = 5_000
	drainBytes   = 16 << 20
)

// drain is the part that moves the spool's items to Kafka, in order.
func (in *intake) drain() run.Part {
	return run.Part{Name: "spool", Run: func(ctx context.Context) error {
		for {
			if err := in.spool.Wait(ctx); err != nil {
				return in.close(ctx)
			}
			if err := in.drainOnce(ctx); err != nil && ctx.Err() == nil {
				return err
			}
			if ctx.Err() != nil {
				return in.close(ctx)
			}
		}
	}}
}

// close waits for what the client still has on its way, then closes both.
func (in *intake) close(ctx context.Context) error {
	flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*in.wait)
	defer cancel()
	if err := in.client.Flush(flush); err != nil {
		in.log.Warn("records were still on their way to Kafka; the spool has them", "error", err)
	}
	in.client.Close()
	return in.spool.Close()
}

func (in *intake) drainOnce(ctx context.Context) error {
	packed, end, err := in.spool.Read(drainRecords, drainBytes)
	if err != nil {
		return fmt.Errorf("read the spool: %w", err)
	}
	records := make([]*kgo.Record, 0, len(packed))
	for _, b := range packed {
		r, err := parseSpooled(in.topic, b)
		if err != nil {
			return err
		}
		records = append(records, r)
	}
	if err := in.produceForEver(ctx, records); err != nil {
		return err
	}
	in.spool.Release(end)
	in.metrics.drained.Add(float64(len(records)))
	in.mode.Lock()
	defer in.mode.Unlock()
	if in.spool.Stats().Records == 0 {
		in.spooling.Store(false)
		in.log.Info("the spool is empty, items go to Kafka again")
	}
	in.report()
	return nil
}

// produceForEver sends what the spool has until Kafka takes it. Records that
// were refused are sent again in their order; those that were taken are not.
func (in *intake) produceForEver(ctx context.Context, records []*kgo.Record) error {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 100*time.Millisecond, 5*time.Second
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		results := in.client.ProduceSync(ctx, records...)
		refused := map[*kgo.Record]bool{} // results come as the answers come
		for _, r := range results {
			refused[r.Record] = r.Err != nil
		}
		records = slices.DeleteFunc(records, func(r *kgo.Record) bool { return !refused[r] })
		return struct{}{}, results.FirstErr()
	}, backoff.WithBackOff(wait), backoff.WithMaxElapsedTime(0), backoff.WithNotify(func(err error, d time.Duration) {
		in.log.Warn("Kafka does not take the spool's items yet", "error", err, "again_in", d.String())
		in.report()
	}))
	return err
}
