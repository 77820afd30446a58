package main

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// A variant is one way to keep one column.
type variant struct {
	what, kind, codec string // kind: type in ClickHouse
	from              string // made of columns of the sample
}

// variants of each column; the first is naive. Groups of columns that are alike
// are told by their sum.
var variants = []struct {
	columns string
	loses   string // what a variant marked * loses
	ways    func(column string) []variant
}{
	{"lat, lng", "*: to 0.11 m, and positions with more digits", func(c string) []variant {
		float, e7, e6 := c, c+"_e7", "toInt32(round("+c+"_e7 / 10))"
		return []variant{
			{"Float64", "Float64", "LZ4", float},
			{"Float64", "Float64", "ZSTD(1)", float},
			{"Float64", "Float64", "Gorilla, ZSTD(1)", float},
			{"Float64", "Float64", "FPC, ZSTD(1)", float},
			{"Float64", "Float64", "ALP, ZSTD(1)", float},
			{"Int32, 1e-7°", "Int32", "ZSTD(1)", e7},
			{"Int32, 1e-7°", "Int32", "Delta, ZSTD(1)", e7},
			{"Int32, 1e-7°", "Int32", "DoubleDelta, ZSTD(1)", e7},
			{"Int32, 1e-7°", "Int32", "DoubleDelta, ZSTD(3)", e7},
			{"Int32, 1e-7°", "Int32", "DoubleDelta, LZ4", e7},
			{"Int32, 1e-7°", "Int32", "T64, ZSTD(1)", e7},
			{"Int32, 1e-7°", "Int32", "T64('bit'), ZSTD(1)", e7},
			{"Int32, 1e-7°", "Int32", "GCD, Delta, ZSTD(1)", e7},
			{"Int32, 1e-7°", "Int32", "GCD, DoubleDelta, ZSTD(1)", e7},
			{"Int32, 1e-7°", "Int32", "GCD, T64, ZSTD(1)", e7},
			{"Int32, 1e-6° *", "Int32", "Delta, ZSTD(1)", e6},
			{"Int32, 1e-6° *", "Int32", "DoubleDelta, ZSTD(1)", e6},
			{"Int32, 1e-6° *", "Int32", "T64, ZSTD(1)", e6},
		}
	}},
	{"fix_time", "", func(c string) []variant {
		const t = "DateTime64(0, 'UTC')"
		return []variant{{t, t, "LZ4", c}, {t, t, "Delta, LZ4", c}, {t, t, "Delta, ZSTD(1)", c}, {t, t, "DoubleDelta, ZSTD(1)", c}, {"DateTime", "DateTime('UTC')", "Delta, ZSTD(1)", c}, {"DateTime", "DateTime('UTC')", "DoubleDelta, ZSTD(1)", c}}
	}},
	{"received_time", "", func(c string) []variant {
		const t, lag = "DateTime64(3, 'UTC')", "dateDiff('millisecond', fix_time, received_time)"
		return []variant{
			{t, t, "LZ4", c}, {t, t, "Delta, ZSTD(1)", c}, {t, t, "DoubleDelta, ZSTD(1)", c}, {t, t, "T64, ZSTD(1)", c},
			{"ms after fix_time, Int64", "Int64", "ZSTD(1)", lag}, {"ms after fix_time, Int64", "Int64", "T64, ZSTD(1)", lag}, {"ms after fix_time, Int64", "Int64", "Delta, ZSTD(1)", lag}, {"ms after fix_time, Int64", "Int64", "ZSTD(3)", lag},
		}
	}},
	{"inserted_time", "", func(c string) []variant {
		const t, lag = "DateTime64(3, 'UTC')", "dateDiff('millisecond', received_time, inserted_time)"
		return []variant{
			{t, t, "LZ4", c}, {t, t, "Delta, ZSTD(1)", c}, {t, t, "T64, ZSTD(1)", c},
			{"ms after received_time, Int64", "Int64", "ZSTD(1)", lag}, {"ms after received_time, Int64", "Int64", "T64, ZSTD(1)", lag},
		}
	}},
	{"gate_time", "", func(c string) []variant {
		const t, lag = "Nullable(DateTime64(0, 'UTC'))", "dateDiff('second', fix_time, gate_time)"
		return []variant{
			{t, t, "LZ4", c}, {t, t, "ZSTD(1)", c}, {t, t, "Delta, ZSTD(1)", c}, {t, t, "DoubleDelta, ZSTD(1)", c}, {t, t, "T64, ZSTD(1)", c},
			{"s after fix_time, Nullable(Int64)", "Nullable(Int64)", "ZSTD(1)", lag}, {"s after fix_time, Nullable(Int64)", "Nullable(Int64)", "T64, ZSTD(1)", lag},
		}
	}},
	{"speed_kmh, heading_deg, altitude_m", "*: fractions", func(c string) []variant {
		const f, i = "Nullable(Float32)", "Nullable(Int16)"
		return []variant{
			{f, f, "LZ4", c}, {f, f, "ZSTD(1)", c}, {f, f, "ZSTD(3)", c}, {f, f, "Gorilla, ZSTD(1)", c}, {f, f, "Delta, ZSTD(1)", c}, {f, f, "FPC, ZSTD(1)", c}, {f, f, "ALP, ZSTD(1)", c},
			{i + " *", i, "ZSTD(1)", c}, {i + " *", i, "T64, ZSTD(1)", c}, {i + " *", i, "Delta, ZSTD(1)", c}, {"tenths, " + i, i, "T64, ZSTD(1)", "toInt16(round(" + c + " * 10))"},
		}
	}},
	{"odometer_m", "*: fractions", func(c string) []variant {
		const f = "Nullable(Float64)"
		return []variant{
			{f, f, "LZ4", c}, {f, f, "ZSTD(1)", c}, {f, f, "Gorilla, ZSTD(1)", c}, {f, f, "FPC, ZSTD(1)", c}, {f, f, "Delta, ZSTD(1)", c}, {f, f, "ALP, ZSTD(1)", c},
			{"Nullable(UInt32) *", "Nullable(UInt32)", "Delta, ZSTD(1)", c}, {"Nullable(UInt32) *", "Nullable(UInt32)", "DoubleDelta, ZSTD(1)", c},
			{"Nullable(Decimal(12, 1)), decimetres", "Nullable(Decimal(12, 1))", "Delta, ZSTD(1)", "toDecimal64(" + c + ", 1)"},
		}
	}},
	{"satellites, post_method, gps_mode, status", "", func(c string) []variant {
		t := map[string]string{"status": "Nullable(Int64)"}[c]
		if t == "" {
			t = "Nullable(Int32)"
		}
		return []variant{{"Nullable(Int32), Nullable(Int64)", t, "LZ4", c}, {"Nullable(Int32), Nullable(Int64)", t, "ZSTD(1)", c}, {"Nullable(Int32), Nullable(Int64)", t, "T64, ZSTD(1)", c}, {"Nullable(Int32), Nullable(Int64)", t, "Delta, ZSTD(1)", c}}
	}},
	{"h3_r7, h3_r9, h3_r11", "", func(c string) []variant {
		return []variant{
			{"UInt64", "UInt64", "LZ4", c}, {"UInt64", "UInt64", "ZSTD(1)", c}, {"UInt64", "UInt64", "ZSTD(3)", c}, {"UInt64", "UInt64", "Delta, ZSTD(1)", c}, {"UInt64", "UInt64", "Delta, LZ4", c}, {"UInt64", "UInt64", "DoubleDelta, ZSTD(1)", c},
			{"UInt64", "UInt64", "Gorilla, ZSTD(1)", c}, {"UInt64", "UInt64", "T64, ZSTD(1)", c}, {"UInt64", "UInt64", "T64('bit'), ZSTD(1)", c}, {"UInt64", "UInt64", "GCD, Delta, ZSTD(1)", c}, {"LowCardinality(UInt64)", "LowCardinality(UInt64)", "ZSTD(1)", c},
		}
	}},
	{"raw_offset", "", func(c string) []variant {
		return []variant{{"Int64", "Int64", "LZ4", c}, {"Int64", "Int64", "Delta, ZSTD(1)", c}, {"Int64", "Int64", "DoubleDelta, ZSTD(1)", c}, {"Int64", "Int64", "T64, ZSTD(1)", c}, {"Int64", "Int64", "Delta, ZSTD(3)", c}}
	}},
	{"raw_partition", "", func(c string) []variant {
		return []variant{{"Int32", "Int32", "LZ4", c}, {"Int32", "Int32", "ZSTD(1)", c}}
	}},
	{"imei", "", func(c string) []variant {
		return []variant{{"String", "String", "LZ4", c}, {"String", "String", "ZSTD(1)", c}, {"LowCardinality(String)", "LowCardinality(String)", "ZSTD(1)", c}}
	}},
	{"source, account, pos_type", "", func(c string) []variant {
		return []variant{{"String", "String", "LZ4", c}, {"LowCardinality(String)", "LowCardinality(String)", "LZ4", c}, {"LowCardinality(String)", "LowCardinality(String)", "ZSTD(1)", c}}
	}},
	{"acc", "", func(c string) []variant {
		return []variant{{"Nullable(Bool)", "Nullable(Bool)", "LZ4", c}, {"Nullable(Bool)", "Nullable(Bool)", "ZSTD(1)", c}}
	}},
	{"quality", "", func(c string) []variant {
		return []variant{{"Array(String)", "Array(String)", "LZ4", c}, {"Array(LowCardinality(String))", "Array(LowCardinality(String))", "ZSTD(1)", c}}
	}},
}

