package clickhouse

import (
	"strconv"
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
			words("sources", func(e *schema.DrivingEvent) []string { return wordsOf(e.Sources) }),
			word("alarm_code", func(e *schema.DrivingEvent) string { return e.AlarmCode }),
			word("vehicle_class", func(e *schema.DrivingEvent) string { return e.VehicleClass }),
			optNumber("threshold_mps2", func(e *schema.DrivingEvent) schema.Opt[float64] { return e.ThresholdMPS2 }),
			optNumber("gap_s", func(e *schema.DrivingEvent) schema.Opt[float64] { return e.GapS }),
			optNumber("speed_before_kmh", func(e *schema.DrivingEvent) schema.Opt[float64] { return e.SpeedBeforeKMH }),
			optNumber("speed_after_kmh", func(e *schema.DrivingEvent) schema.Opt[float64] { return e.SpeedAfterKMH }),
			optNumber("heading_change_deg", func(e *schema.DrivingEvent) schema.Opt[float64] { return e.HeadingChangeDeg }),
			optNumber("peak_heading_change_deg", func(e *schema.DrivingEvent) schema.Opt[float64] { return e.PeakHeadingDeg }),
			optNumber("max_speed_kmh", func(e *schema.DrivingEvent) schema.Opt[float64] { return e.MaxSpeedKMH }),
			optNumber("limit_kmh", func(e *schema.DrivingEvent) schema.Opt[float64] { return e.LimitKMH }),
			word("limit_source", func(e *schema.DrivingEvent) string { return e.LimitSource }),
			optNumber("distance_m", func(e *schema.DrivingEvent) schema.Opt[float64] { return e.DistanceM }),
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
			optNumber("dwell_s", func(e *schema.GeofenceEvent) schema.Opt[float64] { return e.DwellS }),
			optNumber("gap_s", func(e *schema.GeofenceEvent) schema.Opt[float64] { return e.GapS }),
			optNumber("speed_kmh", func(e *schema.GeofenceEvent) schema.Opt[float64] { return e.SpeedKMH }),
			word("rule_version", func(e *schema.GeofenceEvent) string { return e.RuleVersion }),
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
			truth("ongoing", func(t *schema.Trip) bool { return t.Ongoing }),
			optNumber("driving_s", func(t *schema.Trip) schema.Opt[float64] { return t.DrivingS }),
			optNumber("observable_s", func(t *schema.Trip) schema.Opt[float64] { return t.ObservableS }),
			optNumber("fixes", func(t *schema.Trip) schema.Opt[int64] { return t.Fixes }),
			optNumber("longest_gap_s", func(t *schema.Trip) schema.Opt[float64] { return t.LongestGapS }),
			optNumber("start_lat", func(t *schema.Trip) schema.Opt[float64] { return t.StartLat }),
			optNumber("start_lng", func(t *schema.Trip) schema.Opt[float64] { return t.StartLng }),
			optNumber("end_lat", func(t *schema.Trip) schema.Opt[float64] { return t.EndLat }),
			optNumber("end_lng", func(t *schema.Trip) schema.Opt[float64] { return t.EndLng }),
			optNumber("odometer_distance_m", func(t *schema.Trip) schema.Opt[float64] { return t.OdometerM }),
			word("end_reason", func(t *schema.Trip) string { return t.EndReason }),
			text("driver", func(t *schema.Trip) string { return t.Driver }),
			word("driver_source", func(t *schema.Trip) string { return t.DriverSource }),
			word("rule_version", func(t *schema.Trip) string { return t.RuleVersion }),
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
			truth("ongoing", func(s *schema.Stop) bool { return s.Ongoing }),
			word("rule_version", func(s *schema.Stop) string { return s.RuleVersion }),
		}
	})

