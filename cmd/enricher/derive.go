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
	if !w.dev.derived.Add(w.env, e, w.raw.Place, w.say) {
		w.fix.Quality = append(w.fix.Quality, schema.QualityLate)
		w.tooLate(&w.fix.Item, e)
	}
	return nil
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
			if !w.dev.derived.Add(w.env, e, w.raw.Place, w.say) {
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
// out. A panic costs what this batch's late entries would have corrected, is
// counted, and never becomes a crash loop.
func (p *processor) finish(b *batch, d *device) {
	w := &b.work
	clear(w.derived)
	w.derived, w.recompute = w.derived[:0], nil
	defer func() {
		if fault := recover(); fault != nil {
			stack := debug.Stack()
			b.counts.faults = append(b.counts.faults, fmt.Sprintf("derive for device %s: %v\n%s", d.imei, fault, stack[:min(len(stack), stackBytes)]))
			d.derived.GiveUp()
		}
	}()
	d.derived.Finish(b.envOf(d), w.say)
	if err := p.emitDerived(b, []byte(d.imei), w, derivedHeaders); err != nil {
		b.counts.faults = append(b.counts.faults, err.Error())
	}
}

// emitDerived puts out what follows from a record or a batch.
func (p *processor) emitDerived(b *batch, key []byte, w *work, headers []kgo.RecordHeader) error {
	put := func(topic schema.Topic, record any) error {
		value, err := schema.Encode(record)
		if err != nil {
			return err
		}
		start := len(b.bytes)
		b.bytes = append(b.bytes, value...)
		b.put(p.names[topic], key, start, headers)
		return nil
	}
	for i := range w.derived {
		if err := put(w.derived[i].Topic, w.derived[i].Record); err != nil {
			return err
		}
		b.counts.derive(&w.derived[i])
	}
	if w.recompute != nil {
		b.counts.tooLate++
		return put(schema.TopicRecompute, w.recompute)
	}
	return nil
}

// envOf is what a device is judged with in this batch.
func (b *batch) envOf(d *device) *derive.Env {
	b.env.IMEI, b.env.Profile, b.env.Driver = d.imei, d.definition.profile, d.definition.driver
	return &b.env
}

func moment(second int64) time.Time { return time.Unix(second, 0).UTC() }