// codecs measures every column in every way: bytes a fix and the time to read it.
func codecs(ctx context.Context, s *server, cfg *config, out io.Writer) error {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }
	p("\n## Columns\n\nEach column in each way, ordered by (imei, fix_time), merged to one part a month; columns that are alike are added up. Time is what one processor takes to read the column and find its maximum, median of %d rounds in turn.\n\n| column | type | codec | bytes a fix | ns a fix to read |\n|---|---|---|---|---|\n", cfg.rounds)
	for _, v := range variants {
		sizes, times, ways := []float64(nil), []float64(nil), []variant(nil)
		for _, column := range strings.Split(v.columns, ", ") {
			ways = v.ways(column)
			size, took, err := measureColumn(ctx, s, fmt.Sprintf("sample WHERE cityHash64(imei) %% %d = 0", cfg.part), cfg.rounds, ways)
			if err != nil {
				return fmt.Errorf("%s: %w", column, err)
			}
			sizes, times = added(sizes, size), added(times, took)
		}
		for i, w := range ways {
			name := ""
			if i == 0 {
				name = v.columns
			}
			p("| %s | %s | %s | %.2f | %.1f |\n", name, w.what, w.codec, sizes[i], times[i])
		}
		if v.loses != "" {
			p("| | %s | | | |\n", v.loses)
		}
	}
	return nil
}

