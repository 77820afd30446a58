package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// sourceTable takes the fixes as they come. Its types lose nothing, its codecs
// cost little; all designs are copies of it.
const sourceTable = `CREATE TABLE IF NOT EXISTS %s
(
    imei LowCardinality(String), fix_time DateTime64(0, 'UTC') CODEC(Delta, LZ4), received_time DateTime64(3, 'UTC') CODEC(Delta, LZ4), inserted_time DateTime64(3, 'UTC') CODEC(Delta, LZ4),
    gate_time Nullable(DateTime64(0, 'UTC')), source LowCardinality(String), account LowCardinality(String), pos_type LowCardinality(String),
    lat_e7 Int32 CODEC(DoubleDelta, LZ4), lng_e7 Int32 CODEC(DoubleDelta, LZ4), lat Float64 ALIAS lat_e7 / 1e7, lng Float64 ALIAS lng_e7 / 1e7,
    speed_kmh Nullable(Float32), heading_deg Nullable(Float32), satellites Nullable(Int32), acc Nullable(Bool), altitude_m Nullable(Float32), odometer_m Nullable(Float64),
    post_method Nullable(Int32), gps_mode Nullable(Int32), status Nullable(Int64), quality Array(LowCardinality(String)),
    h3_r7 UInt64, h3_r9 UInt64, h3_r11 UInt64, raw_partition Int32, raw_offset Int64 CODEC(Delta, LZ4)
)
ENGINE = MergeTree PARTITION BY toYYYYMM(fix_time) ORDER BY (imei, fix_time)`

// prepare makes the fixes, unless they are there from an earlier run.
func prepare(ctx context.Context, s *server, table string, fixes, devices int) error {
	if err := s.exec(ctx, fmt.Sprintf(sourceTable, table)); err != nil {
		return err
	}
	var have uint64
	if err := s.conn.QueryRow(ctx, "SELECT count() FROM "+table).Scan(&have); err != nil {
		return err
	}
	if have >= uint64(fixes) {
		return nil
	}
	if err := s.exec(ctx, "TRUNCATE TABLE "+table); err != nil {
		return err
	}
	start := time.Now()
	native, err := s.native(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = native.Close() }()
	n := 0
	return load(ctx, native, table, fixes, devices, func(done int) {
		if n++; n%24 == 0 {
			took := time.Since(start).Seconds()
			fmt.Fprintf(os.Stderr, "storage: %d fixes of %d days made in %.0f s, %.0f/s\n", done, n/24, took, float64(done)/took)
		}
	})
}
