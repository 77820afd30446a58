package poll

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/polls"
	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/pkg/coverage"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

// A Poller polls the devices and accounts that are its share.
type Poller struct {
	cfg      *Config
	shared   config.Kafka
	instance string
	boot     string
	opts     []kgo.Opt
	log      *slog.Logger
	metrics  *metrics
	settings coverage.Settings

	ledger   *polls.Ledger
	group    *kgo.Client // the share, and the enriched topics of its partitions
	out      *kgo.Client // raw records and completeness
	accounts map[string]*account
	seq      atomic.Uint64

	mu     sync.Mutex
	shards map[int32]*shard
	fault  chan error
}

// An account is one account with what this collector needs to call it.
type account struct {
	Account
	partition int32
	client    *openapi.Client
	slots     *semaphore.Weighted // calls at the same time
	owned     atomic.Bool         // the duties of the account are ours
	locate    locateQueue
	sweep     sweep
}

// New makes a poller; boot tells its items from those of any other start.
func New(cfg *Config, shared config.Kafka, instance, boot string, log *slog.Logger, reg *prometheus.Registry) (*Poller, error) {
	opts, err := kafka.Options(shared, "odograph-poller-"+instance, log, nil)
	if err != nil {
		return nil, err
	}
	m := newMetrics(reg)
	for _, a := range cfg.All() {
		m.rate.WithLabelValues(a.Name).Set(float64(cfg.PollRate))
		m.quota.WithLabelValues(a.Name).Set(0)
	}
	return &Poller{
		cfg: cfg, shared: shared, instance: instance, boot: boot, opts: opts, log: log, metrics: m,
		settings: coverage.DefaultSettings(), accounts: map[string]*account{}, shards: map[int32]*shard{},
		fault: make(chan error, 1),
	}, nil
}

// Part is the poller as a part of the collector. It ends only with ctx: when
// the platform or Kafka is away it tries again for ever. The collector is ready
// without it: pushes must not wait for polls.
func (p *Poller) Part() run.Part { return run.Part{Name: "poller", Run: p.run} }

func (p *Poller) run(ctx context.Context) error {
	for {
		err := p.session(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end that was asked for
		}
		p.log.Error("polling ended, starting anew", "error", err, "in", sessionPause.String())
		if !sleep(ctx, sessionPause) {
			return nil
		}
	}
}

const sessionPause = 5 * time.Second

// session connects, takes its share and polls until ctx is done or something
// fails that polling cannot go on without.
func (p *Poller) session(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ledger, err := polls.Open(p.opts, p.shared.TopicPrefix, p.log)
	if err != nil {
		return err
	}
	p.ledger = ledger
	defer ledger.Close()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return ledger.Run(ctx) })
	g.Go(func() error {
		if err := ledger.CaughtUp(ctx); err != nil {
			return err
		}
		if err := p.connect(ctx); err != nil {
			return err
		}
		defer p.out.Close()
		defer p.group.Close()
		defer p.endAll()
		work, ctx := errgroup.WithContext(ctx)
		work.Go(func() error { return p.consume(ctx) })
		work.Go(func() error { return p.followEnricher(ctx) })
		for _, a := range p.accounts {
			work.Go(func() error { return p.duties(ctx, a) })
			work.Go(func() error { return p.locateQueued(ctx, a) })
		}
		work.Go(func() error {
			select {
			case err := <-p.fault:
				return err
			case <-ctx.Done():
				return nil
			}
		})
		return work.Wait()
	})
	err = g.Wait()
	if err == nil {
		err = errors.New("a part of polling ended")
	}
	return err
}

func (p *Poller) connect(ctx context.Context) error {
	for _, cfg := range p.cfg.All() {
		a := &account{Account: cfg, slots: semaphore.NewWeighted(int64(p.cfg.PollParallel))}
		a.locate.asked = map[string]time.Time{}
		var err error
		if a.partition, err = p.ledger.PartitionOf(ctx, a.Name); err != nil {
			return err
		}
		own := p.cfg.openapi(&cfg)
		store, err := polls.NewTokenStore(p.ledger, own)
		if err != nil {
			return err
		}
		a.client, err = openapi.NewClient(own, openapi.Options{
			Store: store, MayFetch: a.owned.Load, Log: p.log, UserAgent: "odograph/" + p.instance + " (" + p.boot + ")",
			Observe: func(s openapi.CallStats) { p.metrics.call(a.Name, s) },
		})
		if err != nil {
			return fmt.Errorf("account %s: %w", a.Name, err)
		}
		p.accounts[a.Name] = a
	}
	out, err := kgo.NewClient(append(p.opts[:len(p.opts):len(p.opts)],
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),
		kgo.ProducerBatchCompression(kgo.Lz4Compression(), kgo.NoCompression()),
		kgo.ProducerBatchMaxBytes(schema.MaxRecordBytes-(64<<10)), // room for the batch's own head
		kgo.ProducerLinger(5*time.Millisecond),
	)...)
	if err != nil {
		return err
	}
	p.out = out
	p.group, err = kgo.NewClient(append(p.opts[:len(p.opts):len(p.opts)], p.groupOptions(ctx)...)...)
	if err != nil {
		out.Close()
	}
	return err
}

