package history

import (
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A judge takes one device's items through the detectors.
type judge struct {
	env     derive.Env
	view    fences.View
	device  derive.Device
	only    func(record) bool // which events are looked at; nil: all
	events  map[string]record // by id, what was said last
	fix     timeline.Fix
	added   int
	fixes   cover
	sensors cover        // and trouble codes
	place   schema.Place // of the newest item
	placed  bool         // there is one
}

// finishEach is how many entries a device takes before what came late among
// them (several of one second) is looked at, as the enricher does after each
// batch.
const finishEach = 100

func newJudge(rules *derive.Rules, book *fences.Book, d *definition) *judge {
	j := &judge{
		env:    derive.Env{IMEI: d.IMEI, Profile: derive.ProfileOf(&d.Device), Driver: d.DriverName},
		view:   fences.View{IMEI: d.IMEI, Group: d.Group},
		events: map[string]record{},
	}
	j.env.By(rules, book, &j.view, nil)
	return j
}

func (j *judge) take(row *Row) {
	j.place, j.placed = row.Place, true
	if f, ok := row.Record.(*schema.Fix); ok {
		if e, ok := derive.EntryOfFix(&j.fix, f); ok {
			j.add(e)
		}
		return
	}
	switch row.Record.(type) {
	case *schema.Sensor, *schema.Fault:
		j.sensors.add(row.Second)
	}
	marks := j.env.Rules.MarksOf(row.Record)
	for i := range marks {
		j.add(timeline.Entry{Mark: &marks[i]})
	}
}

func (j *judge) add(e timeline.Entry) {
	j.device.Add(&j.env, e, j.place, j.hear)
	if e.Fix != nil {
		j.fixes.add(e.Time())
	}
	if j.added++; j.added%finishEach == 0 {
		j.finish()
	}
}

func (j *judge) finish() {
	j.device.Finish(&j.env, j.hear)
	j.device.Settle()
}

func (j *judge) hear(o derive.Output) {
	r := recordOf(o)
	if j.only != nil && !j.only(r) {
		return
	}
	h := headOf(r)
	if h.revised.Retracted {
		delete(j.events, h.id)
		return
	}
	j.events[h.id] = r
}

// list ends the device and gives its events, in no order.
func (j *judge) list() []record {
	j.finish()
	out := make([]record, 0, len(j.events))
	for _, r := range j.events {
		out = append(out, r)
	}
	return out
}
