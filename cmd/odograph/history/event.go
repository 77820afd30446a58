package history

import (
	"fmt"
	"strings"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
)

// Kinds of the tables trips, stops and geofence_events.
const (
	kindTrip  = "trip"
	kindStop  = "stop_"     // and parking or idling: there is a driving event idling as well
	kindFence = "geofence_" // and its kind
)

// A record is a derived event with all that is stored of it: one of
// *schema.DrivingEvent, *schema.Trip, *schema.Stop, *schema.ConditionEvent and
// *schema.GeofenceEvent.
type record any

// A head is what the records of all kinds have, to be read and changed.
type head struct {
	id      string
	imei    string
	version *string
	revised *schema.Revised
	place   *schema.Place
}

func headOf(r record) head {
	switch e := r.(type) {
	case *schema.DrivingEvent:
		return head{e.EventID, e.IMEI, &e.RuleVersion, &e.Revised, &e.Place}
	case *schema.Trip:
		return head{e.TripID, e.IMEI, &e.RuleVersion, &e.Revised, &e.Place}
	case *schema.Stop:
		return head{e.StopID, e.IMEI, &e.RuleVersion, &e.Revised, &e.Place}
	case *schema.ConditionEvent:
		return head{e.EventID, e.IMEI, &e.RuleVersion, &e.Revised, &e.Place}
	case *schema.GeofenceEvent:
		return head{e.EventID, e.IMEI, &e.RuleVersion, &e.Revised, &e.Place}
	}
	panic("history: a derived record of no known kind") // derive makes no other
}

// recordOf takes a record out of what derive gives.
func recordOf(o derive.Output) record {
	if t, ok := o.Record.(*schema.TripRecord); ok {
		if t.Trip != nil {
			return t.Trip
		}
		return t.Stop
	}
	return o.Record
}

// outputOf is the record as it stands in a topic.
func outputOf(r record) derive.Output {
	switch e := r.(type) {
	case *schema.DrivingEvent:
		return derive.Output{Topic: schema.TopicDriving, Record: e}
	case *schema.Trip:
		return derive.Output{Topic: schema.TopicTrips, Record: &schema.TripRecord{Trip: e}}
	case *schema.Stop:
		return derive.Output{Topic: schema.TopicTrips, Record: &schema.TripRecord{Stop: e}}
	case *schema.ConditionEvent:
		return derive.Output{Topic: schema.TopicConditions, Record: e}
	}
	return derive.Output{Topic: schema.TopicGeofence, Record: r}
}

// clone is a copy whose head may be changed.
func clone(r record) record {
	switch e := r.(type) {
	case *schema.DrivingEvent:
		c := *e
		return &c
	case *schema.Trip:
		c := *e
		return &c
	case *schema.Stop:
		c := *e
		return &c
	case *schema.ConditionEvent:
		c := *e
		return &c
	}
	c := *r.(*schema.GeofenceEvent)
	return &c
}

// content is all of a record but its revision and place.
func content(r record) (string, error) {
	r = clone(r)
	h := headOf(r)
	*h.revised, *h.place = schema.Revised{}, schema.Place{}
	b, err := schema.Encode(r)
	return string(b), err
}

// An Event is what is compared of a derived event.
type Event struct {
	IMEI     string  `json:"imei"`
	Kind     string  `json:"kind"`
	Of       string  `json:"of,omitzero"` // channel, unit, code or fence of which there may be several at once
	Start    int64   `json:"start"`       // seconds since 1970
	End      int64   `json:"end"`
	Ongoing  bool    `json:"ongoing,omitzero"`
	Severity string  `json:"severity,omitzero"`
	Size     float64 `json:"size,omitzero"` // m/s² of harsh driving, metres of trips, change of a fuel level, seconds inside a geofence, 0 for others
	Version  string  `json:"-"`             // of the rules
}

// eventOf is what is compared of a record.
func eventOf(r record) Event {
	var e Event
	switch r := r.(type) {
	case *schema.DrivingEvent:
		e = Event{IMEI: r.IMEI, Kind: string(r.Kind), Start: r.StartTime.Unix(), End: r.EndTime.Unix(), Severity: string(r.Severity), Size: r.PeakMPS2.Value}
	case *schema.Trip:
		e = Event{IMEI: r.IMEI, Kind: kindTrip, Start: r.StartTime.Unix(), End: r.EndTime.Unix(), Ongoing: r.Ongoing, Size: r.DistanceM}
	case *schema.Stop:
		e = Event{IMEI: r.IMEI, Kind: kindStop + r.Kind, Start: r.StartTime.Unix(), End: r.EndTime.Unix(), Ongoing: r.Ongoing}
	case *schema.ConditionEvent:
		e = Event{IMEI: r.IMEI, Kind: string(r.Kind), Of: r.Channel + " " + r.Unit, Start: r.StartTime.Unix(), End: r.EndTime.Unix(), Ongoing: r.Ongoing}
		if r.Code != "" {
			e.Of = r.Code
		}
		if r.ValueBefore.Valid && r.ValueAfter.Valid {
			e.Size = r.ValueAfter.Value - r.ValueBefore.Value
		}
	case *schema.GeofenceEvent:
		e = Event{IMEI: r.IMEI, Kind: kindFence + r.Kind, Of: r.FenceID, Start: r.At.Unix(), End: r.At.Unix(), Size: r.DwellS.Value}
	}
	e.Of, e.Version = strings.TrimSpace(e.Of), *headOf(r).version
	if e.Severity == string(schema.SeverityNone) {
		e.Severity = ""
	}
	return e
}

// String is an event in a list, where its device and kind stand beside it.
func (e *Event) String() string {
	if e == nil {
		return "–"
	}
	s := moment(e.Start)
	if e.End != e.Start {
		s += " to " + moment(e.End)
	}
	if e.Ongoing {
		s += "…"
	}
	if e.Severity != "" {
		s += " " + e.Severity
	}
	if e.Size != 0 {
		s += fmt.Sprintf(" %.4g", e.Size)
	}
	return s
}
