package history

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/odograph/odograph/pkg/schema"
)

// A storedTable is one of derived events, and how its rows are read.
type storedTable struct {
	name, id, time, columns string
	scan                    func(scan) (record, error)
}

var storedTables = []storedTable{
	{
		"driving_events", "event_id", "start_time", "kind, start_time, end_time, severity, peak_mps2, source, sources, confidence, lat, lng, alarm_code, " +
			"vehicle_class, threshold_mps2, gap_s, speed_before_kmh, speed_after_kmh, heading_change_deg, peak_heading_change_deg, max_speed_kmh, " +
			"limit_kmh, limit_source, distance_m", scanDriving,
	},
	{
		"trips", "trip_id", "start_time", "start_time, end_time, distance_m, max_speed_kmh, idle_s, observable_share, ongoing, driving_s, observable_s, " +
			"fixes, longest_gap_s, start_lat, start_lng, end_lat, end_lng, odometer_distance_m, end_reason, driver, driver_source", scanTrip,
	},
	{"stops", "stop_id", "start_time", "start_time, end_time, kind, lat, lng, ongoing", scanStop},
	{
		"condition_events", "event_id", "start_time", "kind, start_time, end_time, ongoing, channel, code, unit, value_before, value_after, " +
			"value_min, value_max, limit_min, limit_max, lat, lng", scanCondition,
	},
	{
		"geofence_events", "event_id", "at", "fence_id, fence_version, kind, at, confirmed_at, inferred, lat, lng, dwell_s, gap_s, speed_kmh", scanFence,
	},
}

// A scan reads the next columns of a row.
type scan func(dest ...any) error

// retractedToo are the settings of a query that sees the latest revision of
// every event itself.
var retractedToo = clickhouse.Settings{"final": 0, "max_execution_time": settings["max_execution_time"]}

// stored reads the latest revisions of derived events of devices that start in
// the range, retracted ones too. only are fences whose events alone are read.
func stored(ctx context.Context, conn driver.Conn, s *scope, only []string) (map[string][]record, error) {
	out := map[string][]record{}
	for i := range storedTables {
		t := &storedTables[i]
		where := ""
		if only != nil {
			if t.name != "geofence_events" {
				continue
			}
			where = " AND fence_id IN (" + quoted(only) + ")"
		}
		if err := t.read(ctx, conn, s, where, out); err != nil {
			return nil, fmt.Errorf("read %s: %w", t.name, err)
		}
	}
	return out, nil
}

func (t *storedTable) read(ctx context.Context, conn driver.Conn, s *scope, where string, out map[string][]record) error {
	from, after := s.from, ""
	if s.over != 0 && strings.Contains(t.columns, "end_time") {
		from, after = s.over, " WHERE "+t.time+" >= "+second(s.from)+" OR end_time > "+second(s.from)
	}
	rows, err := conn.Query(clickhouse.Context(ctx, clickhouse.WithSettings(retractedToo)),
		"SELECT "+t.id+", imei, revision, retracted, rule_version, raw_partition, raw_offset, "+t.columns+" FROM (SELECT * FROM "+t.name+
			" WHERE imei IN ("+quoted(s.imeis)+") AND "+t.time+" >= "+second(from)+" AND "+t.time+" < "+second(s.to)+where+
			" ORDER BY imei, "+t.time+", "+t.id+", revision DESC, inserted_time DESC LIMIT 1 BY imei, "+t.id+")"+after)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, imei, version string
		var revised schema.Revised
		var place schema.Place
		r, err := t.scan(func(dest ...any) error {
			return rows.Scan(append([]any{&id, &imei, &revised.Revision, &revised.Retracted, &version, &place.RawPartition, &place.RawOffset}, dest...)...)
		})
		if err != nil {
			return err
		}
		name(r, id, imei)
		h := headOf(r)
		*h.version, *h.revised, *h.place = version, revised, place
		out[imei] = append(out[imei], r)
	}
	return rows.Err()
}

// name sets what a record's identity is.
func name(r record, id, imei string) {
	switch e := r.(type) {
	case *schema.DrivingEvent:
		e.EventID, e.IMEI = id, imei
	case *schema.Trip:
		e.TripID, e.IMEI = id, imei
	case *schema.Stop:
		e.StopID, e.IMEI = id, imei
	case *schema.ConditionEvent:
		e.EventID, e.IMEI = id, imei
	case *schema.GeofenceEvent:
		e.EventID, e.IMEI = id, imei
	}
}

