package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/clickhouse"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
)

// batchOf reads records of partition 0 back as the sink does.
func batchOf(t *testing.T, p *pipe, topic schema.Topic, from, to int64) *batch {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(p.stack.Brokers()...), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{
		topic.Name(p.prefix): {0: kgo.NewOffset().At(from)},
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	b, err := newBatch(topic)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for next := from; next < to; {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			if r.Offset < to {
				b.add(r)
			}
			next = r.Offset + 1
		})
	}
	return b
}

func intentOf(t *testing.T, p *pipe, topic schema.Topic, from, to int64) intent {
	t.Helper()
	return batchOf(t, p, topic, from, to).intent()
}

// TestFinishesBegunBlock starts a sink where another one was killed with a
// block under way, at each moment of it.
func TestFinishesBegunBlock(t *testing.T) {
	t.Parallel() // with TestFaults, which mostly waits
	for _, c := range []struct {
		name                string
		plant               func(t *testing.T, p *pipe, db *clickhouse.DB, b *batch, bl *block, token string)
		remembered, repairs float64
	}{
		{"killed between intent and insert", func(*testing.T, *pipe, *clickhouse.DB, *batch, *block, string) {}, 0, 0},
		{"killed between insert and commit", func(t *testing.T, _ *pipe, db *clickhouse.DB, b *batch, bl *block, token string) {
			insert(t, db, bl.rows, b.index(bl.members), token)
		}, 1, 0},
		{"token without rows", func(t *testing.T, p *pipe, db *clickhouse.DB, b *batch, bl *block, token string) {
			other := batchFrom(t, fixAt(9999, 9999, 1))
			insert(t, db, other.placed[0].Rows, []int{0}, token)
		}, 1, 1},
		{"token with some of the rows", func(t *testing.T, p *pipe, db *clickhouse.DB, b *batch, bl *block, token string) {
			insert(t, db, bl.rows, b.index(bl.members[3:20]), token)
		}, 1, 1},
		{"token of the repair without rows too", func(t *testing.T, p *pipe, db *clickhouse.DB, b *batch, bl *block, token string) {
			other := batchFrom(t, fixAt(9999, 9999, 1))
			insert(t, db, other.placed[0].Rows, []int{0}, token)
			insert(t, db, other.placed[0].Rows, []int{0}, token+"/repair/1")
		}, 2, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPipe(t, stacktest.Shared(t), 1)
			p.produce(schema.TopicFixes, 0, fixes(0, 60)...)
			b := batchOf(t, p, schema.TopicFixes, 10, 40)
			id := b.intent()
			p.commit(schema.TopicFixes, 0, 10, id.String()) // as if 0 to 9 were stored
			db, err := clickhouse.Open(p.dsn, 1)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for _, bl := range b.blocks() {
				c.plant(t, p, db, b, bl, bl.token(schema.TopicFixes.Name(p.prefix), 0, id))
			}
			r := p.start(p.config("a"))
			p.waitForLag(0)
			r.finish()
			for query, want := range map[string]int64{
				"SELECT count() FROM fixes FINAL WHERE raw_offset < 60": 50,
				"SELECT count() FROM fixes WHERE raw_offset < 60":       50, // no copy either
				"SELECT min(raw_offset) FROM fixes":                     10,
			} {
				if n := p.number(query); n != want {
					t.Errorf("%s = %d, want %d", query, n, want)
				}
			}
			m := r.sink.metrics
			if got := counted(t, m.recovered); got != 1 {
				t.Errorf("%v blocks finished, want 1", got)
			}
			if got := counted(t, m.remembered.WithLabelValues("fixes")); got != c.remembered {
				t.Errorf("%v remembered tokens, want %v", got, c.remembered)
			}
			if got := counted(t, m.repairs.WithLabelValues("fixes")); got != c.repairs {
				t.Errorf("%v repairs, want %v", got, c.repairs)
			}
		})
	}
}

func insert(t *testing.T, db *clickhouse.DB, rows clickhouse.Rows, index []int, token string) {
	t.Helper()
	if _, err := db.Insert(t.Context(), rows, index, token); err != nil {
		t.Fatal(err)
	}
}

func batchFrom(t *testing.T, values ...string) *batch {
	t.Helper()
	b, err := newBatch(schema.TopicFixes)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		b.add(&kgo.Record{Value: []byte(v)})
	}
	return b
}

// TestRememberedTokenOfFirstInsert: a token that ClickHouse remembers without
// a crash of ours is not taken for stored rows either.
func TestRememberedTokenOfFirstInsert(t *testing.T) {
	p := newPipe(t, stacktest.Shared(t), 1)
	p.produce(schema.TopicFixes, 0, fixes(0, 30)...)
	b := batchOf(t, p, schema.TopicFixes, 0, 30)
	db, err := clickhouse.Open(p.dsn, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other := batchFrom(t, fixAt(9999, 9999, 1))
	insert(t, db, other.placed[0].Rows, []int{0}, b.blocks()[0].token(schema.TopicFixes.Name(p.prefix), 0, b.intent()))
	r := p.start(p.config("a"))
	p.wait("SELECT count() FROM fixes WHERE raw_offset < 30", 30)
	if got := counted(t, r.sink.metrics.repairs.WithLabelValues("fixes")); got != 1 {
		t.Errorf("%v repairs, want 1", got)
	}
	r.finish()
}

// TestIntentThatCannotBeReadAgain stops the sink, since nobody can tell which
// rows are stored.
func TestIntentThatCannotBeReadAgain(t *testing.T) {
	t.Parallel() // mostly waits
	for name, change := range map[string]func(*intent){
		"other content": func(i *intent) { i.sum++ },
		"other count":   func(i *intent) { i.count-- },
		"beyond end":    func(i *intent) { i.last = 1000 },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPipe(t, stacktest.Shared(t), 1)
			p.produce(schema.TopicFixes, 0, fixes(0, 20)...)
			id := intentOf(t, p, schema.TopicFixes, 0, 20)
			change(&id)
			p.commit(schema.TopicFixes, 0, 0, id.String())
			err := p.start(p.config("a")).fails()
			for _, want := range []string{errIntent.Error(), p.prefix + ".fixes.v1/0", "kafka-consumer-groups"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
			if n := p.number("SELECT count() FROM fixes"); n != 0 {
				t.Errorf("%d rows were stored", n)
			}
		})
	}
}

