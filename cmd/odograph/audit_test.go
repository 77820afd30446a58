package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	odoch "github.com/odograph/odograph/clickhouse"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
)

// An installation is a set of topics and a database of a test's own.
type installation struct {
	t      *testing.T
	prefix string
	reader config.Secret
	conn   clickhouse.Conn // may change anything
	client *kgo.Client
	cfg    auditConfig
}

func newInstallation(t *testing.T) *installation {
	t.Helper()
	s := stacktest.Shared(t)
	database, prefix := stacktest.Database(t, s), stacktest.TopicPrefix(t, s)
	if _, err := odoch.Migrate(t.Context(), s.ClickHouseDatabaseDSN("migrator", database), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	conn, err := openDSN(config.Secret(s.ClickHouseDatabaseDSN("default", database)))
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Brokers()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); _ = conn.Close() })
	if _, err := kafka.EnsureTopics(t.Context(), kadm.NewClient(client), prefix, 2, 1); err != nil {
		t.Fatal(err)
	}
	in := &installation{t: t, prefix: prefix, reader: config.Secret(s.ClickHouseDatabaseDSN("reader", database)), conn: conn, client: client}
	in.cfg = auditConfig{Kafka: config.DefaultKafka(), ClickHouse: config.ClickHouse{ClickHouseDSN: in.reader}}
	in.cfg.KafkaBrokers, in.cfg.TopicPrefix = s.Brokers(), prefix
	return in
}

func (in *installation) exec(sql string) {
	in.t.Helper()
	if err := in.conn.Exec(in.t.Context(), sql); err != nil {
		in.t.Fatalf("%s: %v", sql, err)
	}
}

// take puts n items into a partition of the raw topic.
func (in *installation) take(partition int32, n int) {
	in.t.Helper()
	var records []*kgo.Record
	for range n {
		records = append(records, &kgo.Record{Topic: schema.TopicRaw.Name(in.prefix), Partition: partition, Value: []byte("{}")})
	}
	if err := in.client.ProduceSync(in.t.Context(), records...).FirstErr(); err != nil {
		in.t.Fatal(err)
	}
}

// handle says that the enrichers are done with a partition up to an offset.
func (in *installation) handle(partition int32, offset int64) {
	in.t.Helper()
	var o kadm.Offsets
	o.Add(kadm.Offset{Topic: schema.TopicRaw.Name(in.prefix), Partition: partition, At: offset, LeaderEpoch: -1})
	if err := kadm.NewClient(in.client).CommitAllOffsets(in.t.Context(), schema.EnricherGroup(in.prefix), o); err != nil {
		in.t.Fatal(err)
	}
}

// store makes rows of the items of a partition; their tables differ by offset.
func (in *installation) store(partition int32, from, to int) {
	in.t.Helper()
	for table, remainder := range map[string]int{"fixes": 0, "heartbeats": 1, "dead_letters": 2} {
		columns, values := "imei, event_time", strconv.Itoa(int(partition))+", '2026-01-01'::DateTime64(3) + number"
		switch table {
		case "fixes":
			columns = "imei, fix_time"
		case "dead_letters":
			columns, values = "topic, partition, offset, first_seen, reason, error, value", fmt.Sprintf("'%s', %d, number, now64(3), 'no_imei', 'names no device', concat('item ', toString(number))", schema.TopicRaw.Name(in.prefix), partition)
		}
		in.exec(fmt.Sprintf("INSERT INTO %s (%s, received_time, raw_partition, raw_offset) SELECT %s, now64(3), %d, number FROM numbers(%d, %d) WHERE number %% 3 = %d",
			table, columns, values, partition, from, to-from, remainder))
	}
}

func (in *installation) audit() (string, error) {
	in.t.Helper()
	a, err := newAudit(&in.cfg)
	if err != nil {
		in.t.Fatal(err)
	}
	defer a.close()
	var out bytes.Buffer
	err = a.run(in.t.Context(), &out)
	return out.String(), err
}

// says checks that each pattern is in a text, with any spaces.
func says(t *testing.T, text string, patterns ...string) {
	t.Helper()
	for _, p := range patterns {
		if !regexp.MustCompile("(?m)" + strings.ReplaceAll(p, " ", `\s+`)).MatchString(text) {
			t.Errorf("no %q in:\n%s", p, text)
		}
	}
}

