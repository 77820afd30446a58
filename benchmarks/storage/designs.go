package main

import (
	"fmt"
	"slices"
	"strings"
)

// A design is one way to keep the table fixes.
type design struct {
	name, why string
	columns   []column
	order     string
	partition string
	extra     string   // indexes and projections
	settings  []string // of the table
	chosen    bool     // what the migrations make
}

// A column of a design; from makes it of the source's columns, and is empty for
// one that is not stored.
type column struct{ name, is, from string }

func same(name, is string) column  { return column{name, is, name} }
func alias(name, is string) column { return column{name, is, ""} }

// firstColumns are the columns as the first migrations had them.
func firstColumns() []column {
	return []column{
		same("imei", "String CODEC(ZSTD(1))"),
		same("fix_time", "DateTime64(0, 'UTC') CODEC(Delta, ZSTD(1))"),
		same("received_time", "DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))"),
		same("gate_time", "Nullable(DateTime64(0, 'UTC')) CODEC(ZSTD(1))"),
		same("source", "LowCardinality(String)"),
		same("account", "LowCardinality(String)"),
		same("lat_e7", "Int32 CODEC(DoubleDelta, ZSTD(1))"),
		same("lng_e7", "Int32 CODEC(DoubleDelta, ZSTD(1))"),
		alias("lat", "Float64 ALIAS lat_e7 / 1e7"),
		alias("lng", "Float64 ALIAS lng_e7 / 1e7"),
		same("speed_kmh", "Nullable(Float32) CODEC(ZSTD(1))"),
		same("heading_deg", "Nullable(Float32) CODEC(ZSTD(1))"),
		same("satellites", "Nullable(Int32) CODEC(ZSTD(1))"),
		same("acc", "Nullable(Bool) CODEC(ZSTD(1))"),
		same("altitude_m", "Nullable(Float32) CODEC(ZSTD(1))"),
		same("odometer_m", "Nullable(Float64) CODEC(ZSTD(1))"),
		same("pos_type", "LowCardinality(String)"),
		same("post_method", "Nullable(Int32) CODEC(ZSTD(1))"),
		same("gps_mode", "Nullable(Int32) CODEC(ZSTD(1))"),
		same("status", "Nullable(Int64) CODEC(ZSTD(1))"),
		same("quality", "Array(LowCardinality(String)) CODEC(ZSTD(1))"),
		same("h3_r7", "UInt64 CODEC(Delta, ZSTD(1))"),
		same("h3_r9", "UInt64 CODEC(Delta, ZSTD(1))"),
		same("h3_r11", "UInt64 CODEC(Delta, ZSTD(1))"),
		same("raw_partition", "Int32 CODEC(ZSTD(1))"),
		same("raw_offset", "Int64 CODEC(Delta, ZSTD(1))"),
		same("inserted_time", "DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))"),
	}
}

// chosenColumns are the columns as migrations 190 to 192 leave them.
func chosenColumns() []column {
	return changed(firstColumns(),
		same("imei", "String CODEC(LZ4)"),
		same("gate_time", "Nullable(DateTime64(0, 'UTC')) CODEC(Delta, ZSTD(1))"),
		same("lat_e7", "Int32 CODEC(GCD, Delta, ZSTD(1))"),
		same("lng_e7", "Int32 CODEC(GCD, Delta, ZSTD(1))"),
		same("odometer_m", "Nullable(Float64) CODEC(Delta, ZSTD(1))"),
		same("h3_r7", "UInt64 CODEC(ZSTD(1))"),
		same("h3_r9", "UInt64 CODEC(ZSTD(1))"),
		same("h3_r11", "UInt64 CODEC(ZSTD(1))"),
		same("raw_offset", "Int64 CODEC(DoubleDelta, ZSTD(1))"),
	)
}

