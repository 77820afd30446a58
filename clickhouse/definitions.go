package clickhouse

import (
	"encoding/json"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

// A definition is a record of a compacted topic: the latest of a key holds,
// and a record without a value deletes.
type definition[T any] struct {
	record  T
	deleted bool
	updated time.Time // of the Kafka record
}

var deviceTable = definitionTable("devices", "imei", func(d *schema.Device) string { return d.IMEI },
	func() columnList[definition[schema.Device]] {
		return columnList[definition[schema.Device]]{
			text("name", func(d *definition[schema.Device]) string { return d.record.Name }),
			word("model", func(d *definition[schema.Device]) string { return d.record.Model }),
			word("group_name", func(d *definition[schema.Device]) string { return d.record.Group }),
			word("vehicle_class", func(d *definition[schema.Device]) string { return d.record.VehicleClass }),
			text("plate", func(d *definition[schema.Device]) string { return d.record.Plate }),
			text("driver_name", func(d *definition[schema.Device]) string { return d.record.DriverName }),
			word("timezone", func(d *definition[schema.Device]) string { return d.record.Timezone }),
			word("account", func(d *definition[schema.Device]) string { return d.record.Account }),
			optMoment("activated_time", 3, func(d *definition[schema.Device]) schema.Opt[time.Time] { return d.record.Activated }),
			optMoment("expires_time", 3, func(d *definition[schema.Device]) schema.Opt[time.Time] { return d.record.Expires }),
			optNumber("temperature_min_c", func(d *definition[schema.Device]) schema.Opt[float64] { return d.record.TemperatureMinC }),
			optNumber("temperature_max_c", func(d *definition[schema.Device]) schema.Opt[float64] { return d.record.TemperatureMaxC }),
			optNumber("speed_limit_kmh", func(d *definition[schema.Device]) schema.Opt[float64] { return d.record.SpeedLimitKMH }),
		}
	})

var fenceTable = definitionTable("fences", "fence_id", func(f *schema.Fence) string { return f.FenceID },
	func() columnList[definition[schema.Fence]] {
		return columnList[definition[schema.Fence]]{
			number("version", func(d *definition[schema.Fence]) int64 { return d.record.Version }),
			text("name", func(d *definition[schema.Fence]) string { return d.record.Name }),
			blob("geojson", func(d *definition[schema.Fence]) []byte { return d.record.GeoJSON }),
			optMoment("valid_from", 3, func(d *definition[schema.Fence]) schema.Opt[time.Time] { return d.record.ValidFrom }),
			texts("imeis", func(d *definition[schema.Fence]) []string { return d.record.IMEIs }),
			texts("group_names", func(d *definition[schema.Fence]) []string { return d.record.Groups }),
			optNumber("speed_limit_kmh", func(d *definition[schema.Fence]) schema.Opt[float64] { return d.record.SpeedLimitKMH }),
			blob("settings", func(d *definition[schema.Fence]) []byte { return fenceSettings(&d.record) }),
		}
	})

// fenceSettings is what a fence has of its own beside the rules, as JSON.
func fenceSettings(f *schema.Fence) []byte {
	b, err := json.Marshal(struct {
		Tell     []string              `json:"tell,omitzero"`
		DwellS   []int64               `json:"dwell_s,omitzero"`
		Enter    *schema.FenceEnter    `json:"enter,omitzero"`
		Exit     *schema.FenceExit     `json:"exit,omitzero"`
		Schedule *schema.FenceSchedule `json:"schedule,omitzero"`
	}{f.Tell, f.DwellS, f.Enter, f.Exit, f.Schedule})
	if err != nil { // what came as JSON can be written as JSON
		return nil
	}
	return b
}

func definitionTable[T any](name, idColumn string, id func(*T) string, cols func() columnList[definition[T]]) *table[definition[T]] {
	return &table[definition[T]]{
		name: name,
		columns: func() columns[definition[T]] {
			return append(cols(),
				text(idColumn, func(d *definition[T]) string { return id(&d.record) }),
				truth("deleted", func(d *definition[T]) bool { return d.deleted }),
				moment("updated_time", 3, func(d *definition[T]) time.Time { return d.updated }),
			)
		},
		identity: idColumn,
		key:      func(dst []byte, d *definition[T]) []byte { return append(dst, id(&d.record)...) },
		version:  "toUnixTimestamp64Milli(updated_time)",
		revision: func(d *definition[T]) int64 { return d.updated.UnixMilli() },
		scope:    func([]definition[T], []int) string { return "1" },
	}
}