func added(a, b []float64) []float64 {
	if a == nil {
		return b
	}
	for i := range b {
		a[i] += b[i]
	}
	return a
}

// measureColumn makes a table with the column in every way.
func measureColumn(ctx context.Context, s *server, source string, rounds int, ways []variant) (sizes, times []float64, err error) {
	columns, from := make([]string, 0, len(ways)), make([]string, 0, len(ways))
	for i, w := range ways {
		columns = append(columns, fmt.Sprintf("v%d %s CODEC(%s)", i, w.kind, w.codec))
		from = append(from, w.from)
	}
	defer func() { _ = s.exec(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS columns SYNC") }()
	for _, q := range []string{
		"DROP TABLE IF EXISTS columns SYNC",
		"CREATE TABLE columns (key_imei String, key_time DateTime64(0, 'UTC'), " + strings.Join(columns, ", ") + `) ENGINE = MergeTree PARTITION BY toYYYYMM(key_time) ORDER BY (key_imei, key_time)
			SETTINGS min_bytes_for_wide_part = 0`,
		"INSERT INTO columns SELECT imei, fix_time, " + strings.Join(from, ", ") + " FROM " + source,
		"OPTIMIZE TABLE columns FINAL",
	} {
		if err := s.exec(ctx, q); err != nil {
			return nil, nil, err
		}
	}
	var rows float64
	if err := s.conn.QueryRow(ctx, "SELECT toFloat64(count()) FROM columns").Scan(&rows); err != nil {
		return nil, nil, err
	}
	all := make([][]float64, len(ways))
	for range rounds {
		for i := range ways {
			m, err := s.measure(ctx, fmt.Sprintf("SELECT max(v%d) FROM columns", i), 1)
			if err != nil {
				return nil, nil, err
			}
			all[i] = append(all[i], m.cpuMS*1e6/rows)
		}
	}
	for i := range ways {
		var size float64
		if err := s.conn.QueryRow(ctx, fmt.Sprintf("SELECT toFloat64(data_compressed_bytes) FROM system.columns WHERE database = currentDatabase() AND table = 'columns' AND name = 'v%d'", i)).Scan(&size); err != nil {
			return nil, nil, err
		}
		sizes, times = append(sizes, size/rows), append(times, median(all[i]))
	}
	return sizes, times, nil
}
