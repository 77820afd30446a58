package clickhouse

import (
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/odograph/odograph/pkg/schema"
)

var obdTable = itemTable("obd", "event_time",
	func(r *schema.OBD) time.Time { return r.EventTime }, func(r *schema.OBD) *schema.Item { return &r.Item },
	nil, nil,
	func() columnList[schema.OBD] {
		return columnList[schema.OBD]{
			moment("event_time", 3, func(r *schema.OBD) time.Time { return r.EventTime }),
			optNumber("car_type", func(r *schema.OBD) schema.Opt[int32] { return r.CarType }),
			optTruth("acc", func(r *schema.OBD) schema.Opt[bool] { return r.ACC }),
			optNumber("status_flags", func(r *schema.OBD) schema.Opt[int64] { return r.StatusFlags }),
			optNumber("lat", func(r *schema.OBD) schema.Opt[float64] { return r.Lat }),
			optNumber("lng", func(r *schema.OBD) schema.Opt[float64] { return r.Lng }),
			readings("data", func(r *schema.OBD) map[string]float64 { return r.Data }),
			optMoment("gate_time", 3, func(r *schema.OBD) schema.Opt[time.Time] { return r.GateTime }),
			optMoment("push_time", 3, func(r *schema.OBD) schema.Opt[time.Time] { return r.PushTime }),
			optNumber("odometer_m", func(r *schema.OBD) schema.Opt[float64] { return r.OdometerM }),
			optNumber("device_distance_m", func(r *schema.OBD) schema.Opt[float64] { return r.DeviceDistanceM }),
			optNumber("fuel_l", func(r *schema.OBD) schema.Opt[float64] { return r.FuelL }),
			optNumber("fuel_percent", func(r *schema.OBD) schema.Opt[float64] { return r.FuelPercent }),
			optNumber("coolant_c", func(r *schema.OBD) schema.Opt[float64] { return r.CoolantC }),
			optNumber("battery_v", func(r *schema.OBD) schema.Opt[float64] { return r.BatteryV }),
			optNumber("rpm", func(r *schema.OBD) schema.Opt[float64] { return r.RPM }),
			optNumber("speed_kmh", func(r *schema.OBD) schema.Opt[float64] { return r.SpeedKMH }),
			text("vin", func(r *schema.OBD) string { return r.VIN }),
			blob("raw", func(r *schema.OBD) []byte { return r.Raw }),
		}
	})

// readings is a Map(LowCardinality(String), Float64).
func readings[T any](name string, get func(*T) map[string]float64) column[T] {
	c := proto.NewMap[string, float64](new(proto.ColStr).LowCardinality(), new(proto.ColFloat64))
	return column[T]{name, c, c.Reset, func(r *T) { c.AppendKV(inOrder(get(r))) }}
}

var faultTable = itemTable("faults", "event_time",
	func(r *schema.Fault) time.Time { return r.EventTime }, func(r *schema.Fault) *schema.Item { return &r.Item },
	nil, nil,
	func() columnList[schema.Fault] {
		return columnList[schema.Fault]{
			moment("event_time", 3, func(r *schema.Fault) time.Time { return r.EventTime }),
			words("codes", func(r *schema.Fault) []string { return r.Codes }),
			optNumber("status_flags", func(r *schema.Fault) schema.Opt[int64] { return r.StatusFlags }),
			optNumber("lat", func(r *schema.Fault) schema.Opt[float64] { return r.Lat }),
			optNumber("lng", func(r *schema.Fault) schema.Opt[float64] { return r.Lng }),
			optMoment("gate_time", 3, func(r *schema.Fault) schema.Opt[time.Time] { return r.GateTime }),
			optNumber("fault_count", func(r *schema.Fault) schema.Opt[int32] { return r.FaultCount }),
			text("text", func(r *schema.Fault) string { return r.Text }),
			blob("raw", func(r *schema.Fault) []byte { return r.Raw }),
		}
	})

func cellsOf(r *schema.Sensor) []schema.CellTower { return r.Cells }

