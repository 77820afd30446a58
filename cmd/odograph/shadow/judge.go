package shadow

import (
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A judge takes one device's items through the detectors with the candidate
// rules.
type judge struct {
	env    derive.Env
	device derive.Device
	events map[string]Event // by id, what was said last
	fix    timeline.Fix
	added  int
}

// finishEach is how many entries a device takes before what came late among
// them (several of one second) is looked at, as the enricher does after each
// batch.
const finishEach = 100

func newJudge(rules *derive.Rules, d *definition) *judge {
	return &judge{
		env:    derive.Env{IMEI: d.IMEI, Rules: rules, Profile: derive.ProfileOf(&d.Device), Driver: d.DriverName},
		events: map[string]Event{},
	}
}

func (j *judge) take(record any) {
	if f, ok := record.(*schema.Fix); ok {
		if e, ok := derive.EntryOfFix(&j.fix, f); ok {
			j.add(e)
		}
		return
	}
	marks := j.env.Rules.MarksOf(record)
	for i := range marks {
		j.add(timeline.Entry{Mark: &marks[i]})
	}
}

func (j *judge) add(e timeline.Entry) {
	j.device.Add(&j.env, e, schema.Place{}, j.hear)
	if j.added++; j.added%finishEach == 0 {
		j.finish()
	}
}

func (j *judge) finish() {
	j.device.Finish(&j.env, j.hear)
	j.device.Settle()
}

func (j *judge) hear(o derive.Output) {
	id, e, retracted := eventOf(o)
	if retracted {
		delete(j.events, id)
		return
	}
	j.events[id] = e
}

// list ends the device and gives its events.
func (j *judge) list() []Event {
	j.finish()
	out := make([]Event, 0, len(j.events))
	for _, e := range j.events {
		out = append(out, e)
	}
	return out // Diff puts them in order
}