// optional collects columns that may be NULL, and where they go.
type optional []func()

func optTo[T any](o *optional, to *schema.Opt[T]) **T {
	p := new(*T)
	*o = append(*o, func() { *to = option(*p) })
	return p
}

func (o optional) set() {
	for _, f := range o {
		f()
	}
}

func scanDriving(scan scan) (record, error) {
	e, o := &schema.DrivingEvent{}, optional{}
	var kind, severity, source, confidence string
	var sources []string
	err := scan(&kind, &e.StartTime, &e.EndTime, &severity, optTo(&o, &e.PeakMPS2), &source, &sources, &confidence, optTo(&o, &e.Lat), optTo(&o, &e.Lng),
		&e.AlarmCode, &e.VehicleClass, optTo(&o, &e.ThresholdMPS2), optTo(&o, &e.GapS), optTo(&o, &e.SpeedBeforeKMH), optTo(&o, &e.SpeedAfterKMH),
		optTo(&o, &e.HeadingChangeDeg), optTo(&o, &e.PeakHeadingDeg), optTo(&o, &e.MaxSpeedKMH), optTo(&o, &e.LimitKMH), &e.LimitSource, optTo(&o, &e.DistanceM))
	o.set()
	e.Kind, e.Severity, e.Source, e.Confidence = schema.DrivingKind(kind), schema.Severity(severity), schema.EvidenceSource(source), schema.Confidence(confidence)
	for _, s := range sources {
		e.Sources = append(e.Sources, schema.EvidenceSource(s))
	}
	return e, utc(err, &e.StartTime, &e.EndTime)
}

func scanTrip(scan scan) (record, error) {
	t, o := &schema.Trip{}, optional{}
	err := scan(&t.StartTime, &t.EndTime, &t.DistanceM, optTo(&o, &t.MaxSpeedKMH), &t.IdleS, optTo(&o, &t.ObservableShare), &t.Ongoing,
		optTo(&o, &t.DrivingS), optTo(&o, &t.ObservableS), optTo(&o, &t.Fixes), optTo(&o, &t.LongestGapS), optTo(&o, &t.StartLat), optTo(&o, &t.StartLng),
		optTo(&o, &t.EndLat), optTo(&o, &t.EndLng), optTo(&o, &t.OdometerM), &t.EndReason, &t.Driver, &t.DriverSource)
	o.set()
	return t, utc(err, &t.StartTime, &t.EndTime)
}

func scanStop(scan scan) (record, error) {
	s := &schema.Stop{}
	err := scan(&s.StartTime, &s.EndTime, &s.Kind, &s.Lat, &s.Lng, &s.Ongoing)
	return s, utc(err, &s.StartTime, &s.EndTime)
}

func scanCondition(scan scan) (record, error) {
	e, o := &schema.ConditionEvent{}, optional{}
	var kind string
	err := scan(&kind, &e.StartTime, &e.EndTime, &e.Ongoing, &e.Channel, &e.Code, &e.Unit, optTo(&o, &e.ValueBefore), optTo(&o, &e.ValueAfter),
		optTo(&o, &e.ValueMin), optTo(&o, &e.ValueMax), optTo(&o, &e.LimitMin), optTo(&o, &e.LimitMax), optTo(&o, &e.Lat), optTo(&o, &e.Lng))
	o.set()
	e.Kind = schema.ConditionKind(kind)
	return e, utc(err, &e.StartTime, &e.EndTime)
}

func scanFence(scan scan) (record, error) {
	e, o := &schema.GeofenceEvent{}, optional{}
	err := scan(&e.FenceID, &e.FenceVersion, &e.Kind, &e.At, &e.ConfirmedAt, &e.Inferred, &e.Lat, &e.Lng,
		optTo(&o, &e.DwellS), optTo(&o, &e.GapS), optTo(&o, &e.SpeedKMH))
	o.set()
	return e, utc(err, &e.At, &e.ConfirmedAt)
}

// utc makes times those that derive gives, where there is no error.
func utc(err error, times ...*time.Time) error {
	for _, t := range times {
		*t = t.UTC()
	}
	return err
}
