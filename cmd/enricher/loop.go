package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/pkg/schema"
)

// An enricher consumes raw records, transforms them and produces what became
// of them, in Kafka transactions.
type enricher struct {
	cfg     *Config
	opts    []kgo.Opt // connection of the session
	restore []kgo.Opt // connection of a restore
	log     *slog.Logger
	metrics *metrics
	ready   *run.Readiness
	process *processor
	rules   *ruleBook
	devices *definitions
	fences  *fenceBook

	session *kgo.GroupTransactSession

	mu    sync.Mutex
	parts map[int32]*partition // restored and assigned
	fault error                // of a callback: ends the session

	batches map[int32]*batch

	stalledAfter time.Duration
}

func newEnricher(cfg *Config, log *slog.Logger, reg *prometheus.Registry, ready *run.Readiness) (*enricher, error) {
	opts, err := kafka.Options(cfg.Kafka, "odograph-enricher-"+cfg.Instance, log, reg)
	if err != nil {
		return nil, err
	}
	restore, err := kafka.Options(cfg.Kafka, "odograph-enricher-restore-"+cfg.Instance, log, nil)
	if err != nil {
		return nil, err
	}
	m := newMetrics(reg)
	rules, err := openRules(cfg.Rules, log, func(valid bool) {
		m.rulesValid.Set(map[bool]float64{true: 1}[valid])
	})
	if err != nil {
		return nil, err
	}
	defs, book := &definitions{}, newFenceBook(log, m)
	return &enricher{
		cfg: cfg, opts: opts, restore: restore, log: log, metrics: m, ready: ready, rules: rules, devices: defs, fences: book,
		process: newProcessor(cfg.TopicPrefix, rules.now.Load, book.now.Load, defs), batches: map[int32]*batch{}, stalledAfter: stalledAfter,
	}, nil
}

// fatal errors end the process: trying again would not help, or would hide a
// loss.
func fatal(err error) bool {
	return errors.Is(err, errPosition) || errors.Is(err, errState) ||
		errors.Is(err, kerr.OffsetOutOfRange) || errors.Is(err, errDataLoss) ||
		errors.Is(err, kerr.ProducerFenced) || errors.Is(err, kerr.FencedInstanceID) ||
		errors.Is(err, kerr.TopicAuthorizationFailed) || errors.Is(err, kerr.GroupAuthorizationFailed) ||
		errors.Is(err, kerr.TransactionalIDAuthorizationFailed)
}

var errDataLoss = errors.New("raw records were lost in Kafka before they were handled")

// Run works until ctx is done. A session that ends in an error is built anew,
// with the state restored from the changelog, for as long as it takes; only a
// fatal error ends it.
func (e *enricher) Run(ctx context.Context) error {
	watching, stopWatching := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { e.watchLag(watching) })
	watch.Go(func() { e.rules.watch(watching, e.cfg.RulesLook) })
	followers := []follower{e.devices.follow(e.log), e.fences.follow()}
	known := make([]chan struct{}, len(followers))
	for i, f := range followers {
		known[i] = make(chan struct{})
		watch.Go(func() { f.run(watching, e.restore, e.cfg.TopicPrefix, e.log, e.ready, known[i]) })
	}
	defer watch.Wait()
	defer stopWatching()
	for _, read := range known { // what a device is judged by must be known before its first fix
		select {
		case <-read:
		case <-ctx.Done():
			return nil
		}
	}

	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 200*time.Millisecond, 10*time.Second
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		start := time.Now()
		err := e.runSession(ctx)
		if err == nil || fatal(err) {
			return struct{}{}, permanent(err)
		}
		if time.Since(start) > time.Minute {
			wait.Reset()
		}
		return struct{}{}, err
	}, backoff.WithBackOff(wait), backoff.WithMaxElapsedTime(0), backoff.WithNotify(func(err error, d time.Duration) {
		e.log.Warn("session ended, starting anew from the last commit", "error", err, "in", d.String())
	}))
	if ctx.Err() != nil && !fatal(err) {
		return nil
	}
	return err
}

func permanent(err error) error {
	if err == nil {
		return nil
	}
	return backoff.Permanent(err)
}

