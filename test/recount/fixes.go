package recount

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// A fix is a row of fixes, as far as rollups see it; what is unknown is -1.
type fix struct {
	imei, source              string
	at, received, inserted    time.Time
	lat, lng, speed, odometer float64
	ignition                  bool // known to be on
	late, usable              bool
	h3r7, h3r9                uint64
	offset                    int64
}

// unusable are the flags of a fix whose position cannot be believed.
var unusable = []string{"zero_position", "no_fix", "future", "jump", "hemisphere", "lbs", "wifi"}

// read gives all fixes, each once, in the order of devices and their times.
func read(tb testing.TB, owner driver.Conn) []fix {
	tb.Helper()
	rows, err := owner.Query(context.Background(), `SELECT imei, toString(source), toDateTime64(fix_time, 3, 'UTC'), received_time, inserted_time, lat, lng,
		ifNull(toFloat64(speed_kmh), -1), ifNull(odometer_m, -1), ifNull(acc, false), arrayMap(q -> toString(q), quality), h3_r7, h3_r9, raw_offset FROM fixes FINAL ORDER BY imei, fix_time`)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()
	var out []fix
	for rows.Next() {
		var f fix
		var quality []string
		if err := rows.Scan(&f.imei, &f.source, &f.at, &f.received, &f.inserted, &f.lat, &f.lng, &f.speed, &f.odometer, &f.ignition, &quality, &f.h3r7, &f.h3r9, &f.offset); err != nil {
			tb.Fatal(err)
		}
		f.late = slices.Contains(quality, "late")
		f.usable = !slices.ContainsFunc(quality, func(q string) bool { return slices.Contains(unusable, q) })
		out = append(out, f)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return out
}

const positionsQuery = `SELECT imei, [toFloat64(toUnixTimestamp(fix_time)), lat_e7 / 1e7, lng_e7 / 1e7, ifNull(speed_kmh, -1)] FROM device_positions FINAL`

// positions are the newest usable fixes.
func positions(fixes []fix) map[string][]float64 {
	out := map[string][]float64{}
	for i := range fixes {
		if f := &fixes[i]; f.usable {
			out[f.imei] = []float64{float64(f.at.Unix()), f.lat, f.lng, f.speed}
		}
	}
	return out
}
