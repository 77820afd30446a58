package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/odograph/odograph/clickhouse"
)

// fill migrates the database and copies the fixes into it, unless it has some.
func fill(ctx context.Context, conn driver.Conn, cfg *config) error {
	if _, err := clickhouse.Migrate(ctx, cfg.dsn, slog.New(slog.NewTextHandler(os.Stderr, nil))); err != nil {
		return err
	}
	var there uint64
	if err := conn.QueryRow(ctx, "SELECT count() FROM fixes").Scan(&there); err != nil {
		return err
	}
	if there > 0 {
		fmt.Fprintf(os.Stderr, "%d fixes are there\n", there)
		return nil
	}
	months, days, err := span(ctx, conn, cfg.fill)
	if err != nil {
		return err
	}
	if err := copyIn(ctx, conn, cfg, months, fmt.Sprintf("toIntervalDay(%d)", days)); err != nil {
		return err
	}
	return settle(ctx, conn)
}

// counted are the views that count what has come.
var counted = []string{"device_hours_recent", "device_hours_sweep", "device_positions_sweep", "cell_days_recent", "cell_days_sweep", "latency_recent", "latency_sweep"}

func each(ctx context.Context, conn driver.Conn, what string, views []string) error {
	for _, view := range views {
		if err := conn.Exec(ctx, "SYSTEM "+what+" VIEW "+view); err != nil {
			return err
		}
	}
	return nil
}

// copyIn copies the fixes. Nothing is counted meanwhile: all of them are new.
func copyIn(ctx context.Context, conn driver.Conn, cfg *config, months []uint32, shift string) (err error) {
	if err := each(ctx, conn, "STOP", counted); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, each(context.WithoutCancel(ctx), conn, "START", counted)) }()
	for _, month := range months { // a month a statement, so that one that fails costs little
		for n := range cfg.copies {
			start := time.Now()
			err := conn.Exec(ctx, fmt.Sprintf(`INSERT INTO fixes (imei, fix_time, received_time, inserted_time, source, lat_e7, lng_e7, speed_kmh, heading_deg, satellites, acc, altitude_m, odometer_m, post_method, quality, h3_r7, h3_r9, h3_r11, raw_partition, raw_offset)
				SELECT if(%[1]d = 0, toString(imei), concat('%[1]d', substring(imei, 2))), fix_time + %[2]s, received_time + %[2]s, inserted_time + %[2]s, source, lat_e7, lng_e7, speed_kmh, heading_deg, satellites, acc, altitude_m, odometer_m, post_method, quality, h3_r7, h3_r9, h3_r11, raw_partition, raw_offset
				FROM %[3]s WHERE toYYYYMM(fix_time) = %[4]d SETTINGS max_partitions_per_insert_block = 0, max_insert_threads = 1, final = 0`, n, shift, cfg.fill, month))
			if err != nil {
				return fmt.Errorf("copy the fixes of %d: %w", month, err)
			}
			fmt.Fprintf(os.Stderr, "month %d copied in %s\n", month, time.Since(start).Round(time.Second))
		}
	}
	return nil
}

// span gives the months of the fixes, and how many days they can be moved without
// being of the future.
func span(ctx context.Context, conn driver.Conn, table string) (months []uint32, days int64, err error) {
	err = conn.QueryRow(ctx, "SELECT groupUniqArray(toYYYYMM(fix_time)), intDiv(dateDiff('second', max(inserted_time), now()), 86400) FROM "+table).Scan(&months, &days)
	return months, days, err
}

// settle brings the rollups up to date and waits for the merges.
func settle(ctx context.Context, conn driver.Conn) error {
	start := time.Now()
	for wrong := uint64(1); wrong > 0; { // a run counts as much as fits into it
		for _, view := range counted {
			for _, what := range []string{"WAIT", "REFRESH", "WAIT"} {
				if err := each(ctx, conn, what, []string{view}); err != nil {
					return err
				}
			}
		}
		if err := conn.QueryRow(ctx, "SELECT count() FROM rollup_check").Scan(&wrong); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "rollups: %d rows still to count after %s\n", wrong, time.Since(start).Round(time.Second))
	}
	for merging := uint64(1); merging > 0; time.Sleep(2 * time.Second) {
		if err := conn.QueryRow(ctx, "SELECT count() FROM system.merges WHERE database = currentDatabase()").Scan(&merging); err != nil {
			return err
		}
	}
	return nil
}

// short is a number of rows or bytes as text.
func short(n uint64, unit string) string {
	f := float64(n)
	for _, step := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if f >= step.size {
			return strings.TrimSuffix(fmt.Sprintf("%.1f", f/step.size), ".0") + " " + step.name + unit
		}
	}
	return fmt.Sprintf("%.0f %s", f, unit)
}
