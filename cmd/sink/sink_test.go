package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
)

// TestStores takes records of several topics and partitions, some of them in
// transactions of which one is aborted, and is not behind in the end.
func TestStores(t *testing.T) {
	p := newPipe(t, stacktest.Shared(t), 2)
	p.produce(schema.TopicFixes, 0, fixes(0, 100)...)
	r := p.start(p.config("a"))
	p.produce(schema.TopicFixes, 1, fixes(100, 150)...)
	p.produce(schema.TopicRepeats, 1, `{"imei":"1","received_time":"2026-02-03T04:05:07.123Z","source":"push","raw_partition":0,"raw_offset":900,"kind":"pushgps","event_time":"2026-02-03T04:05:06Z","is_fix":true}`)
	p.produce(schema.TopicDevices, 0, `{"imei":"860000000000001","name":"van"}`)
	transact(t, p, kgo.TryCommit, fixes(150, 160))
	transact(t, p, kgo.TryAbort, fixes(160, 170))
	transact(t, p, kgo.TryCommit, fixes(170, 175))

	p.wait("SELECT count() FROM fixes", 165)
	p.wait("SELECT count() FROM fix_repeats", 1)
	p.wait("SELECT count() FROM devices WHERE name = 'van'", 1)
	p.waitForLag(0)
	p.until("ready", func() (string, bool) { return fmt.Sprint(r.ready.Reasons()), len(r.ready.Reasons()) == 0 })
	if n := p.number("SELECT uniqExact(raw_offset) FROM fixes WHERE abs(lat - 50) < 1e-9 AND speed_kmh = 50"); n != 165 {
		t.Errorf("%d distinct items, want 165", n)
	}
	p.produce(schema.TopicFixes, 0, fixes(200, 201)...)
	p.wait("SELECT count() FROM fixes", 166)
	r.finish()
	p.waitForLag(0)
}

func transact(t *testing.T, p *pipe, end kgo.TransactionEndTry, values []string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(p.stack.Brokers()...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.TransactionalID(p.prefix))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: schema.TopicFixes.Name(p.prefix), Partition: 1, Value: []byte(v)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.EndTransaction(t.Context(), end); err != nil {
		t.Fatal(err)
	}
}

// TestStopStoresWhatItHolds: a stop loses no time for the next start.
func TestStopStoresWhatItHolds(t *testing.T) {
	p := newPipe(t, stacktest.Shared(t), 1)
	cfg := p.config("a")
	cfg.BatchWait = time.Minute
	r := p.start(cfg)
	p.produce(schema.TopicFixes, 0, fixes(0, 1)...)
	p.wait("SELECT count() FROM fixes", 1) // at once, the sink was idle
	p.until("nothing in hand", func() (string, bool) { n := r.sink.held.Load(); return strconv.FormatInt(n, 10), n == 0 })
	p.produce(schema.TopicFixes, 0, fixes(1, 10)...)
	p.until("records in hand", func() (string, bool) { n := r.sink.held.Load(); return strconv.FormatInt(n, 10), n > 0 })
	r.finish()
	if n := p.number("SELECT count() FROM fixes"); n != 10 {
		t.Errorf("%d rows after the stop, want 10", n)
	}
	if lag := p.lag(); lag != 0 {
		t.Errorf("lag %d after the stop", lag)
	}
	if n := r.sink.held.Load(); n != 0 {
		t.Errorf("%d bytes are still counted as held", n)
	}
}

// TestRefusedRows: a row that ClickHouse refuses is put aside, the others of
// its block go in.
func TestRefusedRows(t *testing.T) {
	p := newPipe(t, stacktest.Shared(t), 1)
	values := fixes(0, 40)
	values[7] = fixAt(7, 7, 95)
	values[8] = strings.Replace(fix(8), `"860000000000001"`, `""`, 1)
	values[39] = fixAt(39, 39, -2e9)
	p.produce(schema.TopicFixes, 0, values...)
	r := p.start(p.config("a"))
	p.wait("SELECT count() FROM fixes", 37)
	p.wait("SELECT count() FROM dead_letters WHERE reason = 'row_refused'", 3)
	p.waitForLag(0)
	got := p.text("SELECT arrayStringConcat(arraySort(groupArray(format('{} {} {} {}', raw_offset, offset, source, extract(error, 'Constraint `([a-z_]+)`')))), '\\n') FROM dead_letters FINAL")
	want := "39 39 push lat_range\n7 7 push lat_range\n8 8 push imei_given"
	if got != want {
		t.Errorf("dead letters:\n%s\nwant:\n%s", got, want)
	}
	if n := p.number("SELECT count() FROM dead_letters WHERE value = '" + values[7] + "'"); n != 1 {
		t.Errorf("the record's bytes are not in its dead letter")
	}
	r.finish()
}

