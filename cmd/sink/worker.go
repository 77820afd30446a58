package main

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/schema"
)

// gather is how long a worker that was idle waits for more records before it
// inserts the first.
const gather = 20 * time.Millisecond

// A worker stores the records of one partition, one block after another.
type worker struct {
	sink      *Sink
	log       *slog.Logger
	topic     string
	partition int32
	// definitions: blocks of these need no intent. The latest record of a key
	// holds, so storing some again changes nothing, and compaction may take
	// away records that an intent counts.
	definitions bool

	cancel context.CancelFunc
	drain  chan struct{} // closed: store what is queued and end
	done   chan struct{}

	mu     sync.Mutex
	queue  []*kgo.Record
	queued int // bytes
	paused bool
	more   chan struct{} // holds a token when the queue has grown, or memory is full

	reading atomic.Bool // a block that an earlier run began

	// Of the worker's goroutine alone.
	batch     *batch
	begun     *intent // of an earlier run; to be finished first
	position  kgo.EpochOffset
	committed int64
	stored    atomic.Int64 // committed, for the lag
	lastFlush time.Time
}

// push queues records, and gives the size of the largest. A partition whose
// queue is long is paused, and when memory is full every one that does not
// read a block which an earlier run began.
func (w *worker) push(records []*kgo.Record) (largest int) {
	bytes := 0
	for _, r := range records {
		bytes += size(r)
		largest = max(largest, size(r))
	}
	w.sink.hold(bytes)
	w.mu.Lock()
	w.queue = append(w.queue, records...)
	w.queued += bytes
	long := w.queued > w.sink.cfg.BatchBytes || len(w.queue) > w.sink.cfg.BatchRows
	if !w.paused && (long || w.sink.full() && !w.reading.Load()) {
		w.paused = true
		w.sink.client.PauseFetchPartitions(map[string][]int32{w.topic: {w.partition}})
	}
	w.mu.Unlock()
	w.wake()
	return largest
}

// wake has the worker look again at what there is.
func (w *worker) wake() {
	select {
	case w.more <- struct{}{}:
	default:
	}
}

// take moves queued records into the batch until it is full.
func (w *worker) take() (full bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for n < len(w.queue) && !w.full() {
		r := w.queue[n]
		n++
		w.queued -= size(r)
		if r.Attrs.IsControl() {
			w.skip(r)
			continue
		}
		w.batch.add(r)
	}
	clear(w.queue[:n])
	w.queue = append(w.queue[:0], w.queue[n:]...)
	if w.paused && w.queued < w.sink.cfg.BatchBytes/2 && len(w.queue) < w.sink.cfg.BatchRows/2 {
		w.paused = false
		w.sink.client.ResumeFetchPartitions(map[string][]int32{w.topic: {w.partition}})
	}
	return w.full()
}

// skip passes a transaction's marker, which has no row: without that the
// partition would seem to be behind for ever.
func (w *worker) skip(r *kgo.Record) {
	w.sink.hold(-size(r))
	if len(w.batch.records) == 0 {
		w.position = after(r)
	} else {
		w.batch.end = after(r)
	}
}

func after(r *kgo.Record) kgo.EpochOffset {
	return kgo.EpochOffset{Epoch: r.LeaderEpoch, Offset: r.Offset + 1}
}

// full tells whether the batch is to be stored now. A block that an earlier
// run began has exactly the records that it had then.
func (w *worker) full() bool {
	b := w.batch
	if w.begun != nil {
		return len(b.records) > 0 && b.records[len(b.records)-1].Offset >= w.begun.last
	}
	return len(b.records) >= w.sink.cfg.BatchRows || b.bytes >= w.sink.cfg.BatchBytes
}

// run stores blocks until the worker is drained or ctx is done.
func (w *worker) run(ctx context.Context) error {
	defer w.letGo()
	if w.begun != nil {
		if finished, err := w.finishBegun(ctx); err != nil || !finished {
			return err
		}
	}
	for {
		draining, err := w.collect(ctx)
		if err != nil {
			return err
		}
		if len(w.batch.records) > 0 {
			if err := w.store(ctx, false); err != nil {
				return err
			}
		}
		if full := w.take(); full {
			continue // the intent of the next block commits the end of this one
		}
		if w.position.Offset > w.committed {
			w.lastFlush = time.Now()
		}
		if err := w.commitPosition(ctx); err != nil {
			return err
		}
		if draining && w.idle() {
			return nil
		}
	}
}