// naiveColumns are the types that ClickHouse infers from the JSON of the topic
// fixes, without codecs; only the key is not Nullable, and cells are numbers.
func naiveColumns() []column {
	const moment, number, float, text = "DateTime64(9, 'UTC')", "Nullable(Int64)", "Nullable(Float64)", "Nullable(String)"
	return []column{
		same("imei", "String"), same("fix_time", "DateTime64(9, 'UTC')"), same("received_time", moment), same("gate_time", "Nullable("+moment+")"),
		same("source", text), same("account", text), same("lat", "Float64"), same("lng", "Float64"), same("speed_kmh", float), same("heading_deg", float),
		same("satellites", number), same("acc", "Nullable(Bool)"), same("altitude_m", float), same("odometer_m", float), same("pos_type", text),
		same("post_method", number), same("gps_mode", number), same("status", number), same("quality", "Array(Nullable(String))"),
		same("h3_r7", "UInt64"), same("h3_r9", "UInt64"), same("h3_r11", "UInt64"), same("raw_partition", "Int64"), same("raw_offset", "Int64"), same("inserted_time", moment),
	}
}

func changed(columns []column, by ...column) []column {
	for _, b := range by {
		if i := slices.IndexFunc(columns, func(c column) bool { return c.name == b.name }); i >= 0 {
			columns[i] = b
		} else {
			columns = append(columns, b)
		}
	}
	return columns
}

func without(columns []column, names ...string) []column {
	return slices.DeleteFunc(columns, func(c column) bool { return slices.Contains(names, c.name) })
}

// floats are the first columns with coordinates and other numbers of one codec.
func floats(codec string) []column {
	return changed(without(firstColumns(), "lat_e7", "lng_e7"),
		same("lat", "Float64 CODEC("+codec+")"), same("lng", "Float64 CODEC("+codec+")"),
		same("speed_kmh", "Nullable(Float32) CODEC("+codec+")"), same("heading_deg", "Nullable(Float32) CODEC("+codec+")"),
		same("altitude_m", "Nullable(Float32) CODEC("+codec+")"), same("odometer_m", "Nullable(Float64) CODEC("+codec+")"))
}

func inAll(columns []column, old, new string) []column {
	for i := range columns {
		columns[i].is = strings.ReplaceAll(columns[i].is, old, new)
	}
	return columns
}

const (
	byDevice = "imei, fix_time"
	byMonth  = "toYYYYMM(fix_time)"
)

