package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	odoch "github.com/odograph/odograph/clickhouse"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/internal/stack"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
)

// patience is for a machine that does much else; what works takes no longer
// for it.
const patience = 3 * time.Minute

// A pipe is a set of topics and a database of a test's own, and what writes
// to the one and reads the other.
type pipe struct {
	t      testing.TB
	stack  *stack.Stack
	prefix string
	dsn    string // of the user sink
	conn   driver.Conn
	client *kgo.Client
	admin  *kadm.Client
}

func newPipe(t testing.TB, s *stack.Stack, partitions int32) *pipe {
	t.Helper()
	database := stacktest.Database(t, s)
	if _, err := odoch.Migrate(t.Context(), s.ClickHouseDatabaseDSN("migrator", database), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	p := &pipe{t: t, stack: s, prefix: stacktest.TopicPrefix(t, s), dsn: s.ClickHouseDatabaseDSN("sink", database)}
	opts, err := clickhouse.ParseDSN(s.ClickHouseDatabaseDSN("default", database))
	if err != nil {
		t.Fatal(err)
	}
	if p.conn, err = clickhouse.Open(opts); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.conn.Close() })
	if p.client, err = kgo.NewClient(kgo.SeedBrokers(s.Brokers()...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchMaxBytes(9<<20)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.client.Close)
	p.admin = kadm.NewClient(p.client)
	if _, err := kafka.EnsureTopics(t.Context(), p.admin, p.prefix, partitions, 1); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *pipe) config(instance string) Config {
	cfg := DefaultConfig()
	cfg.KafkaBrokers, cfg.TopicPrefix = p.stack.Brokers(), p.prefix
	cfg.ClickHouseDSN = config.Secret(p.dsn)
	cfg.Instance = instance
	cfg.BatchWait = 200 * time.Millisecond
	return cfg
}

// A running sink.
type running struct {
	t     testing.TB
	sink  *Sink
	ready *run.Readiness
	stop  context.CancelFunc
	ended chan error
}

func (p *pipe) start(cfg Config) *running {
	p.t.Helper()
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})).With("instance", cfg.Instance)
	}
	ready := run.NewReadiness(checkTopics, checkAssignment, checkClickHouse, checkLag)
	s, err := NewSink(cfg, log, prometheus.NewRegistry(), ready)
	if err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{t: p.t, sink: s, ready: ready, stop: cancel, ended: make(chan error, 1)}
	go func() { r.ended <- s.Run(ctx) }()
	p.t.Cleanup(cancel)
	return r
}

// finish stops the sink and waits until it has ended.
func (r *running) finish() {
	r.t.Helper()
	r.stop()
	select {
	case err := <-r.ended:
		if err != nil {
			r.t.Errorf("sink ended with %v", err)
		}
	case <-time.After(patience):
		r.t.Fatal("sink does not stop")
	}
}

// fails waits until the sink stops by itself, and gives the reason.
func (r *running) fails() error {
	r.t.Helper()
	select {
	case err := <-r.ended:
		if err == nil {
			r.t.Fatal("sink ended without an error")
		}
		return err
	case <-time.After(patience):
		r.t.Fatal("sink goes on")
		return nil
	}
}

// produce writes values to a partition of a topic and returns when Kafka has them.
func (p *pipe) produce(topic schema.Topic, partition int32, values ...string) {
	p.t.Helper()
	records := make([]*kgo.Record, len(values))
	for i, v := range values {
		records[i] = &kgo.Record{Topic: topic.Name(p.prefix), Partition: partition, Key: []byte("860000000000001"), Value: []byte(v)}
	}
	if err := p.client.ProduceSync(p.t.Context(), records...).FirstErr(); err != nil {
		p.t.Fatal(err)
	}
}

var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// fix is a fix n seconds after start, of the raw item at partition 0, offset n.
func fix(n int, flags ...schema.Quality) string { return fixAt(n, int64(n), 50, flags...) }

func fixAt(second int, offset int64, lat float64, flags ...schema.Quality) string {
	f := schema.Fix{
		Item:    schema.Item{IMEI: "860000000000001", ReceivedTime: time.Now().UTC(), Source: schema.SourcePush, Place: schema.Place{RawOffset: offset}},
		FixTime: start.Add(time.Duration(second) * time.Second), Lat: lat, Lng: 8.5, SpeedKMH: schema.Some(50.0), Quality: flags,
		H3R7: 608431252457914367, H3R9: 617438451696140287, H3R11: 626445650950623231,
	}
	return string(f.AppendJSON(nil))
}

