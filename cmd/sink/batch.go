package main

import (
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/clickhouse"
	"github.com/odograph/odograph/pkg/schema"
)

// overhead is what a record costs in memory beside its bytes: the client's
// record and the decoded row.
const overhead = 800

func size(r *kgo.Record) int { return len(r.Key) + len(r.Value) + overhead }

// A batch is a run of records of one partition, decoded. Each has a row, or it
// is a dead letter.
type batch struct {
	topic   schema.Topic
	rows    *clickhouse.Batch
	records []*kgo.Record
	placed  []clickhouse.Row // of each record; no Rows where it could not be read
	errs    map[int]error    // of the records that could not be read
	sum     *checksum
	bytes   int
	end     kgo.EpochOffset // behind the markers that follow the last record
	since   time.Time       // arrival of the first record
	refused int             // rows that became dead letters
}

func newBatch(topic schema.Topic) (*batch, error) {
	rows, err := clickhouse.NewBatch(topic)
	if err != nil {
		return nil, err
	}
	return &batch{topic: topic, rows: rows, errs: map[int]error{}, sum: newChecksum()}, nil
}

func (b *batch) reset() {
	b.rows.Reset()
	clear(b.records)
	clear(b.placed)
	b.records, b.placed = b.records[:0], b.placed[:0]
	clear(b.errs)
	b.sum.reset()
	b.bytes, b.refused, b.end = 0, 0, kgo.EpochOffset{}
}

func (b *batch) add(r *kgo.Record) {
	if len(b.records) == 0 {
		b.since = time.Now()
	}
	row, err := b.decode(r)
	if err != nil {
		b.errs[len(b.records)] = err
	}
	b.records = append(b.records, r)
	b.placed = append(b.placed, row)
	b.sum.add(r)
	b.bytes += size(r)
}

func (b *batch) decode(r *kgo.Record) (clickhouse.Row, error) {
	row, err := b.rows.Add(clickhouse.Record{Key: r.Key, Value: r.Value, Timestamp: r.Timestamp})
	if err == nil || b.topic != schema.TopicDeadLetters {
		return row, err
	}
	// A dead letter that can't be read must not become another one of the
	// same topic, for ever: its row is made here.
	letter := deadLetterOf(r, schema.ReasonRecordUndecodable, err)
	value, err := schema.Encode(&letter)
	if err != nil {
		return row, err
	}
	return b.rows.Add(clickhouse.Record{Key: r.Key, Value: value, Timestamp: r.Timestamp})
}

// intent names the batch.
func (b *batch) intent() intent {
	return intent{
		first: b.records[0].Offset, last: b.records[len(b.records)-1].Offset,
		count: len(b.records), sum: b.sum.sum(),
	}
}

// A block is rows of one table partition: what one insert writes.
type block struct {
	rows    clickhouse.Rows
	month   int
	members []int // positions in the batch, in order
}

// blocks groups the rows, in the order in which their first members come.
func (b *batch) blocks() []*block {
	type group struct {
		rows  clickhouse.Rows
		month int
	}
	var order []*block
	groups := map[group]*block{}
	for n, row := range b.placed {
		if row.Rows == nil {
			continue
		}
		g := group{row.Rows, row.Rows.Month(row.Index)}
		bl, ok := groups[g]
		if !ok {
			bl = &block{rows: g.rows, month: g.month}
			groups[g] = bl
			order = append(order, bl)
		}
		bl.members = append(bl.members, n)
	}
	return order
}

// index are the numbers of the block's rows in their table.
func (b *batch) index(members []int) []int {
	out := make([]int, len(members))
	for i, n := range members {
		out[i] = b.placed[n].Index
	}
	return out
}

// token names the block to ClickHouse. The checksum is part of it, so that a
// topic that was made anew and counts from 0 again is not taken for the old one.
func (bl *block) token(topic string, partition int32, id intent) string {
	return fmt.Sprintf("%s/%d/%d-%d/%016x/%s/%d", topic, partition, id.first, id.last, id.sum, bl.rows.Table(), bl.month)
}
