package main

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/odograph/odograph/pkg/dedup"
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/h3"
	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
	"github.com/odograph/odograph/pkg/track"
)

// work is one raw record on its way through the stages.
type work struct {
	raw  jimi.Raw
	kind jimi.Kind
	dev  *device // nil where the item names no device

	fix   schema.Fix // of a kind of fix
	print byte
	head  track.Head // of the device after this fix

	out []jimi.Output // of any other kind: what goes out
	at  time.Time     // the item's own time, zero if it has none
	id  uint64

	view      *fences.View // how fences lie to the device
	fences    []string     // of the fix
	env       *derive.Env  // what the device is judged with
	entry     timeline.Fix
	say       func(derive.Output) // hear, made once
	fault     func(string)        // takes a fault of the detectors
	derived   []derive.Output     // what follows from the item
	recompute *schema.Recompute   // set: it came too late for that

	repeat *schema.Repeat // set: the item is a repeat and goes out as that
	reused schema.Repeat
}

// A stage is one step. An error makes the record a dead letter.
type stage struct {
	name string
	run  func(*work) error
}

// fixStages is what happens to a fix, in order. The reasons for the order:
// everything needs the values; a repeat needs nothing more; the flags that
// compare with the device's head need those that a fix shows by itself, and so
// do the detectors behind derive (their own list is in pkg/derive); and remember
// comes last, since only a fix on which nothing has failed may count as seen.
var fixStages = []stage{
	{"decode", decodeFix},
	{"recognise", recogniseFix},
	{"quality", judgeFix},
	{"cells", findCells},
	{"fences", findFences},
	{"derive", deriveFix},
	{"remember", rememberFix},
}

// itemStages is what happens to any other item.
var itemStages = []stage{
	{"decode", decodeItem},
	{"recognise", recogniseItem},
	{"derive", deriveItem},
	{"remember", rememberItem},
}

// pass takes a record through the stages until it is found to be a repeat. A
// panic in one of them is an error of that record, and no more.
func pass(w *work, stages []stage) (err error) {
	name := ""
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{stage: name, value: p, stack: debug.Stack()}
		}
	}()
	for i := range stages {
		name = stages[i].name
		if err := stages[i].run(w); err != nil {
			return err
		}
		if w.repeat != nil {
			return nil
		}
	}
	return nil
}

// A panicError is a fault in our own code, met by one record.
type panicError struct {
	stage string
	value any
	stack []byte
}

const stackBytes = 4 << 10

func (e *panicError) Error() string {
	return fmt.Sprintf("panic in stage %s: %v (a fault of Odograph: please report it)\n%s", e.stage, e.value, e.stack[:min(len(e.stack), stackBytes)])
}

func decodeFix(w *work) error { return jimi.DecodeFix(&w.fix, &w.raw) }

func recogniseFix(w *work) error {
	f := &w.fix
	w.print = dedup.Fingerprint(f)
	switch outcome := w.dev.window.Lookup(f.FixTime.Unix(), w.print); outcome {
	case dedup.New:
	case dedup.BeyondWindow:
		f.Quality = append(f.Quality, schema.QualityUnverified)
	default:
		w.reused = schema.Repeat{
			Item: f.Item, Kind: w.kind.Name, EventTime: f.FixTime, IsFix: true, Conflict: outcome == dedup.Conflict,
			Lat: schema.Some(f.Lat), Lng: schema.Some(f.Lng), SpeedKMH: f.SpeedKMH, HeadingDeg: f.HeadingDeg,
		}
		w.repeat = &w.reused
	}
	return nil
}

func judgeFix(w *work) error {
	f := &w.fix
	f.Quality = flags(f)
	q, head := judge(w.dev.head, f)
	if q != "" {
		f.Quality = append(f.Quality, q)
	}
	w.head = head
	return nil
}

func findCells(w *work) error {
	f := &w.fix
	p := h3.At(f.Lat, f.Lng)
	f.H3R7, f.H3R9, f.H3R11 = schema.Cell(p.Cell(7)), schema.Cell(p.Cell(9)), schema.Cell(p.Cell(11))
	if f.H3R7 == 0 {
		return fmt.Errorf("no H3 cell of %v, %v", f.Lat, f.Lng)
	}
	return nil
}

func rememberFix(w *work) error {
	d := w.dev
	if d.window.Lookup(w.fix.FixTime.Unix(), w.print) == dedup.New { // not where it is beyond the window
		d.window.Add(w.fix.FixTime.Unix(), w.print)
	}
	if w.head != d.head {
		d.head, d.headDirty = w.head, true
	}
	return nil
}

func decodeItem(w *work) (err error) {
	w.out, w.at, err = jimi.Decode(w.out[:0], w.kind, &w.raw)
	return err
}

// recogniseItem finds items that were delivered before. Where an item has a
// time of its own its content is its identity: the vendor may send it again.
// Without one, two equal items may both be true (two answers to commands), and
// only the collector's id tells a second delivery.
func recogniseItem(w *work) error {
	if w.at.IsZero() {
		w.id = dedup.Identity(schema.HeaderItemID, []byte(w.raw.Headers.ItemID))
	} else {
		w.id = dedup.Identity(w.kind.Name, w.raw.Value)
	}
	if w.dev != nil && w.dev.recent.Seen(w.id) {
		w.reused = schema.Repeat{
			Item: schema.Item{IMEI: w.dev.imei, ReceivedTime: w.raw.Headers.Received, Source: w.raw.Headers.Source,
				Account: w.raw.Headers.Account, Place: w.raw.Place},
			Kind: w.kind.Name, EventTime: w.at,
		}
		if w.at.IsZero() {
			w.reused.EventTime = w.raw.Headers.Received
		}
		w.repeat = &w.reused
	}
	return nil
}

func rememberItem(w *work) error {
	if w.dev != nil && (!w.at.IsZero() || w.raw.Headers.ItemID != "") {
		w.dev.recent, w.dev.recentDirty = w.dev.recent.With(w.id), true
	}
	return nil
}