func designs() []design {
	lat, lng := "Int32 CODEC(%s)", "Int32 CODEC(%s)"
	e7 := func(codec string) []column {
		return changed(firstColumns(), same("lat_e7", fmt.Sprintf(lat, codec)), same("lng_e7", fmt.Sprintf(lng, codec)))
	}
	return []design{
		{name: "naive", why: "types as inferred from the JSON, default codec LZ4", columns: naiveColumns()},
		{name: "first", why: "as migrations 1 to 189 have it: Int32 of 1e-7° with DoubleDelta, ZSTD(1)", columns: firstColumns()},
		{name: "gorilla", why: "Float64 and Float32 with Gorilla, ZSTD(1)", columns: floats("Gorilla, ZSTD(1)")},
		{name: "alp", why: "first, coordinates Float64 with ALP, ZSTD(1), which is experimental", columns: changed(without(firstColumns(), "lat_e7", "lng_e7"),
			same("lat", "Float64 CODEC(ALP, ZSTD(1))"), same("lng", "Float64 CODEC(ALP, ZSTD(1))"))},
		{name: "t64", why: "first, coordinates with T64, ZSTD(1)", columns: e7("T64, ZSTD(1)")},
		{name: "e6", why: "first, coordinates of 1e-6° with DoubleDelta, ZSTD(1): loses digits", columns: changed(without(firstColumns(), "lat_e7", "lng_e7"),
			column{"lat_e6", "Int32 CODEC(DoubleDelta, ZSTD(1))", "toInt32(round(lat_e7 / 10))"}, column{"lng_e6", "Int32 CODEC(DoubleDelta, ZSTD(1))", "toInt32(round(lng_e7 / 10))"},
			alias("lat", "Float64 ALIAS lat_e6 / 1e6"), alias("lng", "Float64 ALIAS lng_e6 / 1e6"))},
		{name: "zstd3", why: "first, with ZSTD(3) instead of ZSTD(1)", columns: inAll(firstColumns(), "ZSTD(1)", "ZSTD(3)")},
		{name: "chosen", why: "as the migrations have it now: other codecs for nine columns", columns: chosenColumns(), chosen: true},
		{name: "lags", why: "chosen, with times as what lies between them", columns: changed(chosenColumns(),
			column{"received_lag_ms", "Int64 CODEC(T64, ZSTD(1))", "dateDiff('millisecond', fix_time, received_time)"}, alias("received_time", "DateTime64(3, 'UTC') ALIAS addMilliseconds(fix_time, received_lag_ms)"),
			column{"inserted_lag_ms", "Int64 CODEC(T64, ZSTD(1))", "dateDiff('millisecond', received_time, inserted_time)"}, alias("inserted_time", "DateTime64(3, 'UTC') ALIAS addMilliseconds(received_time, inserted_lag_ms)"),
			column{"gate_lag_s", "Nullable(Int64) CODEC(ZSTD(1))", "dateDiff('second', fix_time, gate_time)"}, alias("gate_time", "Nullable(DateTime64(0, 'UTC')) ALIAS addSeconds(fix_time, gate_lag_s)"))},
		{name: "no-cells", why: "chosen, H3 cells not stored but worked out when read", columns: changed(chosenColumns(),
			alias("h3_r7", "UInt64 ALIAS geoToH3(lat, lng, 7)"), alias("h3_r9", "UInt64 ALIAS geoToH3(lat, lng, 9)"), alias("h3_r11", "UInt64 ALIAS geoToH3(lat, lng, 11)"))},
		{name: "by-day", why: "chosen, ORDER BY (toDate(fix_time), imei, fix_time)", columns: chosenColumns(), order: "toDate(fix_time), imei, fix_time"},
		{name: "day-parts", why: "chosen, PARTITION BY day", columns: chosenColumns(), partition: "toYYYYMMDD(fix_time)"},
		{name: "lc-imei", why: "chosen, imei LowCardinality", columns: changed(chosenColumns(), same("imei", "LowCardinality(String)"))},
		{name: "time-index", why: "chosen, a minmax index of fix_time", columns: chosenColumns(), extra: ", INDEX fix_time_range fix_time TYPE minmax GRANULARITY 1"},
		{name: "fine", why: "chosen, index_granularity 2048 instead of 8192", columns: chosenColumns(), settings: []string{"index_granularity = 2048"}},
		{name: "projection", why: "chosen, a projection of time, device and position ordered by time", columns: chosenColumns(),
			extra: ", PROJECTION by_time (SELECT imei, fix_time, lat_e7, lng_e7, speed_kmh, h3_r9 ORDER BY fix_time)", settings: []string{"deduplicate_merge_projection_mode = 'rebuild'"}},
	}
}

// create is the statement that makes the table.
func (d *design) create(table string) string {
	columns := make([]string, 0, len(d.columns))
	for _, c := range d.columns {
		columns = append(columns, c.name+" "+c.is)
	}
	order, partition := d.order, d.partition
	if order == "" {
		order = byDevice
	}
	if partition == "" {
		partition = byMonth
	}
	s := fmt.Sprintf("CREATE TABLE %s (%s%s) ENGINE = ReplacingMergeTree PARTITION BY %s ORDER BY (%s)", table, strings.Join(columns, ", "), d.extra, partition, order)
	// Small parts would not tell what each column takes.
	return s + " SETTINGS " + strings.Join(append([]string{"min_bytes_for_wide_part = 0"}, d.settings...), ", ")
}

// fill is the statement that copies rows into it; replace is a list of columns
// that are others than the source's.
func (d *design) fill(table, source string) string {
	var names, from []string
	for _, c := range d.columns {
		if c.from != "" {
			names, from = append(names, c.name), append(from, c.from)
		}
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s", table, strings.Join(names, ", "), strings.Join(from, ", "), source)
}
