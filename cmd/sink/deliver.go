package main

import (
	"context"
	"fmt"
	"time"

	"github.com/odograph/odograph/clickhouse"
	"github.com/odograph/odograph/pkg/schema"
)

// maxRepairs bounds how often rows are inserted that can't be found
// afterwards. More means that something deletes them, or that they are looked
// for wrongly, and inserting for ever would only make copies.
const maxRepairs = 10

// deliver stores the rows of a block, exactly once in effect, and returns when
// they are there or ctx is done. unsure: an earlier run may have stored them.
//
// A token alone is not enough after an insert without an answer: ClickHouse
// may remember the token of a block whose rows did not survive. So whenever
// that is possible the rows are read back, and what is missing is inserted
// under a new token. All tokens follow from the block, so whoever does this
// again after a crash uses the same.
func (w *worker) deliver(ctx context.Context, b *batch, rows clickhouse.Rows, members []int, token string, unsure bool) error {
	for repair := 0; ; repair++ {
		stored, err := w.insert(ctx, b, rows, members, token, unsure)
		if err != nil || stored {
			return err
		}
		missing, err := w.missing(ctx, b, rows, members)
		if err != nil || len(missing) == 0 {
			return err
		}
		if repair == maxRepairs {
			return fatalError{fmt.Errorf("%d rows of %s/%d are not in table %s after %d inserts: something deletes them (a TTL, a mutation), or they can't be recognised",
				len(missing), w.topic, w.partition, rows.Table(), repair+1)}
		}
		w.sink.metrics.repairs.WithLabelValues(rows.Table()).Inc()
		w.sink.metrics.repaired.WithLabelValues(rows.Table()).Add(float64(len(missing)))
		w.log.Warn("rows missing after an unsure insert, inserting them again", "table", rows.Table(), "missing", len(missing), "of", len(members))
		members, unsure = missing, true
		token = fmt.Sprintf("%s/repair/%d", token, repair+1)
	}
}

// insert tries until ClickHouse has answered. stored is false where only
// read-back can tell which rows are there.
func (w *worker) insert(ctx context.Context, b *batch, rows clickhouse.Rows, members []int, token string, unsure bool) (stored bool, err error) {
	table := rows.Table()
	for wait := newBackoff(); ; {
		seen, err := w.insertOnce(ctx, rows, b.index(members), token)
		if err == nil {
			w.sink.health.ok(w)
			if seen {
				w.sink.metrics.remembered.WithLabelValues(table).Inc()
			}
			return !seen && !unsure, nil
		}
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		switch clickhouse.FaultOf(err) {
		case clickhouse.Refused:
			w.sink.health.ok(w)
			return true, w.split(ctx, b, rows, members, token, unsure, err)
		case clickhouse.Misconfigured:
			// The rows are fine and must not be put aside; stopping would only
			// hide the reason behind restarts.
			w.log.Error("ClickHouse does not take the rows: check tables (odograph setup), user and rights", "table", table, "error", err)
		default:
			w.log.Warn("insert without an answer, trying again", "table", table, "rows", len(members), "error", err)
		}
		unsure = true
		w.sink.metrics.unsure.WithLabelValues(table).Inc()
		w.sink.health.failed(w, err)
		if err := wait.pause(ctx); err != nil {
			return false, err
		}
	}
}

func (w *worker) insertOnce(ctx context.Context, rows clickhouse.Rows, index []int, token string) (seen bool, err error) {
	select {
	case w.sink.inserts <- struct{}{}:
		defer func() { <-w.sink.inserts }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, w.sink.cfg.InsertTimeout)
	defer cancel()
	start := time.Now()
	seen, err = w.sink.db.Insert(ctx, rows, index, token)
	outcome := "stored"
	switch {
	case err != nil:
		outcome = clickhouse.FaultOf(err).String()
	case seen:
		outcome = "remembered"
	}
	w.sink.metrics.insertSeconds.WithLabelValues(outcome).Observe(time.Since(start).Seconds())
	return seen, err
}

// split finds the rows that ClickHouse refuses by halving the block, puts
// their records aside, and delivers the rest.
func (w *worker) split(ctx context.Context, b *batch, rows clickhouse.Rows, members []int, token string, unsure bool, cause error) error {
	if len(members) == 1 {
		w.sink.metrics.refused.WithLabelValues(rows.Table()).Inc()
		b.refused++
		return w.putAside(ctx, b.records[members[0]], schema.ReasonRowRefused, cause)
	}
	half := len(members) / 2
	if err := w.deliver(ctx, b, rows, members[:half], token+"/a", unsure); err != nil {
		return err
	}
	return w.deliver(ctx, b, rows, members[half:], token+"/b", unsure)
}

// missing reads back until ClickHouse answers and gives the members whose rows
// are not stored. It asks twice, since an insert whose connection broke may
// still be on its way.
func (w *worker) missing(ctx context.Context, b *batch, rows clickhouse.Rows, members []int) ([]int, error) {
	asked := false
	for wait := newBackoff(); ; {
		present, err := w.readBack(ctx, rows, b.index(members))
		if err == nil {
			w.sink.health.ok(w)
			var missing []int
			for i, there := range present {
				if !there {
					missing = append(missing, members[i])
				}
			}
			if len(missing) == 0 || asked {
				return missing, nil
			}
			asked = true
		} else {
			w.sink.health.failed(w, err)
			w.log.Warn("read-back failed, trying again", "table", rows.Table(), "error", err)
		}
		if err := wait.pause(ctx); err != nil {
			return nil, err
		}
	}
}

func (w *worker) readBack(ctx context.Context, rows clickhouse.Rows, index []int) ([]bool, error) {
	ctx, cancel := context.WithTimeout(ctx, w.sink.cfg.InsertTimeout)
	defer cancel()
	return w.sink.db.Present(ctx, rows, index)
}
