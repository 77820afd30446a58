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
			blob("raw", func(r *schema.OBD) []byte { return r.Raw }),
		}
	})

// readings is a Map(LowCardinality(String), Float64).
func readings[T any](name string, get func(*T) map[string]float64) column[T] {
	c := proto.NewMap[string, float64](new(proto.ColStr).LowCardinality(), new(proto.ColFloat64))
	return column[T]{name, c, c.Reset, func(r *T) { c.Append(get(r)) }}
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
			blob("raw", func(r *schema.Fault) []byte { return r.Raw }),
		}
	})

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
			blob("raw", func(r *schema.Sensor) []byte { return r.Raw }),
		}
	})

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
			blob("raw", func(r *schema.Media) []byte { return r.Raw }),
		}
	})
