package clickhouse

import (
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

var drivingTable = derivedTable("driving_events", "event_id", "start_time",
	func(e *schema.DrivingEvent) derived {
		return derived{e.EventID, e.IMEI, e.StartTime, e.Revised, e.Place}
	},
	func() columnList[schema.DrivingEvent] {
		return columnList[schema.DrivingEvent]{
			word("kind", func(e *schema.DrivingEvent) string { return string(e.Kind) }),
			moment("end_time", 3, func(e *schema.DrivingEvent) time.Time { return e.EndTime }),
			word("severity", func(e *schema.DrivingEvent) string { return string(e.Severity) }),
			optNumber("peak_mps2", func(e *schema.DrivingEvent) schema.Opt[float64] { return e.PeakMPS2 }),
			word("source", func(e *schema.DrivingEvent) string { return string(e.Source) }),
			word("confidence", func(e *schema.DrivingEvent) string { return string(e.Confidence) }),
			word("rule_version", func(e *schema.DrivingEvent) string { return e.RuleVersion }),
			optNumber("lat", func(e *schema.DrivingEvent) schema.Opt[float64] { return e.Lat }),
			optNumber("lng", func(e *schema.DrivingEvent) schema.Opt[float64] { return e.Lng }),
		}
	})

var geofenceTable = derivedTable("geofence_events", "event_id", "at",
	func(e *schema.GeofenceEvent) derived { return derived{e.EventID, e.IMEI, e.At, e.Revised, e.Place} },
	func() columnList[schema.GeofenceEvent] {
		return columnList[schema.GeofenceEvent]{
			text("fence_id", func(e *schema.GeofenceEvent) string { return e.FenceID }),
			number("fence_version", func(e *schema.GeofenceEvent) int64 { return e.FenceVersion }),
			word("kind", func(e *schema.GeofenceEvent) string { return e.Kind }),
			moment("confirmed_at", 3, func(e *schema.GeofenceEvent) time.Time { return e.ConfirmedAt }),
			truth("inferred", func(e *schema.GeofenceEvent) bool { return e.Inferred }),
			number("lat", func(e *schema.GeofenceEvent) float64 { return e.Lat }),
			number("lng", func(e *schema.GeofenceEvent) float64 { return e.Lng }),
		}
	})

var tripTable = derivedTable("trips", "trip_id", "start_time",
	func(t *schema.Trip) derived { return derived{t.TripID, t.IMEI, t.StartTime, t.Revised, t.Place} },
	func() columnList[schema.Trip] {
		return columnList[schema.Trip]{
			moment("end_time", 3, func(t *schema.Trip) time.Time { return t.EndTime }),
			number("distance_m", func(t *schema.Trip) float64 { return t.DistanceM }),
			optNumber("max_speed_kmh", func(t *schema.Trip) schema.Opt[float64] { return t.MaxSpeedKMH }),
			number("idle_s", func(t *schema.Trip) float64 { return t.IdleS }),
			optNumber("observable_share", func(t *schema.Trip) schema.Opt[float64] { return t.ObservableShare }),
		}
	})

var stopTable = derivedTable("stops", "stop_id", "start_time",
	func(s *schema.Stop) derived { return derived{s.StopID, s.IMEI, s.StartTime, s.Revised, s.Place} },
	func() columnList[schema.Stop] {
		return columnList[schema.Stop]{
			moment("end_time", 3, func(s *schema.Stop) time.Time { return s.EndTime }),
			word("kind", func(s *schema.Stop) string { return s.Kind }),
			number("lat", func(s *schema.Stop) float64 { return s.Lat }),
			number("lng", func(s *schema.Stop) float64 { return s.Lng }),
		}
	})