func (e *enricher) runSession(ctx context.Context) error {
	e.mu.Lock()
	e.parts, e.fault = map[int32]*partition{}, nil
	e.mu.Unlock()
	e.ready.Set("assignment", errors.New("no partitions are assigned yet"))

	session, err := kgo.NewGroupTransactSession(append(e.opts[:len(e.opts):len(e.opts)],
		kgo.ConsumerGroup(schema.EnricherGroup(e.cfg.TopicPrefix)),
		kgo.InstanceID(e.cfg.Instance),
		kgo.ConsumeTopics(schema.TopicRaw.Name(e.cfg.TopicPrefix)),
		// A cooperative balancer leaves partitions to nobody where a static
		// member is killed after it gave them up and comes back before its
		// session ends.
		kgo.Balancers(kgo.RangeBalancer()),
		kgo.SessionTimeout(e.cfg.SessionTimeout),
		kgo.HeartbeatInterval(e.cfg.SessionTimeout/5),
		kgo.RebalanceTimeout(2*time.Minute), // a restore fits in
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		// A group without a commit starts at the beginning; an offset that is
		// gone is a loss and must be seen.
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
		kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		kgo.TransactionalID(e.cfg.TopicPrefix+"-enricher-"+e.cfg.Instance),
		kgo.TransactionTimeout(e.cfg.TransactionTimeout),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchCompression(kgo.Lz4Compression(), kgo.NoCompression()),
		kgo.ProducerBatchMaxBytes(schema.MaxRecordBytes-(64<<10)), // room for the batch's own head
		kgo.MaxBufferedRecords(4*e.cfg.GatherRecords),
		kgo.OnPartitionsAssigned(e.assigned),
		kgo.OnPartitionsRevoked(e.revoked),
		kgo.OnPartitionsLost(e.revoked),
	)...)
	if err != nil {
		return backoff.Permanent(err)
	}
	e.session = session
	defer session.CloseAllowingRebalance()
	for {
		if done, err := e.transaction(ctx); done || err != nil {
			return err
		}
	}
}

// assigned restores the state of new partitions. The group starts to fetch
// them when it returns.
func (e *enricher) assigned(ctx context.Context, cl *kgo.Client, added map[string][]int32) {
	numbers := added[schema.TopicRaw.Name(e.cfg.TopicPrefix)]
	if len(numbers) == 0 {
		return
	}
	e.ready.Set("restore", fmt.Errorf("restoring %d partitions", len(numbers)))
	start := time.Now()
	// The producer id first: it ends the transaction that an earlier process of
	// this instance may have left open, for which the restore would wait.
	_, _, err := cl.ProducerID(ctx)
	var restored map[int32]*partition
	if err == nil {
		restored, err = restore(ctx, e.restore, e.cfg, e.log, numbers)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		e.fault = fmt.Errorf("restore: %w", err)
		e.ready.Set("restore", e.fault)
		return
	}
	maps.Copy(e.parts, restored)
	devices := 0
	for n, p := range restored {
		devices += len(p.devices)
		e.metrics.devices.WithLabelValues(strconv.Itoa(int(n))).Set(float64(len(p.devices)))
	}
	e.metrics.restore.Observe(time.Since(start).Seconds())
	e.log.Info("restored", "partitions", len(numbers), "devices", devices, "seconds", time.Since(start).Seconds())
	e.ready.Set("restore", nil)
	e.ready.Set("assignment", nil)
}

func (e *enricher) revoked(_ context.Context, _ *kgo.Client, gone map[string][]int32) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, n := range gone[schema.TopicRaw.Name(e.cfg.TopicPrefix)] {
		delete(e.parts, n)
		e.metrics.devices.DeleteLabelValues(strconv.Itoa(int(n)))
		e.metrics.lag.DeleteLabelValues(strconv.Itoa(int(n)))
	}
	if len(e.parts) == 0 {
		e.ready.Set("assignment", errors.New("no partitions are assigned"))
	}
}