// TestRefusedRowsOfALargeBlock: few inserts find three bad rows among many.
func TestRefusedRowsOfALargeBlock(t *testing.T) {
	p := newPipe(t, stacktest.Shared(t), 1)
	values := fixes(0, 50_000)
	for _, bad := range []int{0, 31_111, 49_999} {
		values[bad] = fixAt(bad, int64(bad), 95)
	}
	p.produce(schema.TopicFixes, 0, values...)
	cfg := p.config("a")
	cfg.BatchBytes, cfg.BufferBytes = 1<<30, 1<<30
	p.commit(schema.TopicFixes, 0, 0, intentOf(t, p, schema.TopicFixes, 0, 50_000).String()) // one block of all
	r := p.start(cfg)
	p.wait("SELECT count() FROM fixes", 49_997)
	p.wait("SELECT count() FROM dead_letters WHERE reason = 'row_refused'", 3)
	r.finish()
	if n := p.number("SELECT uniqExact(raw_offset) FROM fixes"); n != 49_997 {
		t.Errorf("%d distinct rows", n)
	}
	inserts := observed(t, r.sink.metrics.insertSeconds)
	t.Logf("%d inserts", inserts)
	if most := uint64(3*2*16 + 10); inserts > most {
		t.Errorf("%d inserts, want at most %d", inserts, most)
	}
}

// TestUndecodableRecords: what can't be read becomes a dead letter; of a dead
// letter itself, directly a row.
func TestUndecodableRecords(t *testing.T) {
	p := newPipe(t, stacktest.Shared(t), 1)
	p.produce(schema.TopicFixes, 0, fix(0), `{"imei":"1","raw_partition":0,"raw_offset":77,"lat":"north"}`, "\xff\x00", fix(3))
	p.produce(schema.TopicDeadLetters, 0, "not JSON")
	p.produce(schema.TopicTrips, 0, `{}`)
	r := p.start(p.config("a"))
	p.wait("SELECT count() FROM fixes", 2)
	p.wait("SELECT count() FROM dead_letters WHERE reason = 'record_undecodable'", 4)
	p.waitForLag(0)
	if n := p.number("SELECT count() FROM dead_letters WHERE raw_offset = 77 AND offset = 1"); n != 1 {
		t.Error("the raw place of a readable member is lost")
	}
	if n := p.number(`SELECT count() FROM dead_letters WHERE value = '\xff\0' AND raw_offset IS NULL`); n != 1 {
		t.Error("the bytes of an unreadable record are lost")
	}
	r.finish()
}

// TestLargeDeadLetter: a record that nobody but a stranger writes must not
// hold up its partition for ever.
func TestLargeDeadLetter(t *testing.T) {
	for name, b := range map[string]byte{"zeros": 0, "no UTF-8": 0xff} {
		r := &kgo.Record{Topic: "fleet.fixes.v1", Key: make([]byte, 1<<20), Value: bytes.Repeat([]byte{b}, schema.MaxRecordBytes)}
		value, err := encodeLetter(deadLetterOf(r, schema.ReasonRecordUndecodable, errors.New("no JSON")))
		if err != nil {
			t.Fatal(err)
		}
		if len(value) > mostLetter || len(value) < mostLetter/2 {
			t.Errorf("%s: %d bytes, want up to %d", name, len(value), mostLetter)
		}
		var letter schema.DeadLetter
		if err := schema.Decode(value, &letter); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(r.Value, letter.Value) || !strings.Contains(letter.Error, "cut to") {
			t.Errorf("%s: %d bytes of value, error %q", name, len(letter.Value), letter.Error)
		}
	}
}

// TestUnverifiedFixes: the sink tells repeats from fixes where the enricher
// can't, the same way each time it is asked.
func TestUnverifiedFixes(t *testing.T) {
	p := newPipe(t, stacktest.Shared(t), 1)
	p.produce(schema.TopicFixes, 0, fixes(0, 10)...)
	r := p.start(p.config("a"))
	p.wait("SELECT count() FROM fixes", 10)
	values := []string{
		fixAt(3, 103, 50, schema.QualityUnverified),  // repeats a stored fix
		fixAt(4, 104, 51, schema.QualityUnverified),  // and with other content
		fixAt(20, 105, 50, schema.QualityUnverified), // is new
		fixAt(20, 106, 50, schema.QualityUnverified), // repeats the one before
		fixAt(21, 107, 50),                           // is known to be new
	}
	p.produce(schema.TopicFixes, 0, values...)
	check := func() {
		t.Helper()
		p.wait("SELECT count() FROM fixes FINAL", 12)
		p.wait("SELECT count() FROM fix_repeats FINAL", 3)
		p.waitForLag(0)
		got := p.text("SELECT arrayStringConcat(arraySort(groupArray(format('{} {} {}', raw_offset, conflict, toString(lat)))), '\\n') FROM fix_repeats FINAL")
		if want := "103 false 50\n104 true 51\n106 false 50"; got != want {
			t.Errorf("repeats:\n%s\nwant:\n%s", got, want)
		}
		if n := p.number("SELECT count() FROM fix_sightings"); n != 15 {
			t.Errorf("%d sightings, want 15", n)
		}
	}
	check()
	r.finish()
	// The same block again, as after a crash.
	p.leave("a")
	p.commit(schema.TopicFixes, 0, 10, intentOf(t, p, schema.TopicFixes, 10, 15).String())
	r = p.start(p.config("a"))
	check()
	if n := p.number("SELECT count() FROM fixes") + p.number("SELECT count() FROM fix_repeats"); n != 15 {
		t.Errorf("%d rows without FINAL, want 15", n)
	}
	r.finish()
}
