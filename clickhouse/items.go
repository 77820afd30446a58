package clickhouse

import (
	"strconv"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

var fixTable = &table[schema.Fix]{
	name:     "fixes",
	columns:  newFixColumns,
	at:       func(f *schema.Fix) time.Time { return f.FixTime },
	received: func(f *schema.Fix) time.Time { return f.ReceivedTime },
	identity: identityOf("imei", "toString(toInt64(toUnixTimestamp64Second(fix_time)))", "toString(raw_partition)", "toString(raw_offset)"),
	key: func(dst []byte, f *schema.Fix) []byte {
		return appendPlace(appendKey(dst, f.IMEI, strconv.FormatInt(f.FixTime.Unix(), 10)), f.Place)
	},
	scope: places("fix_time", func(f *schema.Fix) time.Time { return f.FixTime }, func(f *schema.Fix) schema.Place { return f.Place }),
}

// fixRepeatTable and itemRepeatTable share the topic of repeats.
var fixRepeatTable = &table[schema.Repeat]{
	name: "fix_repeats",
	columns: func() columns[schema.Repeat] {
		return columnList[schema.Repeat]{
			text("imei", func(r *schema.Repeat) string { return r.IMEI }),
			moment("fix_time", 0, func(r *schema.Repeat) time.Time { return r.EventTime }),
			moment("received_time", 3, func(r *schema.Repeat) time.Time { return r.ReceivedTime }),
			word("source", func(r *schema.Repeat) string { return string(r.Source) }),
			word("account", func(r *schema.Repeat) string { return r.Account }),
			word("kind", func(r *schema.Repeat) string { return r.Kind }),
			truth("conflict", func(r *schema.Repeat) bool { return r.Conflict }),
			optNumber("lat", func(r *schema.Repeat) schema.Opt[float64] { return r.Lat }),
			optNumber("lng", func(r *schema.Repeat) schema.Opt[float64] { return r.Lng }),
			optFloat32("speed_kmh", func(r *schema.Repeat) schema.Opt[float64] { return r.SpeedKMH }),
			optFloat32("heading_deg", func(r *schema.Repeat) schema.Opt[float64] { return r.HeadingDeg }),
			number("raw_partition", func(r *schema.Repeat) int32 { return r.RawPartition }),
			number("raw_offset", func(r *schema.Repeat) int64 { return r.RawOffset }),
		}
	},
	at:       func(r *schema.Repeat) time.Time { return r.EventTime },
	received: func(r *schema.Repeat) time.Time { return r.ReceivedTime },
	identity: fixTable.identity,
	key: func(dst []byte, r *schema.Repeat) []byte {
		return appendPlace(appendKey(dst, r.IMEI, strconv.FormatInt(r.EventTime.Unix(), 10)), r.Place)
	},
	scope: places("fix_time", func(r *schema.Repeat) time.Time { return r.EventTime }, func(r *schema.Repeat) schema.Place { return r.Place }),
}

var itemRepeatTable = itemTable("item_repeats", "received_time",
	func(r *schema.Repeat) time.Time { return r.ReceivedTime }, func(r *schema.Repeat) *schema.Item { return &r.Item },
	[]string{"kind"}, func(r *schema.Repeat) []string { return []string{r.Kind} },
	func() columnList[schema.Repeat] {
		return columnList[schema.Repeat]{
			word("kind", func(r *schema.Repeat) string { return r.Kind }),
			optMoment("event_time", 3, func(r *schema.Repeat) schema.Opt[time.Time] {
				return schema.Opt[time.Time]{Value: r.EventTime, Valid: !r.EventTime.IsZero()}
			}),
		}
	})

var alarmTable = itemTable("alarms", "event_time",
	func(r *schema.Alarm) time.Time { return r.EventTime }, func(r *schema.Alarm) *schema.Item { return &r.Item },
	[]string{"toString(msg_class)", "code", "subtype"},
	func(r *schema.Alarm) []string {
		return []string{strconv.FormatInt(int64(r.MsgClass), 10), r.Code, r.Subtype}
	},
	func() columnList[schema.Alarm] {
		return columnList[schema.Alarm]{
			moment("event_time", 3, func(r *schema.Alarm) time.Time { return r.EventTime }),
			optMoment("gate_time", 3, func(r *schema.Alarm) schema.Opt[time.Time] { return r.GateTime }),
			number("msg_class", func(r *schema.Alarm) int32 { return r.MsgClass }),
			word("code", func(r *schema.Alarm) string { return r.Code }),
			word("subtype", func(r *schema.Alarm) string { return r.Subtype }),
			text("label", func(r *schema.Alarm) string { return r.Label }),
			word("name", func(r *schema.Alarm) string { return r.Name }),
			truth("ended", func(r *schema.Alarm) bool { return r.Ended }),
			optNumber("lat", func(r *schema.Alarm) schema.Opt[float64] { return r.Lat }),
			optNumber("lng", func(r *schema.Alarm) schema.Opt[float64] { return r.Lng }),
			optNumber("speed_kmh", func(r *schema.Alarm) schema.Opt[float64] { return r.SpeedKMH }),
			optNumber("satellites", func(r *schema.Alarm) schema.Opt[int32] { return r.Satellites }),
			optNumber("value", func(r *schema.Alarm) schema.Opt[float64] { return r.Value }),
			optNumber("voltage_v", func(r *schema.Alarm) schema.Opt[float64] { return r.VoltageV }),
			optNumber("level", func(r *schema.Alarm) schema.Opt[int32] { return r.Level }),
			optNumber("status", func(r *schema.Alarm) schema.Opt[int32] { return r.Status }),
			text("driver_id", func(r *schema.Alarm) string { return r.DriverID }),
			text("driver_name", func(r *schema.Alarm) string { return r.DriverName }),
			text("fence_id", func(r *schema.Alarm) string { return r.FenceID }),
			text("file", func(r *schema.Alarm) string { return r.File }),
			texts("files", func(r *schema.Alarm) []string { return r.Files }),
			text("serial", func(r *schema.Alarm) string { return r.Serial }),
			optMoment("gps_time", 3, func(r *schema.Alarm) schema.Opt[time.Time] { return r.GPSTime }),
			optNumber("altitude_m", func(r *schema.Alarm) schema.Opt[float64] { return r.AltitudeM }),
			optNumber("heading_deg", func(r *schema.Alarm) schema.Opt[float64] { return r.HeadingDeg }),
			optNumber("fatigue_level", func(r *schema.Alarm) schema.Opt[float64] { return r.FatigueLevel }),
			optNumber("car_status", func(r *schema.Alarm) schema.Opt[int64] { return r.CarStatus }),
			text("signal_drop_channel", func(r *schema.Alarm) string { return r.SignalDropChannel }),
			text("signal_cover_channel", func(r *schema.Alarm) string { return r.SignalCoverChannel }),
			text("storage_fault_channel", func(r *schema.Alarm) string { return r.StorageFaultChannel }),
			optNumber("driving_alarm_flag", func(r *schema.Alarm) schema.Opt[int64] { return r.DrivingAlarmFlag }),
			text("device_name", func(r *schema.Alarm) string { return r.DeviceName }),
			word("model", func(r *schema.Alarm) string { return r.Model }),
			blob("raw", func(r *schema.Alarm) []byte { return r.Raw }),
		}
	})

var heartbeatTable = itemTable("heartbeats", "event_time",
	func(r *schema.Heartbeat) time.Time { return r.EventTime }, func(r *schema.Heartbeat) *schema.Item { return &r.Item },
	nil, nil,
	func() columnList[schema.Heartbeat] {
		return columnList[schema.Heartbeat]{
			moment("event_time", 3, func(r *schema.Heartbeat) time.Time { return r.EventTime }),
			optNumber("battery_percent", func(r *schema.Heartbeat) schema.Opt[float64] { return r.BatteryPercent }),
			optNumber("gsm_signal", func(r *schema.Heartbeat) schema.Opt[int32] { return r.GSMSignal }),
			optTruth("acc", func(r *schema.Heartbeat) schema.Opt[bool] { return r.ACC }),
			optTruth("charging", func(r *schema.Heartbeat) schema.Opt[bool] { return r.Charging }),
			optTruth("fortified", func(r *schema.Heartbeat) schema.Opt[bool] { return r.Fortified }),
			optTruth("oil_cut", func(r *schema.Heartbeat) schema.Opt[bool] { return r.OilCut }),
			optTruth("positioned", func(r *schema.Heartbeat) schema.Opt[bool] { return r.Positioned }),
			optNumber("remote_lock", func(r *schema.Heartbeat) schema.Opt[int32] { return r.RemoteLock }),
			blob("raw", func(r *schema.Heartbeat) []byte { return r.Raw }),
		}
	})

var sessionTable = itemTable("sessions", "event_time",
	func(r *schema.Session) time.Time { return r.EventTime }, func(r *schema.Session) *schema.Item { return &r.Item },
	nil, nil,
	func() columnList[schema.Session] {
		return columnList[schema.Session]{
			moment("event_time", 3, func(r *schema.Session) time.Time { return r.EventTime }),
			word("kind", func(r *schema.Session) string { return r.Kind }),
			word("timezone", func(r *schema.Session) string { return r.Timezone }),
			blob("raw", func(r *schema.Session) []byte { return r.Raw }),
		}
	})

var messageTable = itemTable("messages", "received_time",
	func(r *schema.Message) time.Time { return r.ReceivedTime }, func(r *schema.Message) *schema.Item { return &r.Item },
	[]string{"kind"}, func(r *schema.Message) []string { return []string{r.Kind} },
	func() columnList[schema.Message] {
		return columnList[schema.Message]{
			word("kind", func(r *schema.Message) string { return r.Kind }),
			optMoment("event_time", 3, func(r *schema.Message) schema.Opt[time.Time] { return r.EventTime }),
			optMoment("gate_time", 3, func(r *schema.Message) schema.Opt[time.Time] { return r.GateTime }),
			optMoment("post_time", 3, func(r *schema.Message) schema.Opt[time.Time] { return r.PostTime }),
			optMoment("gps_time", 3, func(r *schema.Message) schema.Opt[time.Time] { return r.GPSTime }),
			optNumber("lat", func(r *schema.Message) schema.Opt[float64] { return r.Lat }),
			optNumber("lng", func(r *schema.Message) schema.Opt[float64] { return r.Lng }),
			word("type", func(r *schema.Message) string { return r.Type }),
			word("category", func(r *schema.Message) string { return r.Category }),
			text("instruction_id", func(r *schema.Message) string { return r.InstructionID }),
			word("msg_type", func(r *schema.Message) string { return r.MsgType }),
			word("code", func(r *schema.Message) string { return r.Code }),
			text("text", func(r *schema.Message) string { return r.Text }),
			text("content", func(r *schema.Message) string { return r.Content }),
			labels("parts", func(r *schema.Message) map[string]string { return r.Parts }),
			texts("ids", func(r *schema.Message) []string { return r.IDs }),
			optNumber("voltage_v", func(r *schema.Message) schema.Opt[float64] { return r.VoltageV }),
			optNumber("daily_traffic_kb", func(r *schema.Message) schema.Opt[float64] { return r.DailyTrafficKB }),
			optNumber("battery_percent", func(r *schema.Message) schema.Opt[float64] { return r.BatteryPercent }),
			optTruth("charging", func(r *schema.Message) schema.Opt[bool] { return r.Charging }),
			text("iccid", func(r *schema.Message) string { return r.ICCID }),
			word("network", func(r *schema.Message) string { return r.Network }),
			optNumber("hdop", func(r *schema.Message) schema.Opt[float64] { return r.HDOP }),
			optNumber("external_voltage_v", func(r *schema.Message) schema.Opt[float64] { return r.ExternalVoltageV }),
			optMoment("begin_time", 3, func(r *schema.Message) schema.Opt[time.Time] { return r.BeginTime }),
			optMoment("end_time", 3, func(r *schema.Message) schema.Opt[time.Time] { return r.EndTime }),
			optNumber("begin_lat", func(r *schema.Message) schema.Opt[float64] { return r.BeginLat }),
			optNumber("begin_lng", func(r *schema.Message) schema.Opt[float64] { return r.BeginLng }),
			optNumber("end_lat", func(r *schema.Message) schema.Opt[float64] { return r.EndLat }),
			optNumber("end_lng", func(r *schema.Message) schema.Opt[float64] { return r.EndLng }),
			optNumber("distance_m", func(r *schema.Message) schema.Opt[float64] { return r.DistanceM }),
			optNumber("fuel_l", func(r *schema.Message) schema.Opt[float64] { return r.FuelL }),
			optNumber("duration_s", func(r *schema.Message) schema.Opt[float64] { return r.DurationS }),
			optNumber("idle_s", func(r *schema.Message) schema.Opt[float64] { return r.IdleS }),
			optNumber("stop_s", func(r *schema.Message) schema.Opt[float64] { return r.StopS }),
			optNumber("avg_speed_kmh", func(r *schema.Message) schema.Opt[float64] { return r.AvgSpeedKMH }),
			optNumber("max_speed_kmh", func(r *schema.Message) schema.Opt[float64] { return r.MaxSpeedKMH }),
			optNumber("trip_seq", func(r *schema.Message) schema.Opt[int64] { return r.TripSeq }),
			optNumber("odometer_m", func(r *schema.Message) schema.Opt[float64] { return r.OdometerM }),
			optTruth("acc", func(r *schema.Message) schema.Opt[bool] { return r.ACC }),
			text("vin", func(r *schema.Message) string { return r.VIN }),
			text("device_name", func(r *schema.Message) string { return r.DeviceName }),
			word("model", func(r *schema.Message) string { return r.Model }),
			text("sim", func(r *schema.Message) string { return r.SIM }),
			text("plate", func(r *schema.Message) string { return r.Plate }),
			text("driver_name", func(r *schema.Message) string { return r.DriverName }),
			word("group_name", func(r *schema.Message) string { return r.GroupName }),
			blob("raw", func(r *schema.Message) []byte { return r.Raw }),
		}
	})