func fixes(from, to int) []string {
	var out []string
	for n := from; n < to; n++ {
		out = append(out, fix(n))
	}
	return out
}

// number is the answer to a query for one number; -1 where ClickHouse does not answer.
func (p *pipe) number(query string) int64 {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var n int64
	if err := p.conn.QueryRow(ctx, "SELECT toInt64(("+query+"))").Scan(&n); err != nil {
		return -1
	}
	return n
}

func (p *pipe) text(query string) string {
	p.t.Helper()
	var s string
	if err := p.conn.QueryRow(p.t.Context(), query).Scan(&s); err != nil {
		p.t.Fatalf("%s: %v", query, err)
	}
	return s
}

// wait waits until a query for a number gives want.
func (p *pipe) wait(query string, want int64) {
	p.t.Helper()
	p.until(fmt.Sprintf("%s = %d", query, want), func() (string, bool) {
		n := p.number(query)
		return strconv.FormatInt(n, 10), n == want
	})
}

func (p *pipe) until(what string, ok func() (string, bool)) {
	p.t.Helper()
	var last string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		var good bool
		if last, good = ok(); good {
			return
		}
	}
	p.t.Fatalf("waited in vain for %s, last: %s", what, last)
}

// lag is the number of records between what the group has committed and the
// ends of the topics, transaction markers included; partitions without a
// commit count from 0.
func (p *pipe) lag() int64 {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	ends, err := p.admin.ListEndOffsets(ctx)
	committed, err2 := p.admin.FetchOffsets(ctx, p.prefix+".sink")
	if errors.Join(err, err2) != nil {
		return -1
	}
	var lag int64
	ends.Each(func(o kadm.ListedOffset) {
		if !strings.HasPrefix(o.Topic, p.prefix+".") || o.Topic == schema.TopicRaw.Name(p.prefix) || o.Topic == schema.TopicState.Name(p.prefix) || o.Topic == schema.TopicPolls.Name(p.prefix) {
			return
		}
		at := int64(0)
		if c, ok := committed.Lookup(o.Topic, o.Partition); ok && c.At > 0 {
			at = c.At
		}
		lag += o.Offset - at
	})
	return lag
}

// committed is the group's offset of a partition.
func (p *pipe) committed(topic schema.Topic, partition int32) int64 {
	p.t.Helper()
	offsets, err := p.admin.FetchOffsets(p.t.Context(), p.prefix+".sink")
	if err != nil {
		p.t.Fatal(err)
	}
	at, _ := offsets.Lookup(topic.Name(p.prefix), partition)
	return at.At
}

func (p *pipe) waitForLag(want int64) {
	p.t.Helper()
	p.until(fmt.Sprintf("lag %d", want), func() (string, bool) { n := p.lag(); return strconv.FormatInt(n, 10), n == want })
}

// leave takes an instance out of the group, as its session's end would.
func (p *pipe) leave(instance string) {
	p.t.Helper()
	left, err := p.admin.LeaveGroup(p.t.Context(), kadm.LeaveGroup(p.prefix+".sink").InstanceIDs(instance))
	if err == nil {
		err = left.Error()
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// commit writes what a sink would have left behind.
func (p *pipe) commit(topic schema.Topic, partition int32, offset int64, metadata string) {
	p.t.Helper()
	var offsets kadm.Offsets
	offsets.Add(kadm.Offset{Topic: topic.Name(p.prefix), Partition: partition, At: offset, LeaderEpoch: -1, Metadata: metadata})
	if err := p.admin.CommitAllOffsets(p.t.Context(), p.prefix+".sink", offsets); err != nil {
		p.t.Fatal(err)
	}
}

// counted is the value of a counter.
func counted(t testing.TB, c prometheus.Counter) float64 {
	t.Helper()
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetCounter().GetValue()
}

// observed is how often something was observed, whatever its labels.
func observed(t testing.TB, h *prometheus.HistogramVec) (n uint64) {
	t.Helper()
	series := make(chan prometheus.Metric, 100)
	h.Collect(series)
	close(series)
	for one := range series {
		var m dto.Metric
		if err := one.Write(&m); err != nil {
			t.Fatal(err)
		}
		n += m.GetHistogram().GetSampleCount()
	}
	return n
}
