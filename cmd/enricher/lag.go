package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/schema"
)

const (
	lagEvery = 5 * time.Second
	// stalledAfter is longer than a transaction that Kafka has to end itself.
	stalledAfter = time.Minute
)

// A lagWatch tells how far this instance is behind, from the group's commits
// and the ends of the raw topic. What the fetches say would not do: an instance
// that is given nothing looks as if it had nothing to do.
type lagWatch struct {
	e       *enricher
	adm     *kadm.Client
	stalled time.Duration

	position int64     // the commits of all own partitions together
	moved    time.Time // when position last changed
}

// watchLag reports the lag until ctx is done.
func (e *enricher) watchLag(ctx context.Context) {
	cl, err := kgo.NewClient(e.restore...)
	if err != nil {
		e.log.Error("the lag is not watched", "error", err)
		return
	}
	defer cl.Close()
	w := &lagWatch{e: e, adm: kadm.NewClient(cl), stalled: e.stalledAfter, moved: time.Now()}
	tick := time.NewTicker(min(lagEvery, e.stalledAfter))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := w.look(ctx); err != nil {
			e.log.Debug("lag unknown", "error", err)
		}
	}
}

func (w *lagWatch) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*lagEvery)
	defer cancel()
	topic := schema.TopicRaw.Name(w.e.cfg.TopicPrefix)
	committed, err := w.adm.FetchOffsetsForTopics(ctx, schema.EnricherGroup(w.e.cfg.TopicPrefix), topic)
	if err == nil {
		err = committed.Error()
	}
	if err != nil {
		return err
	}
	ends, err := w.adm.ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return err
	}
	w.e.mu.Lock()
	own := slices.Collect(maps.Keys(w.e.parts))
	w.e.mu.Unlock()
	var lag, position int64
	for _, n := range own {
		at := int64(0)
		if o, ok := committed.Lookup(topic, n); ok {
			at = max(0, o.At)
		}
		end, _ := ends.Lookup(topic, n)
		behind := max(0, end.Offset-at)
		w.e.metrics.lag.WithLabelValues(strconv.Itoa(int(n))).Set(float64(behind))
		lag, position = lag+behind, position+at
	}
	w.report(lag, position, time.Now())
	return nil
}

// report tells operators that the instance is far behind, or stands still
// though there is work.
func (w *lagWatch) report(lag, position int64, now time.Time) {
	if position != w.position || lag == 0 {
		w.position, w.moved = position, now
	}
	var behind, still error
	if lag > w.e.cfg.ReadyLag {
		behind = fmt.Errorf("%d records behind (ready_lag is %d)", lag, w.e.cfg.ReadyLag)
	}
	if rest := now.Sub(w.moved); rest >= w.stalled {
		still = fmt.Errorf("%d records wait and none was handled for %s: see the log; if Kafka holds a transaction that never ends "+
			"(kafka-transactions.sh find-hanging), abort it", lag, rest.Round(time.Second))
	}
	w.e.ready.Set("lag", behind)
	w.e.ready.Set("progress", still)
}