// transaction gathers records and handles them in one transaction.
func (e *enricher) transaction(ctx context.Context) (done bool, err error) {
	in, err := e.gather(ctx)
	if err != nil {
		return false, err
	}
	if len(in) == 0 {
		return ctx.Err() != nil, nil
	}
	start := time.Now()
	// Once begun, a transaction is ended: a stop waits for it.
	ctx = context.WithoutCancel(ctx)
	if err := e.session.Begin(); err != nil {
		return false, fmt.Errorf("begin transaction: %w", err)
	}
	overlays, cause := e.handle(in)
	if cause == nil {
		cause = e.produce(ctx, overlays)
	}
	committed, err := e.session.End(ctx, kgo.TransactionEndTry(cause == nil))
	if err != nil {
		return false, fmt.Errorf("end transaction: %w", errors.Join(err, cause))
	}
	if !committed {
		e.metrics.transactions.WithLabelValues("aborted").Inc()
		e.log.Warn("transaction aborted, its records come again", "error", cause)
		return false, nil
	}
	for _, o := range overlays {
		o.base.merge(o)
		counts := &e.batches[o.base.number].counts
		e.metrics.add(counts)
		for _, fault := range counts.faultTexts {
			e.log.Error("a fault of Odograph: please report it", "partition", o.base.number, "fault", fault)
		}
		e.metrics.devices.WithLabelValues(strconv.Itoa(int(o.base.number))).Set(float64(len(o.base.devices)))
	}
	e.metrics.transactions.WithLabelValues("committed").Inc()
	e.metrics.duration.Observe(time.Since(start).Seconds())
	return false, nil
}

// gather polls until a first record comes, and on until the transaction is
// full or gather_time has passed.
func (e *enricher) gather(ctx context.Context) (map[int32][]*kgo.Record, error) {
	in := map[int32][]*kgo.Record{}
	n := 0
	wait := time.Second
	var last time.Time // of gathering, set by the first record
	for n < e.cfg.GatherRecords && wait > 0 && ctx.Err() == nil {
		pollCtx, cancel := context.WithTimeout(ctx, wait)
		fetches := e.session.PollRecords(pollCtx, e.cfg.GatherRecords-n)
		cancel()
		if err := e.fetchErrors(fetches); err != nil {
			return nil, err
		}
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			if len(p.Records) > 0 {
				in[p.Partition] = append(in[p.Partition], p.Records...)
			}
		})
		switch n += fetches.NumRecords(); {
		case n == 0:
			return nil, nil
		case last.IsZero():
			last = time.Now().Add(e.cfg.GatherTime)
		}
		wait = time.Until(last)
	}
	return in, nil
}

func (e *enricher) fetchErrors(fetches kgo.Fetches) error {
	e.mu.Lock()
	fault := e.fault
	e.mu.Unlock()
	if fault != nil {
		return fault
	}
	var errs []error
	fetches.EachError(func(topic string, n int32, err error) {
		var loss *kgo.ErrDataLoss
		switch {
		case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		case errors.As(err, &loss), errors.Is(err, kerr.OffsetOutOfRange):
			errs = append(errs, fmt.Errorf("%w: %s partition %d: %w; the retention is shorter than the time the enricher was away, or a broker lost data", errDataLoss, topic, n, err))
		default:
			errs = append(errs, fmt.Errorf("fetch %s partition %d: %w", topic, n, err))
		}
	})
	return errors.Join(errs...)
}

// handle takes each partition's records through the stages, in parallel over
// the partitions.
func (e *enricher) handle(in map[int32][]*kgo.Record) ([]*overlay, error) {
	overlays := make([]*overlay, 0, len(in))
	now := time.Now().UTC()
	var g errgroup.Group
	g.SetLimit(e.cfg.Workers)
	for n, records := range in {
		e.mu.Lock()
		p := e.parts[n]
		e.mu.Unlock()
		if p == nil {
			_ = g.Wait()
			return nil, fmt.Errorf("partition %d was revoked while its records were under way", n)
		}
		if p.next >= 0 && records[0].Offset < p.next {
			_ = g.Wait()
			return nil, fmt.Errorf("partition %d: offset %d comes again, %d is next", n, records[0].Offset, p.next)
		}
		b := e.batches[n]
		if b == nil {
			b = &batch{}
			e.batches[n] = b
		}
		b.reset(n, now)
		o := p.begin()
		overlays = append(overlays, o)
		g.Go(func() error {
			e.process.run(b, o, records)
			return nil
		})
	}
	return overlays, g.Wait()
}

// produce sends all records and waits until the broker has them.
func (e *enricher) produce(ctx context.Context, overlays []*overlay) error {
	var mu sync.Mutex
	var first error
	note := func(r *kgo.Record, err error) {
		if err == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if first == nil {
			first = fmt.Errorf("produce to %s: %w", r.Topic, err)
		}
	}
	for _, o := range overlays {
		for _, r := range e.batches[o.base.number].records {
			e.session.Produce(ctx, r, note)
		}
	}
	if err := e.session.Client().Flush(ctx); err != nil {
		return err
	}
	mu.Lock()
	defer mu.Unlock()
	return first
}