func TestAuditFindsEachFault(t *testing.T) {
	in := newInstallation(t)
	in.take(0, 90)
	in.take(1, 30)
	in.handle(0, 90)
	in.handle(1, 20)
	in.store(0, 0, 90)
	in.store(1, 0, 20)
	out, err := in.audit()
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	says(t, out, `^ 0 0–90 90 90 0 0 0$`, `^ 1 0–30 30 20 10 0 0$`, "fixes 37", "heartbeats 37", "dead_letters 36", "Every one of 110 handled items is exactly one row")

	in.handle(1, 30)
	in.exec("INSERT INTO messages (imei, kind, received_time, raw_partition, raw_offset, raw) VALUES ('1', 'x', now64(3), 0, 10, '{}')")
	in.exec("ALTER TABLE fixes DELETE WHERE raw_partition = 0 AND raw_offset IN (30, 33) SETTINGS mutations_sync = 2")
	out, err = in.audit()
	if !errors.Is(err, errUnaccounted) {
		t.Errorf("error %v", err)
	}
	says(t, out, `^ 0 0–90 90 88 0 2 1$`, `^ 1 0–30 30 20 0 10 0$`, `^ all 120 108 0 12 1$`,
		`partition 0 misses 2 items, the first at offsets \[30 33\]`, `partition 1 misses 10 items, the first at offsets \[20 21 22 23 24\]`)

	in.cfg.Last = 10
	if out, _ = in.audit(); !strings.Contains(out, "80–90") {
		t.Errorf("the last 10 are:\n%s", out)
	}
	says(t, out, `^ 0 80–90 10 10 0 0 0$`, "fixes 3")
}

// TestAuditWaits: what is on its way is not missing.
func TestAuditWaits(t *testing.T) {
	in := newInstallation(t)
	in.take(0, 30)
	in.handle(0, 30)
	in.cfg.Wait = 20 * time.Second
	audited := make(chan error, 1)
	go func() {
		_, err := in.audit()
		audited <- err
	}()
	time.Sleep(time.Second)
	in.store(0, 0, 30)
	if err := <-audited; err != nil {
		t.Error(err)
	}
}

func TestAuditOfNothing(t *testing.T) {
	in := newInstallation(t)
	out, err := in.audit()
	if err != nil {
		t.Fatal(err)
	}
	says(t, out, "Every one of 0 handled items")
	in.cfg.TopicPrefix += "-not"
	if _, err := in.audit(); err == nil || !strings.Contains(err.Error(), "odograph setup") {
		t.Errorf("a prefix without topics gives %v", err)
	}
}

func TestDeadLetters(t *testing.T) {
	in := newInstallation(t)
	in.store(1, 0, 9)
	conn, err := openDSN(in.reader)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	run := func(f func(context.Context, *bytes.Buffer) error) string {
		t.Helper()
		var out bytes.Buffer
		if err := f(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	cfg := deadLetterConfig{Limit: 2, Since: time.Hour}
	place := schema.TopicRaw.Name(in.prefix) + "/1/8"
	says(t, run(func(ctx context.Context, out *bytes.Buffer) error { return summarizeDeadLetters(ctx, conn, &cfg, out) }), "no_imei 3 0")
	list := run(func(ctx context.Context, out *bytes.Buffer) error { return listDeadLetters(ctx, conn, &cfg, out) })
	says(t, list, regexp.QuoteMeta(place)+" \"names no device\"")
	if n := strings.Count(list, "\n"); n != 3 {
		t.Errorf("%d lines, want a title and 2:\n%s", n, list)
	}
	says(t, run(func(ctx context.Context, out *bytes.Buffer) error { return showDeadLetter(ctx, conn, place, out) }), "no_imei: names no device\nitem 8\n")
	cfg.Reason = "panic"
	if list := run(func(ctx context.Context, out *bytes.Buffer) error { return listDeadLetters(ctx, conn, &cfg, out) }); strings.Contains(list, place) {
		t.Errorf("--reason is not heeded:\n%s", list)
	}
	for _, bad := range []string{"x", "a/b/1", "a/1/b", schema.TopicRaw.Name(in.prefix) + "/1/1"} {
		if err := showDeadLetter(t.Context(), conn, bad, &bytes.Buffer{}); err == nil {
			t.Errorf("show %s gives no error", bad)
		}
	}
}
