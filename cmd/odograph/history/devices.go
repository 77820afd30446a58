package history

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/odograph/odograph/pkg/schema"
)

// A definition is what is known of a device beforehand, and how many fixes it
// has in the range.
type definition struct {
	schema.Device
	fixes uint64
}

// devices are those with anything in the range, in order.
func devices(ctx context.Context, conn driver.Conn, s *scope, only []string) ([]definition, error) {
	with := ""
	if len(only) > 0 {
		with = " AND imei IN (" + quoted(only) + ")"
	}
	var parts []string
	add := func(count, table, column string) {
		parts = append(parts, fmt.Sprintf("SELECT imei, toUInt64(%s) AS n FROM %s WHERE %s >= %s AND %s < %s%s GROUP BY imei",
			count, table, column, second(s.from), column, second(s.to), with))
	}
	add("count()", "fixes", "fix_time")
	for _, name := range []string{"alarms", "sensors", "faults"} {
		add("0", name, "event_time")
	}
	for _, t := range storedTables {
		add("0", t.name, t.time)
	}
	rows, err := conn.Query(queryContext(ctx), "SELECT imei, sum(n), any(d.vehicle_class), any(d.driver_name), any(d.group_name), any(d.speed_limit_kmh), any(d.temperature_min_c), any(d.temperature_max_c) FROM ("+
		strings.Join(parts, " UNION ALL ")+") AS a LEFT JOIN devices_now AS d USING (imei) GROUP BY imei ORDER BY imei")
	if err != nil {
		return nil, fmt.Errorf("find the devices: %w", err)
	}
	defer rows.Close()
	var out []definition
	for rows.Next() {
		var d definition
		var limit, low, high *float64
		if err := rows.Scan(&d.IMEI, &d.fixes, &d.VehicleClass, &d.DriverName, &d.Group, &limit, &low, &high); err != nil {
			return nil, fmt.Errorf("find the devices: %w", err)
		}
		d.SpeedLimitKMH, d.TemperatureMinC, d.TemperatureMaxC = option(limit), option(low), option(high)
		out = append(out, d)
	}
	return out, rows.Err()
}

// How much is read at a time.
const (
	groupDevices = 500
	groupFixes   = 2_000_000
)

// groups cuts the devices into what one query of each table reads.
func groups(all []definition) [][]definition {
	var out [][]definition
	start, fixes := 0, uint64(0)
	for i := range all {
		if i > start && (i-start >= groupDevices || fixes+all[i].fixes > groupFixes) {
			out = append(out, all[start:i])
			start, fixes = i, 0
		}
		fixes += all[i].fixes
	}
	if start < len(all) {
		out = append(out, all[start:])
	}
	return out
}