var conditionTable = derivedTable("condition_events", "event_id", "start_time",
	func(e *schema.ConditionEvent) derived {
		return derived{e.EventID, e.IMEI, e.StartTime, e.Revised, e.Place}
	},
	func() columnList[schema.ConditionEvent] {
		return columnList[schema.ConditionEvent]{
			word("kind", func(e *schema.ConditionEvent) string { return string(e.Kind) }),
			moment("end_time", 3, func(e *schema.ConditionEvent) time.Time { return e.EndTime }),
			truth("ongoing", func(e *schema.ConditionEvent) bool { return e.Ongoing }),
			word("channel", func(e *schema.ConditionEvent) string { return e.Channel }),
			word("code", func(e *schema.ConditionEvent) string { return e.Code }),
			word("unit", func(e *schema.ConditionEvent) string { return e.Unit }),
			optNumber("value_before", func(e *schema.ConditionEvent) schema.Opt[float64] { return e.ValueBefore }),
			optNumber("value_after", func(e *schema.ConditionEvent) schema.Opt[float64] { return e.ValueAfter }),
			optNumber("value_min", func(e *schema.ConditionEvent) schema.Opt[float64] { return e.ValueMin }),
			optNumber("value_max", func(e *schema.ConditionEvent) schema.Opt[float64] { return e.ValueMax }),
			optNumber("limit_min", func(e *schema.ConditionEvent) schema.Opt[float64] { return e.LimitMin }),
			optNumber("limit_max", func(e *schema.ConditionEvent) schema.Opt[float64] { return e.LimitMax }),
			optNumber("lat", func(e *schema.ConditionEvent) schema.Opt[float64] { return e.Lat }),
			optNumber("lng", func(e *schema.ConditionEvent) schema.Opt[float64] { return e.Lng }),
			word("rule_version", func(e *schema.ConditionEvent) string { return e.RuleVersion }),
		}
	})

// recomputeTable has the partitions of the time of receipt: items that come too
// late may be of any month, and a block must not fall into many parts.
var recomputeTable = &table[schema.Recompute]{
	name: "recompute_requests",
	columns: func() columns[schema.Recompute] {
		return columnList[schema.Recompute]{
			text("imei", func(r *schema.Recompute) string { return r.IMEI }),
			moment("event_time", 3, func(r *schema.Recompute) time.Time { return r.EventTime }),
			moment("newest_time", 3, func(r *schema.Recompute) time.Time { return r.NewestTime }),
			moment("received_time", 3, func(r *schema.Recompute) time.Time { return r.ReceivedTime }),
			word("source", func(r *schema.Recompute) string { return string(r.Source) }),
			word("kind", func(r *schema.Recompute) string { return r.Kind }),
			word("reason", func(r *schema.Recompute) string { return r.Reason }),
			number("raw_partition", func(r *schema.Recompute) int32 { return r.RawPartition }),
			number("raw_offset", func(r *schema.Recompute) int64 { return r.RawOffset }),
		}
	},
	at:       func(r *schema.Recompute) time.Time { return r.ReceivedTime },
	received: func(r *schema.Recompute) time.Time { return r.ReceivedTime },
	identity: identityOf("imei", milliseconds("event_time"), "kind", "toString(raw_partition)", "toString(raw_offset)"),
	key: func(dst []byte, r *schema.Recompute) []byte {
		return appendPlace(appendKey(dst, r.IMEI, strconv.FormatInt(r.EventTime.UnixMilli(), 10), r.Kind), r.Place)
	},
	scope: places("received_time", func(r *schema.Recompute) time.Time { return r.ReceivedTime }, func(r *schema.Recompute) schema.Place { return r.Place }),
}

// recomputeDoneTable has the same partitions, since a request and its end are
// looked for together.
var recomputeDoneTable = &table[schema.Recompute]{
	name: "recompute_done",
	columns: func() columns[schema.Recompute] {
		return columnList[schema.Recompute]{
			text("imei", func(r *schema.Recompute) string { return r.IMEI }),
			moment("event_time", 3, func(r *schema.Recompute) time.Time { return r.EventTime }),
			moment("received_time", 3, func(r *schema.Recompute) time.Time { return r.ReceivedTime }),
			word("kind", func(r *schema.Recompute) string { return r.Kind }),
			moment("fulfilled_time", 3, func(r *schema.Recompute) time.Time { return r.FulfilledTime.Value }),
			word("rule_version", func(r *schema.Recompute) string { return r.RuleVersion }),
			number("raw_partition", func(r *schema.Recompute) int32 { return r.RawPartition }),
			number("raw_offset", func(r *schema.Recompute) int64 { return r.RawOffset }),
		}
	},
	at:       recomputeTable.at,
	received: recomputeTable.received,
	identity: recomputeTable.identity,
	key:      recomputeTable.key,
	scope:    recomputeTable.scope,
}

func wordsOf[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}