var sensorTable = itemTable("sensors", "event_time",
	func(r *schema.Sensor) time.Time { return r.EventTime }, func(r *schema.Sensor) *schema.Item { return &r.Item },
	[]string{"kind", "channel", "text"}, func(r *schema.Sensor) []string { return []string{r.Kind, r.Channel, r.Text} },
	func() columnList[schema.Sensor] {
		return columnList[schema.Sensor]{
			moment("event_time", 3, func(r *schema.Sensor) time.Time { return r.EventTime }),
			word("kind", func(r *schema.Sensor) string { return r.Kind }),
			text("channel", func(r *schema.Sensor) string { return r.Channel }),
			optNumber("value", func(r *schema.Sensor) schema.Opt[float64] { return r.Value }),
			word("unit", func(r *schema.Sensor) string { return r.Unit }),
			optNumber("temperature_c", func(r *schema.Sensor) schema.Opt[float64] { return r.TemperatureC }),
			optNumber("humidity_percent", func(r *schema.Sensor) schema.Opt[float64] { return r.HumidityPct }),
			text("text", func(r *schema.Sensor) string { return r.Text }),
			optNumber("lat", func(r *schema.Sensor) schema.Opt[float64] { return r.Lat }),
			optNumber("lng", func(r *schema.Sensor) schema.Opt[float64] { return r.Lng }),
			optMoment("gate_time", 3, func(r *schema.Sensor) schema.Opt[time.Time] { return r.GateTime }),
			optMoment("post_time", 3, func(r *schema.Sensor) schema.Opt[time.Time] { return r.PostTime }),
			optMoment("gps_time", 3, func(r *schema.Sensor) schema.Opt[time.Time] { return r.GPSTime }),
			word("module_type", func(r *schema.Sensor) string { return r.ModuleType }),
			word("pos_type", func(r *schema.Sensor) string { return string(r.PosType) }),
			optNumber("mcc", func(r *schema.Sensor) schema.Opt[int32] { return r.MCC }),
			optNumber("mnc", func(r *schema.Sensor) schema.Opt[int32] { return r.MNC }),
			eachOptNumber("cells.lac", cellsOf, func(e *schema.CellTower) schema.Opt[int64] { return e.LAC }),
			eachOptNumber("cells.cell_id", cellsOf, func(e *schema.CellTower) schema.Opt[int64] { return e.CellID }),
			eachOptNumber("cells.rssi", cellsOf, func(e *schema.CellTower) schema.Opt[int32] { return e.RSSI }),
			eachText("cells.mac", cellsOf, func(e *schema.CellTower) string { return e.MAC }),
			blob("raw", func(r *schema.Sensor) []byte { return r.Raw }),
		}
	})

func resourcesOf(r *schema.Media) []schema.Resource { return r.Resources }

var mediaTable = itemTable("media", "event_time",
	func(r *schema.Media) time.Time { return r.EventTime }, func(r *schema.Media) *schema.Item { return &r.Item },
	[]string{"kind", "instruction_id"}, func(r *schema.Media) []string { return []string{r.Kind, r.InstructionID} },
	func() columnList[schema.Media] {
		return columnList[schema.Media]{
			moment("event_time", 3, func(r *schema.Media) time.Time { return r.EventTime }),
			word("kind", func(r *schema.Media) string { return r.Kind }),
			texts("files", func(r *schema.Media) []string { return r.Files }),
			optTruth("succeeded", func(r *schema.Media) schema.Opt[bool] { return r.Succeeded }),
			text("instruction_id", func(r *schema.Media) string { return r.InstructionID }),
			optNumber("channel", func(r *schema.Media) schema.Opt[int32] { return r.Channel }),
			optNumber("lat", func(r *schema.Media) schema.Opt[float64] { return r.Lat }),
			optNumber("lng", func(r *schema.Media) schema.Opt[float64] { return r.Lng }),
			optMoment("gate_time", 3, func(r *schema.Media) schema.Opt[time.Time] { return r.GateTime }),
			word("business_type", func(r *schema.Media) string { return r.BusinessType }),
			optNumber("shoot_type", func(r *schema.Media) schema.Opt[int32] { return r.ShootType }),
			optNumber("code_type", func(r *schema.Media) schema.Opt[int32] { return r.CodeType }),
			optNumber("duration_s", func(r *schema.Media) schema.Opt[float64] { return r.DurationS }),
			optMoment("alarm_time", 3, func(r *schema.Media) schema.Opt[time.Time] { return r.AlarmTime }),
			optMoment("begin_time", 3, func(r *schema.Media) schema.Opt[time.Time] { return r.BeginTime }),
			optMoment("end_time", 3, func(r *schema.Media) schema.Opt[time.Time] { return r.EndTime }),
			word("mime_type", func(r *schema.Media) string { return r.MIMEType }),
			text("local_file", func(r *schema.Media) string { return r.LocalFile }),
			word("timezone", func(r *schema.Media) string { return r.Timezone }),
			optNumber("total", func(r *schema.Media) schema.Opt[int32] { return r.Total }),
			eachOptNumber("resources.channel", resourcesOf, func(e *schema.Resource) schema.Opt[int32] { return e.Channel }),
			eachOptMoment("resources.begin_time", resourcesOf, func(e *schema.Resource) schema.Opt[time.Time] { return e.BeginTime }),
			eachOptMoment("resources.end_time", resourcesOf, func(e *schema.Resource) schema.Opt[time.Time] { return e.EndTime }),
			eachOptNumber("resources.size_bytes", resourcesOf, func(e *schema.Resource) schema.Opt[int64] { return e.SizeBytes }),
			eachOptNumber("resources.resource_type", resourcesOf, func(e *schema.Resource) schema.Opt[int32] { return e.ResourceType }),
			eachOptNumber("resources.code_type", resourcesOf, func(e *schema.Resource) schema.Opt[int32] { return e.CodeType }),
			eachOptNumber("resources.storage_type", resourcesOf, func(e *schema.Resource) schema.Opt[int32] { return e.StorageType }),
			eachText("resources.alarm_flag", resourcesOf, func(e *schema.Resource) string { return e.AlarmFlag }),
			blob("raw", func(r *schema.Media) []byte { return r.Raw }),
		}
	})
