package shadow

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
)

// Kinds of the tables trips and stops.
const (
	kindTrip = "trip"
	kindStop = "stop_" // and parking or idling: there is a driving event idling as well
)

// storedTables are those of derived events, with columns in the order of
// Event's fields.
var storedTables = []struct{ name, columns string }{
	{"driving_events", "toString(kind), '', false, toString(severity), ifNull(peak_mps2, 0)"},
	{"trips", "'" + kindTrip + "', '', ongoing, '', distance_m"},
	{"stops", "concat('" + kindStop + "', toString(kind)), '', ongoing, '', 0.0"},
	{"condition_events", "toString(kind), if(code != '', toString(code), concat(toString(channel), ' ', toString(unit))), ongoing, '', ifNull(value_after - value_before, 0)"},
}

// stored reads the derived events of devices that start in the range.
func stored(ctx context.Context, conn driver.Conn, s *scope) (map[string][]Event, error) {
	out := map[string][]Event{}
	for _, t := range storedTables {
		rows, err := conn.Query(queryContext(ctx), "SELECT imei, toUnixTimestamp64Second(start_time), toUnixTimestamp64Second(end_time), toString(rule_version), "+
			t.columns+" FROM "+t.name+" WHERE NOT retracted AND imei IN ("+quoted(s.imeis)+
			") AND start_time >= "+second(s.from)+" AND start_time < "+second(s.to))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", t.name, err)
		}
		for rows.Next() {
			var e Event
			if err := rows.Scan(&e.IMEI, &e.Start, &e.End, &e.Version, &e.Kind, &e.Of, &e.Ongoing, &e.Severity, &e.Size); err != nil {
				_ = rows.Close()
				return nil, fmt.Errorf("read %s: %w", t.name, err)
			}
			out[e.IMEI] = append(out[e.IMEI], e.clean())
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("read %s: %w", t.name, err)
		}
	}
	return out, nil
}

// clean is the same for events from a table and from a detector.
func (e Event) clean() Event {
	e.Of = strings.TrimSpace(e.Of)
	if e.Severity == string(schema.SeverityNone) {
		e.Severity = ""
	}
	return e
}

// eventOf is what is compared of a record that would be stored.
func eventOf(o derive.Output) (id string, e Event, retracted bool) {
	switch r := o.Record.(type) {
	case *schema.DrivingEvent:
		e = Event{IMEI: r.IMEI, Kind: string(r.Kind), Start: r.StartTime.Unix(), End: r.EndTime.Unix(), Severity: string(r.Severity), Size: r.PeakMPS2.Value}
		return r.EventID, e.clean(), r.Retracted
	case *schema.TripRecord:
		if t := r.Trip; t != nil {
			return t.TripID, Event{IMEI: t.IMEI, Kind: kindTrip, Start: t.StartTime.Unix(), End: t.EndTime.Unix(), Ongoing: t.Ongoing, Size: t.DistanceM}, t.Retracted
		}
		s := r.Stop
		return s.StopID, Event{IMEI: s.IMEI, Kind: kindStop + s.Kind, Start: s.StartTime.Unix(), End: s.EndTime.Unix(), Ongoing: s.Ongoing}, s.Retracted
	case *schema.ConditionEvent:
		e = Event{IMEI: r.IMEI, Kind: string(r.Kind), Of: r.Channel + " " + r.Unit, Start: r.StartTime.Unix(), End: r.EndTime.Unix(), Ongoing: r.Ongoing}
		if r.Code != "" {
			e.Of = r.Code
		}
		if r.ValueBefore.Valid && r.ValueAfter.Valid {
			e.Size = r.ValueAfter.Value - r.ValueBefore.Value
		}
		return r.EventID, e.clean(), r.Retracted
	}
	panic("shadow: a derived record of no known kind") // derive makes no other
}