// letGo gives back the memory of what was not stored.
func (w *worker) letGo() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sink.hold(-w.queued - w.batch.bytes)
	w.queue, w.queued = nil, 0
	w.batch.reset()
	w.sink.health.ok(w)
}

func (w *worker) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.queue) == 0 && len(w.batch.records) == 0
}

// collect fills the batch until it is to be stored. A worker that was idle
// stores almost at once; one that is not waits its turn, so that small blocks
// stay few, unless memory is full and no more records can come.
func (w *worker) collect(ctx context.Context) (draining bool, err error) {
	for {
		if w.take() {
			return false, nil
		}
		var due <-chan time.Time
		turn := w.lastFlush.Add(w.sink.cfg.BatchWait)
		switch {
		case len(w.batch.records) > 0 && w.sink.full():
			return false, nil
		case len(w.batch.records) > 0:
			if ready := w.batch.since.Add(gather); ready.After(turn) {
				turn = ready
			}
			due = time.After(time.Until(turn))
		case w.position.Offset > w.committed:
			due = time.After(time.Until(turn))
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-w.drain:
			w.take()
			return true, nil
		case <-due:
			return false, nil
		case <-w.more:
		}
	}
}

// store inserts the batch, once in effect.
func (w *worker) store(ctx context.Context, begun bool) error {
	b := w.batch
	w.lastFlush = time.Now()
	id := b.intent()
	if w.position.Offset < 0 { // nothing was ever committed
		w.position = kgo.EpochOffset{Epoch: b.records[0].LeaderEpoch, Offset: id.first}
	}
	if !begun && !w.definitions {
		if err := w.commit(ctx, w.position, id.String()); err != nil {
			return err
		}
	}
	for n, cause := range b.errs {
		w.sink.metrics.undecodable.WithLabelValues(w.topic).Inc()
		if err := w.putAside(ctx, b.records[n], schema.ReasonRecordUndecodable, cause); err != nil {
			return err
		}
	}
	if err := w.verify(ctx); err != nil {
		return err
	}
	for _, bl := range b.blocks() {
		refused := b.refused
		if err := w.deliver(ctx, b, bl.rows, bl.members, bl.token(w.topic, w.partition, id), begun); err != nil {
			return err
		}
		w.observe(bl, b.refused-refused)
	}
	w.position = after(b.records[len(b.records)-1])
	if b.end.Offset > w.position.Offset {
		w.position = b.end
	}
	w.sink.hold(-b.bytes)
	b.reset()
	return nil
}

// verify decides about the fixes that only ClickHouse knows.
func (w *worker) verify(ctx context.Context) error {
	for wait := newBackoff(); ; {
		repeats, err := w.verifyOnce(ctx)
		if err == nil {
			w.sink.metrics.repeatsFound.Add(float64(repeats))
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		w.sink.health.failed(w, err)
		w.log.Warn("look-up of unverified fixes failed, trying again", "error", err)
		if err := wait.pause(ctx); err != nil {
			return err
		}
	}
}

func (w *worker) verifyOnce(ctx context.Context) (repeats int, err error) {
	ctx, cancel := context.WithTimeout(ctx, w.sink.cfg.InsertTimeout)
	defer cancel()
	return w.batch.rows.Verify(ctx, w.sink.db, w.batch.placed)
}

func (w *worker) observe(bl *block, refused int) {
	m := w.sink.metrics
	table := bl.rows.Table()
	m.rows.WithLabelValues(table).Add(float64(len(bl.members) - refused))
	m.blocks.WithLabelValues(table).Inc()
	m.blockRows.Observe(float64(len(bl.members)))
	latency, now := m.latency.WithLabelValues(table), time.Now()
	for _, n := range bl.members {
		if at := bl.rows.Received(w.batch.placed[n].Index); !at.IsZero() {
			latency.Observe(now.Sub(at).Seconds())
		}
	}
}
