package main

import (
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/schema"
)

// A fenceBook holds the geofences that are in force, as the topic of fences has
// them. A definition that is not valid changes nothing: the one before it goes
// on, for as long as the topic still has it at a start (schema.FencePast), and
// the metrics and the log name it.
type fenceBook struct {
	now atomic.Pointer[fences.Book]
	log *slog.Logger
	m   *metrics

	reading bool              // from the beginning of the topic
	fresh   []*fences.Version // what was read then
	taken   map[string]origin // by id, where the definition in force is from
	refused map[string]origin // by id, where one that is not valid is from
}

// An origin is where a definition was written, and when.
type origin struct {
	partition int32
	at        time.Time
}

// after tells whether r was written before, though it is read later: that happens
// where somebody has shared the keys out over the partitions in another way.
func (o origin) after(r *kgo.Record) bool {
	return o.partition != r.Partition && o.at.After(r.Timestamp)
}

func newFenceBook(log *slog.Logger, m *metrics) *fenceBook {
	b := &fenceBook{log: log, m: m, taken: map[string]origin{}, refused: map[string]origin{}}
	b.now.Store(new(fences.Book))
	return b
}

// follow is how the topic of fences is followed.
func (b *fenceBook) follow() follower {
	return follower{topic: schema.TopicFences, part: "fences", begin: b.begin, take: b.take, end: b.end}
}

func (b *fenceBook) begin() {
	b.reading, b.fresh = true, nil
	clear(b.taken)
	clear(b.refused)
}

func (b *fenceBook) take(records []*kgo.Record) {
	var versions []*fences.Version
	for _, r := range records {
		if b.taken[string(r.Key)].after(r) {
			continue
		}
		if v := b.version(r); v != nil {
			versions = append(versions, v)
		}
	}
	if b.reading {
		b.fresh = append(b.fresh, versions...)
		return
	}
	b.put(b.now.Load(), versions)
}

// version reads a record; nil: it was refused.
func (b *fenceBook) version(r *kgo.Record) *fences.Version {
	id, from := string(r.Key), origin{r.Partition, r.Timestamp}
	v, err := versionOf(r)
	if err != nil {
		b.refused[id] = from
		b.log.Error("a geofence was refused; its version before goes on, but compaction takes that 31 days later, and a restart then ends the geofence", "fence", id, "partition", r.Partition, "offset", r.Offset, "error", err)
		return nil
	}
	b.taken[id] = from
	if !b.refused[id].after(r) {
		delete(b.refused, id)
	}
	return v
}

// versionOf reads a record of the topic; one without a value ends a fence.
func versionOf(r *kgo.Record) (*fences.Version, error) {
	f := schema.Fence{FenceID: string(r.Key), Version: 1, Deleted: true, ValidFrom: schema.Some(r.Timestamp)}
	if len(r.Value) > 0 {
		f = schema.Fence{}
		if err := schema.Decode(r.Value, &f); err != nil {
			return nil, err
		}
		if f.FenceID != string(r.Key) {
			return nil, fmt.Errorf("fence_id is %q, the record's key %q: want the same", f.FenceID, r.Key)
		}
	}
	return fences.Compile(&f)
}

func (b *fenceBook) end() {
	if b.reading {
		b.put(new(fences.Book), b.fresh)
		b.reading, b.fresh = false, nil
	}
}

func (b *fenceBook) put(to *fences.Book, versions []*fences.Version) {
	start := time.Now()
	b.now.Store(to.With(versions, start.Add(-schema.FencePast).Unix()))
	b.m.fences.Set(float64(b.now.Load().Len()))
	b.m.fencesRefused.Set(float64(len(b.refused)))
	if len(versions) > 0 {
		b.log.Info("geofences taken over", "definitions", len(versions), "fences", b.now.Load().Len(), "refused", len(b.refused), "seconds", time.Since(start).Seconds())
	}
}

// judgeBy sets what the devices of a batch are judged by.
func (p *processor) judgeBy(b *batch) {
	b.env.By(p.rules(), p.fences(), &b.view, p.road)
	b.env.Rejected = b.counts.reject
}

// mostFences bounds the fences that a fix names, so that its record stays one that
// a topic takes; the first in order stay, and what is left out is counted.
const mostFences = 1000

const rejectFences = "too_many_fences"

// findFences finds the geofences that a fix is in. A position that is none is in
// no fence.
func findFences(w *work) error {
	f := &w.fix
	f.FenceIDs = nil
	if w.view.Book.Len() == 0 || slices.Contains(f.Quality, schema.QualityZeroPosition) || slices.Contains(f.Quality, schema.QualityNoFix) {
		return nil
	}
	if w.fences = w.view.IDs(w.fences[:0], f.Lat, f.Lng, f.FixTime.Unix()); len(w.fences) > 0 {
		f.FenceIDs = w.fences[:min(len(w.fences), mostFences)]
	}
	if len(w.fences) > mostFences {
		w.env.Rejected(rejectFences, f.FixTime.Unix())
	}
	return nil
}