// TestDeletedBeforeStored: records that are gone are a loss to be seen, not
// to be skipped.
func TestDeletedBeforeStored(t *testing.T) {
	p := newPipe(t, stacktest.Shared(t), 1)
	p.produce(schema.TopicFixes, 0, fixes(0, 20)...)
	p.commit(schema.TopicFixes, 0, 5, "")
	var upTo kadm.Offsets
	upTo.Add(kadm.Offset{Topic: schema.TopicFixes.Name(p.prefix), Partition: 0, At: 12})
	if _, err := p.admin.DeleteRecords(t.Context(), upTo); err != nil {
		t.Fatal(err)
	}
	err := p.start(p.config("a")).fails()
	if !strings.Contains(err.Error(), "deleted before they were stored") {
		t.Errorf("error %q", err)
	}
}

func TestIntentForm(t *testing.T) {
	want := intent{first: 12, last: 1 << 60, count: 50000, sum: 0xab}
	got, ok, err := parseIntent(want.String())
	if got != want || !ok || err != nil {
		t.Errorf("%v, %v, %v", got, ok, err)
	}
	if _, ok, err := parseIntent("sink-1-0a1b"); ok || err != nil { // what the client writes by itself
		t.Errorf("a member's name gives %v, %v", ok, err)
	}
	for _, bad := range []string{"odograph-sink/2 1 2 3 4", "odograph-sink/1", "odograph-sink/1 a b c d"} {
		if _, ok, err := parseIntent(bad); ok || err == nil {
			t.Errorf("%q gives %v, %v", bad, ok, err)
		}
	}
	if n := len(want.String()); n > 200 {
		t.Errorf("%d bytes of metadata; brokers take 4096", n)
	}
}

// revision is a record of the event e, whose revisions all begin in one month.
func revision(n int, retracted bool) string {
	return fmt.Sprintf(`{"event_id":"e","revision":%d,"retracted":%v,"raw_partition":0,"raw_offset":%d,"imei":"1","kind":"harsh_braking","start_time":"2026-02-28T23:59:59Z","end_time":"2026-03-01T00:00:%02dZ",
		"severity":"low","source":"gps","confidence":"measured","rule_version":"r"}`, n, retracted, 100+n, n)
}

// TestFinishesBegunRevisions: a block with several revisions of one event, which
// are one row in the table, is found again whatever of it was stored.
func TestFinishesBegunRevisions(t *testing.T) {
	t.Parallel() // with TestFaults, which mostly waits
	grown := []string{revision(1, false), revision(2, false), revision(3, false)}
	gone := []string{revision(1, false), revision(2, false), revision(3, true)}
	back := []string{revision(1, false), revision(2, true), revision(3, false)}
	for _, c := range []struct {
		name    string
		records []string
		planted []int // members of the block that are stored under its token; nil: none
		merged  bool
		repairs float64
		want    string
	}{
		{"nothing stored", grown, nil, false, 0, "3"},
		{"all stored", grown, []int{0, 1, 2}, true, 0, "3"},
		{"the first stored", grown, []int{0}, true, 1, "3"},
		{"the last stored", grown, []int{2}, true, 0, "3"},
		{"retracted, nothing stored", gone, nil, false, 0, ""},
		{"retracted, all stored", gone, []int{0, 1, 2}, true, 0, ""},
		{"retracted, the upserts stored", gone, []int{0, 1}, true, 1, ""},
		{"retracted, the retraction stored", gone, []int{2}, true, 0, ""},
		{"back, the retraction stored", back, []int{0, 1}, true, 1, "3"},
		{"back, all stored", back, []int{0, 1, 2}, true, 0, "3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPipe(t, stacktest.Shared(t), 1)
			p.produce(schema.TopicDriving, 0, c.records...)
			b := batchOf(t, p, schema.TopicDriving, 0, 3)
			p.commit(schema.TopicDriving, 0, 0, b.intent().String())
			db, err := clickhouse.Open(p.dsn, 1)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			blocks := b.blocks()
			if len(blocks) != 1 {
				t.Fatalf("%d blocks, want 1: all revisions are of one table partition", len(blocks))
			}
			if c.planted != nil {
				insert(t, db, blocks[0].rows, b.index(c.planted), blocks[0].token(schema.TopicDriving.Name(p.prefix), 0, b.intent()))
			}
			if c.merged {
				if err := p.conn.Exec(t.Context(), "OPTIMIZE TABLE driving_events FINAL"); err != nil {
					t.Fatal(err)
				}
			}
			r := p.start(p.config("a"))
			p.waitForLag(0)
			r.finish()
			const shown = "SELECT arrayStringConcat(groupArray(toString(revision)), ', ') FROM driving_events FINAL"
			if got := p.text(shown); got != c.want {
				t.Errorf("revisions seen: %q, want %q", got, c.want)
			}
			if got := counted(t, r.sink.metrics.repairs.WithLabelValues("driving_events")); got != c.repairs {
				t.Errorf("%v repairs, want %v", got, c.repairs)
			}
		})
	}
}
