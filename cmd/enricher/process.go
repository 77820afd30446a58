package main

import (
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A processor turns the raw records of one partition into what goes out of it.
type processor struct {
	names      map[schema.Topic]string
	fixStages  []stage
	itemStages []stage

	rules       func() *derive.Rules
	fences      func() *fences.Book
	definitions *definitions

	// road gives the speed limit of the road at a fix, in km/h, 0 where it is not
	// known; nil: there is no map. It must depend on nothing but the fix.
	road func(*timeline.Fix) float64
}

func newProcessor(prefix string, rules func() *derive.Rules, book func() *fences.Book, defs *definitions) *processor {
	p := &processor{names: map[schema.Topic]string{}, fixStages: fixStages, itemStages: itemStages, rules: rules, fences: book, definitions: defs}
	for _, t := range schema.Topics {
		p.names[t.Topic] = t.Topic.Name(prefix)
	}
	return p
}

// A batch is what one transaction puts out for one partition. It is used again
// after the transaction has ended.
type batch struct {
	partition int32
	now       time.Time // for the dead letters' first_seen
	bytes     []byte    // the arena of all values and keys
	records   []*kgo.Record
	work      work
	env       derive.Env
	view      fences.View // of env, and of the device it is set to
	counts    counts
}

func (b *batch) reset(partition int32, now time.Time) {
	b.partition, b.now = partition, now
	b.bytes, b.records = b.bytes[:0], b.records[:0]
	b.counts.reset()
}

// put adds a record; value was appended to b.bytes from start on.
func (b *batch) put(topic string, key []byte, start int, headers []kgo.RecordHeader) {
	if n := len(b.records); n < cap(b.records) && b.records[:n+1][n] != nil {
		b.records = b.records[:n+1] // a record of an earlier batch, used again
	} else {
		b.records = append(b.records, new(kgo.Record))
	}
	*b.records[len(b.records)-1] = kgo.Record{Topic: topic, Partition: b.partition, Key: key, Value: b.bytes[start:len(b.bytes):len(b.bytes)], Headers: headers}
}

// run takes the records of one partition, in order, through the stages.
func (p *processor) run(b *batch, o *overlay, in []*kgo.Record) {
	p.judgeBy(b)
	b.work.view, b.work.env, b.work.say, b.work.fault = &b.view, &b.env, b.work.hear, b.counts.fault
	for _, r := range in {
		p.record(b, o, r)
		o.next = r.Offset + 1
	}
	for _, d := range o.touched {
		p.finish(b, d)
	}
	o.changelog(func(key, value []byte) {
		start := len(b.bytes)
		b.bytes = append(b.bytes, key...)
		k := b.bytes[start:len(b.bytes):len(b.bytes)]
		start = len(b.bytes)
		b.bytes = append(b.bytes, value...)
		b.put(p.names[schema.TopicState], k, start, nil)
		if value == nil { // the end of a part
			b.records[len(b.records)-1].Value = nil
		}
	})
}

func (p *processor) record(b *batch, o *overlay, r *kgo.Record) {
	w := &b.work
	w.raw = jimi.Raw{Value: r.Value, Place: schema.Place{RawPartition: r.Partition, RawOffset: r.Offset}}
	clear(w.out) // lets go of the records of the item before
	clear(w.derived)
	w.out, w.repeat, w.dev, w.at = w.out[:0], nil, nil, time.Time{}
	w.derived, w.recompute = w.derived[:0], nil
	if err := p.identify(b, o, r); err != nil {
		p.deadLetter(b, r, w, err)
		return
	}
	stages := p.itemStages
	if w.kind.Class == jimi.ClassFix {
		stages = p.fixStages
	}
	err := pass(w, stages)
	if err == nil {
		err = p.emit(b, r, w)
	}
	if err != nil {
		p.deadLetter(b, r, w, err)
	}
}

// identify reads the headers and finds the device.
func (p *processor) identify(b *batch, o *overlay, r *kgo.Record) error {
	w := &b.work
	for _, h := range r.Headers {
		if err := w.raw.Headers.Set(h.Key, h.Value); err != nil {
			return &jimi.Error{Reason: schema.ReasonHeaderMissing, Kind: w.raw.Headers.Kind, Err: err}
		}
	}
	err := w.raw.Headers.Validate()
	kind, known := jimi.LookupKind(w.raw.Headers.Kind)
	w.kind = kind
	if err == nil && !known {
		err = errors.New("header kind names a kind that this version does not know: is the collector newer than the enricher?")
	}
	if err != nil {
		return &jimi.Error{Reason: schema.ReasonHeaderMissing, Kind: w.raw.Headers.Kind, Err: err}
	}
	w.raw.Kind = w.kind.Name
	key := r.Key
	if len(key) == 0 {
		imei, _ := jimi.IMEI(r.Value)
		key = []byte(imei)
	}
	if len(key) > 0 {
		var first bool
		if w.dev, first = o.device(key); first {
			w.dev.definition = p.definitions.of(key)
		}
		w.raw.IMEI = w.dev.imei
		b.envOf(w.dev)
	}
	return nil
}

// emit puts out what became of a record: all of it, or nothing and an error.
func (p *processor) emit(b *batch, r *kgo.Record, w *work) error {
	headers := headersFor(&w.raw.Headers)
	start := len(b.bytes)
	switch {
	case w.repeat != nil:
		b.bytes = w.repeat.AppendJSON(b.bytes)
		b.put(p.names[schema.TopicRepeats], r.Key, start, headers)
		b.counts.repeats++
	case w.kind.Class == jimi.ClassFix:
		b.bytes = w.fix.AppendJSON(b.bytes)
		b.put(p.names[schema.TopicFixes], r.Key, start, headers)
		b.counts.fixes++
		b.counts.lateness(w)
	default:
		before := len(b.records)
		for i := range w.out {
			value, err := schema.Encode(w.out[i].Record)
			if err != nil {
				b.records = b.records[:before]
				return err
			}
			start = len(b.bytes)
			b.bytes = append(b.bytes, value...)
			b.put(p.names[w.out[i].Topic], r.Key, start, headers)
		}
		b.counts.items++
	}
	p.emitDerived(b, r.Key, w, headers)
	return nil
}

// deadLetter puts a record aside with its bytes and the reason.
func (p *processor) deadLetter(b *batch, r *kgo.Record, w *work, cause error) {
	reason := schema.ReasonInvalidField
	var itemErr *jimi.Error
	var panicErr *panicError
	switch {
	case errors.As(cause, &itemErr):
		reason = itemErr.Reason
	case errors.As(cause, &panicErr):
		reason = schema.ReasonPanic
	}
	h := &w.raw.Headers
	d := schema.DeadLetter{
		Reason: reason, Error: cause.Error(), Topic: r.Topic, Partition: r.Partition, Offset: r.Offset,
		Kind: h.Kind, IMEI: w.raw.IMEI, Source: h.Source, Account: h.Account, FirstSeen: b.now,
		RawPartition: schema.Some(r.Partition), RawOffset: schema.Some(r.Offset), Value: r.Value,
	}
	if !h.Received.IsZero() {
		d.ReceivedTime = schema.Some(h.Received)
	}
	value, err := schema.Encode(&d)
	if err != nil { // its parts are strings, numbers and bytes: nothing in it can fail to encode
		panic(err)
	}
	start := len(b.bytes)
	b.bytes = append(b.bytes, value...)
	b.put(p.names[schema.TopicDeadLetters], r.Key, start, headersFor(h))
	b.counts.deadLetter(reason)
}

// sourceHeaders are the headers of each source, made once.
var sourceHeaders = func() map[schema.Source][]kgo.RecordHeader {
	out := map[schema.Source][]kgo.RecordHeader{}
	for _, s := range []schema.Source{
		schema.SourcePush, schema.SourceOpenAPI, schema.SourceTag, schema.SourceLocationList,
		schema.SourceLocationGet, schema.SourceTrackList, schema.SourcePoll, schema.SourceAPI,
	} {
		out[s] = makeHeaders(s)
	}
	return out
}()

const schemaVersion = "1"

// derivedHeaders are those of a record that follows from a whole batch.
var derivedHeaders = []kgo.RecordHeader{{Key: schema.HeaderSchema, Value: []byte(schemaVersion)}}

func makeHeaders(s schema.Source) []kgo.RecordHeader {
	return []kgo.RecordHeader{
		{Key: schema.HeaderSource, Value: []byte(s)},
		{Key: schema.HeaderSchema, Value: []byte(schemaVersion)},
	}
}

func headersFor(h *schema.RawHeaders) []kgo.RecordHeader {
	out, ok := sourceHeaders[h.Source]
	if !ok {
		out = makeHeaders(h.Source)
	}
	if h.Trace != "" {
		out = append(out[:len(out):len(out)], kgo.RecordHeader{Key: schema.HeaderTrace, Value: []byte(h.Trace)})
	}
	return out
}