// groupOptions make the share. Every topic has the same partitions, and the
// range balancer gives one member the same numbers of each. Nothing is
// committed: a share begins by reading back what the window needs.
func (p *Poller) groupOptions(ctx context.Context) []kgo.Opt {
	prefix := p.shared.TopicPrefix
	return []kgo.Opt{
		kgo.ConsumerGroup(schema.PollerGroup(prefix)),
		kgo.ConsumeTopics(schema.TopicFixes.Name(prefix), schema.TopicRepeats.Name(prefix),
			schema.TopicHeartbeats.Name(prefix), schema.TopicAlarms.Name(prefix)),
		kgo.Balancers(kgo.RangeBalancer()),
		kgo.SessionTimeout(p.cfg.PollSession),
		kgo.HeartbeatInterval(p.cfg.PollSession / 6),
		kgo.RebalanceTimeout(time.Minute),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AfterMilli(time.Now().Add(-p.settings.Window).UnixMilli())),
		kgo.AdjustFetchOffsetsFn(func(_ context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
			from := kgo.NewOffset().AfterMilli(time.Now().Add(-p.settings.Window).UnixMilli())
			for _, of := range offsets {
				for n := range of {
					of[n] = from
				}
			}
			return offsets, nil
		}),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, topics map[string][]int32) { p.assigned(ctx, topics) }),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, topics map[string][]int32) { p.revoked(topics) }),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, topics map[string][]int32) { p.revoked(topics) }),
	}
}

// assigned starts the shards of a new share. What other collectors wrote until
// then is read first, so that windows go on where they stopped.
func (p *Poller) assigned(ctx context.Context, topics map[string][]int32) {
	numbers := topics[schema.TopicFixes.Name(p.shared.TopicPrefix)]
	if len(numbers) == 0 {
		return
	}
	if err := p.ledger.CaughtUp(ctx); err != nil {
		p.fail(err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range numbers {
		if p.shards[n] == nil {
			p.shards[n] = p.newShard(ctx, n)
		}
	}
	p.own(numbers, true)
	p.metrics.shards.Set(float64(len(p.shards)))
	p.log.Info("polling the devices of partitions", "partitions", numbers, "of", len(p.shards))
}

// own takes or gives up the duties of the accounts of partitions.
func (p *Poller) own(numbers []int32, mine bool) {
	for _, a := range p.accounts {
		if slices.Contains(numbers, a.partition) && a.owned.Swap(mine) != mine {
			p.log.Info("duties of an account", "account", a.Name, "ours", mine)
		}
	}
}

// revoked returns when nothing is polled any more for the partitions.
func (p *Poller) revoked(topics map[string][]int32) {
	p.endShards(topics[schema.TopicFixes.Name(p.shared.TopicPrefix)])
}

func (p *Poller) endAll() {
	p.mu.Lock()
	all := slices.Collect(maps.Keys(p.shards))
	p.mu.Unlock()
	p.endShards(all)
}

func (p *Poller) endShards(numbers []int32) {
	p.mu.Lock()
	p.own(numbers, false)
	var ended []*shard
	for _, n := range numbers {
		if s := p.shards[n]; s != nil {
			ended = append(ended, s)
			delete(p.shards, n)
		}
	}
	p.metrics.shards.Set(float64(len(p.shards)))
	p.mu.Unlock()
	for _, s := range ended {
		s.cancel()
	}
	for _, s := range ended {
		<-s.done
	}
}

func (p *Poller) fail(err error) {
	select {
	case p.fault <- err:
	default: // the first is enough
	}
}

// consume shows the shards what became of the items of their devices.
func (p *Poller) consume(ctx context.Context) error {
	for {
		fetches := p.group.PollFetches(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end that was asked for
		}
		fetches.EachError(func(topic string, n int32, err error) {
			p.log.Warn("enriched topics cannot be read, trying again", "topic", topic, "partition", n, "error", err)
		})
		fetches.EachPartition(func(part kgo.FetchTopicPartition) {
			p.mu.Lock()
			s := p.shards[part.Partition]
			p.mu.Unlock()
			if s != nil {
				s.take(schema.Topic(part.Topic[len(p.shared.TopicPrefix)+1:]), part.Records)
			}
		})
	}
}

// produce puts rows of the platform's answers into the raw topic and returns
// when all are acknowledged. Until then the poll has not happened: no cursor
// may pass it.
func (p *Poller) produce(ctx context.Context, records []*kgo.Record) error {
	if len(records) == 0 {
		return nil
	}
	if err := p.out.ProduceSync(ctx, records...).FirstErr(); err != nil {
		return fmt.Errorf("put %d polled rows into Kafka: %w", len(records), err)
	}
	return nil
}

// raw is one row of an answer as the raw topic has it.
func (p *Poller) raw(a *account, kind string, source schema.Source, imei string, value []byte) *kgo.Record {
	headers := schema.RawHeaders{
		Kind: kind, Source: source, Account: a.Name, Received: time.Now().UTC(),
		ItemID: p.boot + "-poll-" + strconv.FormatUint(p.seq.Add(1), 36),
	}
	var hs [6]schema.Header
	list := headers.Append(hs[:0])
	out := make([]kgo.RecordHeader, len(list))
	for i, h := range list {
		out[i] = kgo.RecordHeader{Key: h.Key, Value: h.Value}
	}
	r := &kgo.Record{Topic: schema.TopicRaw.Name(p.shared.TopicPrefix), Value: value, Headers: out}
	if imei != "" {
		r.Key = []byte(imei)
	}
	return r
}

// sleep waits; false: ctx is done.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// spread is d, longer or shorter by up to the share of jitter, so that the
// polls of a fleet do not all come at once.
func (p *Poller) spread(d time.Duration) time.Duration {
	return d + time.Duration((2*rand.Float64()-1)*p.cfg.PollJitter*float64(d))
}
