package main

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// reasonTooLate says in a recompute request why what is derived was left as it is.
const reasonTooLate = "older_than_lateness"

// deriveFix takes a fix through the detectors. One that comes too late for them
// is stored all the same, marked, and a request to derive its stretch anew is
// recorded.
func deriveFix(w *work) error {
	e, ok := derive.EntryOfFix(&w.entry, &w.fix)
	if !ok {
		return nil
	}
	if !w.add(e) {
		w.fix.Quality = append(w.fix.Quality, schema.QualityLate)
		w.tooLate(&w.fix.Item, e)
	}
	return nil
}

// add takes an entry through the detectors, false if it is too old for them. A
// fault of theirs costs what is derived, never the item.
func (w *work) add(e timeline.Entry) (taken bool) {
	taken = true
	w.guard(w.dev, func() { taken = w.dev.derived.Add(w.env, e, w.raw.Place, w.say) })
	return taken
}

// guard turns a panic of the detectors into a counted fault, after which the
// device begins anew, so that it never becomes a crash loop.
func (w *work) guard(d *device, derive func()) {
	defer func() {
		if fault := recover(); fault != nil {
			stack := debug.Stack()
			w.fault(fmt.Sprintf("derive for device %s: %v\n%s", d.imei, fault, stack[:min(len(stack), stackBytes)]))
			d.derived.GiveUp()
		}
	}()
	derive()
}

// deriveItem does the same with what any other item says of the vehicle.
func deriveItem(w *work) error {
	if w.dev == nil {
		return nil
	}
	for i := range w.out {
		marks := w.env.Rules.MarksOf(w.out[i].Record)
		for m := range marks {
			e := timeline.Entry{Mark: &marks[m]}
			if !w.add(e) {
				w.tooLate(&schema.Item{
					IMEI: w.dev.imei, ReceivedTime: w.raw.Headers.Received, Source: w.raw.Headers.Source, Place: w.raw.Place,
				}, e)
			}
		}
	}
	return nil
}

// tooLate records one request for an item, however many marks it has.
func (w *work) tooLate(item *schema.Item, e timeline.Entry) {
	if w.recompute != nil {
		return
	}
	w.recompute = &schema.Recompute{
		IMEI: item.IMEI, EventTime: moment(e.Time()), NewestTime: moment(w.dev.derived.Newest()),
		ReceivedTime: item.ReceivedTime, Source: item.Source, Kind: w.kind.Name, Reason: reasonTooLate, Place: item.Place,
	}
}

// hear gathers what follows from the record.
func (w *work) hear(o derive.Output) { w.derived = append(w.derived, o) }

// finish ends the batch for a device: corrections that late entries led to go
// out.
func (p *processor) finish(b *batch, d *device) {
	w := &b.work
	clear(w.derived)
	w.derived, w.recompute = w.derived[:0], nil
	w.guard(d, func() { d.derived.Finish(b.envOf(d), w.say) })
	p.emitDerived(b, []byte(d.imei), w, derivedHeaders)
}

// emitDerived puts out what follows from a record or a batch. What cannot be
// encoded is a fault of ours, and does not cost the record.
func (p *processor) emitDerived(b *batch, key []byte, w *work, headers []kgo.RecordHeader) {
	put := func(topic schema.Topic, record any) {
		value, err := schema.Encode(record)
		if err != nil {
			b.counts.fault(fmt.Sprintf("encode for %s: %v", topic, err))
			return
		}
		start := len(b.bytes)
		b.bytes = append(b.bytes, value...)
		b.put(p.names[topic], key, start, headers)
	}
	for i := range w.derived {
		put(w.derived[i].Topic, w.derived[i].Record)
		b.counts.derive(&w.derived[i])
	}
	if w.recompute != nil {
		b.counts.tooLate++
		put(schema.TopicRecompute, w.recompute)
	}
}

// envOf is what a device is judged with in this batch.
func (b *batch) envOf(d *device) *derive.Env {
	b.env.IMEI, b.env.Profile, b.env.Driver = d.imei, d.definition.profile, d.definition.driver
	b.view.IMEI, b.view.Group = d.imei, d.definition.group
	return &b.env
}

func moment(second int64) time.Time { return time.Unix(second, 0).UTC() }
