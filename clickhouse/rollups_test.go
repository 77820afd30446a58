package clickhouse

import (
	"fmt"
	"testing"

	"github.com/odograph/odograph/test/recount"
)

// TestRollupsOfRepeatedBlocks inserts fixes of some days in blocks of any order,
// some of them again, as the sink does when an answer was lost, and compares the
// rollups with a recount after each round: what comes late changes hours and days
// that were counted before, what comes twice changes nothing.
func TestRollupsOfRepeatedBlocks(t *testing.T) {
	dsn := migrated(t)
	conn := connect(t, dsn("default"))
	// Six devices, 40 hours; every 7th fix has no usable position, every 11th no
	// speed. A device stands for a third of the time; one is silent for hours.
	const block = `INSERT INTO fixes (imei, fix_time, received_time, source, lat_e7, lng_e7, speed_kmh, acc, odometer_m, quality, h3_r7, h3_r9, raw_offset)
		WITH number %% 6 AS device, intDiv(number, 6) AS i,
			toDateTime64(toStartOfHour(now() - 50 * 3600), 0, 'UTC') + i * 40 + device + if(device = 5 AND i > 1000, 20000, 0) AS at,
			520000000 + device * 100000 + toInt64(if(i %% 90 < 60, i, i - i %% 90)) * 2500 AS lat
		SELECT toString(device), at, at + 2 + i %% 5, ['push', 'openapi', 'track_list'][1 + i %% 3], lat, 130000000, if(i %% 11 = 0, NULL, if(i %% 90 < 60, 25. + i %% 30, 0)), i %% 90 < 75,
			if(device = 3, NULL, toFloat64(1000 * device + i * 28)), if(i %% 7 = 0, ['no_fix'], if(i %% 13 = 0, ['late'], [])), geoToH3(lat / 1e7, 13., 7), geoToH3(lat / 1e7, 13., 9), number
		FROM numbers(21600) WHERE %s`
	for round, part := range []string{
		"i < 1800 AND number % 5 != 0",
		"i < 1800 AND number % 5 = 0 OR i > 3000", // a fifth comes late, between what was counted
		"number % 3 = 0",                          // much of it again
		"1",
	} {
		execute(t, conn, fmt.Sprintf(block, part))
		if n := recount.Check(t, conn); n < 300 {
			t.Errorf("round %d: only %d rows were compared", round, n)
		}
	}
	same(t, dsn("reader"), "SELECT count() > 200, uniqExact(imei) FROM device_hours", "1 6")
	same(t, dsn("reader"), "SELECT abs(h.s - d.s) < 0.001 AND h.n = d.n AND h.n = 21600 FROM (SELECT sum(distance_m) AS s, sum(fixes) AS n FROM fleet_hours) AS h, (SELECT sum(distance_m) AS s, sum(fixes) AS n FROM device_days) AS d", "1")
	same(t, dsn("reader"), "SELECT sum(fixes) = (SELECT count() FROM fixes WHERE NOT has(quality, 'no_fix')) FROM heat_daily WHERE resolution = 9", "1")

	// Rows of which the view of the newest positions was not told.
	execute(t, conn, "TRUNCATE TABLE device_positions")
	// A rollup that is wrong is named, and put right.
	execute(t, conn, "INSERT INTO device_hours SELECT * REPLACE (fixes - 1 AS fixes, 0 AS distance_m, now64(3) AS computed_time) FROM device_hours FINAL WHERE imei = '2' ORDER BY hour LIMIT 1")
	same(t, dsn("reader"), "SELECT rollup, imei, stored_fixes - counted_fixes FROM rollup_check WHERE rollup = 'device_hours'", "device_hours 2 1")
	recount.Check(t, conn)

	// Fixes that have gone with time stay counted, also when a late one comes among
	// them.
	const rollups = "SELECT (SELECT sum(cityHash64(imei, hour, fixes, distance_m)) FROM device_hours FINAL), (SELECT sum(cityHash64(day, resolution, cell, fixes)) FROM cell_days FINAL)"
	counted := lines(t, dsn("default"), rollups)
	execute(t, conn, "ALTER TABLE fixes DELETE WHERE imei != '0' SETTINGS mutations_sync = 2",
		"INSERT INTO fixes SELECT * REPLACE ('1' AS imei, now64(3) AS inserted_time) FROM (SELECT * FROM fixes WHERE imei = '0' AND empty(quality) ORDER BY fix_time LIMIT 1 OFFSET 100)")
	same(t, dsn("default"), "SELECT count() FROM fixes WHERE imei = '1'", "1")
	recount.Refresh(t, conn)
	same(t, dsn("default"), rollups, counted)
}

// TestRollupCheckAtItsEdge: where the year ends that rollup_check looks back, what
// was counted rightly is right.
func TestRollupCheckAtItsEdge(t *testing.T) {
	dsn := migrated(t)
	conn := connect(t, dsn("default"))
	execute(t, conn, `INSERT INTO fixes (imei, fix_time, received_time, lat_e7, lng_e7, h3_r7, h3_r9, raw_offset)
		SELECT '1', toDateTime64(toStartOfHour(now()) - 368 * 86400 + number * 600, 0, 'UTC'), now64(3), 520000000 + number, 130000000, geoToH3(52., 13., 7), geoToH3(52., 13., 9), number FROM numbers(4 * 144)`)
	recount.Refresh(t, conn)
	same(t, dsn("default"), "SELECT sum(fixes) FROM device_hours FINAL", "576")
	same(t, dsn("default"), "SELECT count() FROM rollup_check", "0")
}

// TestVisitsThatMeet: a visit that ends in the second in which the next begins has
// its end.
func TestVisitsThatMeet(t *testing.T) {
	dsn := migrated(t)
	execute(t, connect(t, dsn("default")), `INSERT INTO geofence_events (event_id, revision, imei, fence_id, fence_version, kind, at, confirmed_at, dwell_s) VALUES
		('a', 1, '1', 'yard', 1, 'enter', '2026-03-01 08:00:00', '2026-03-01 08:00:00', NULL), ('b', 1, '1', 'yard', 1, 'exit', '2026-03-01 08:00:10', '2026-03-01 08:00:10', 10),
		('c', 1, '1', 'yard', 1, 'enter', '2026-03-01 08:00:10', '2026-03-01 08:00:10', NULL), ('d', 1, '1', 'yard', 1, 'exit', '2026-03-01 08:00:30', '2026-03-01 08:00:30', 20),
		('e', 1, '1', 'yard', 1, 'enter', '2026-03-01 09:00:00', '2026-03-01 09:00:00', NULL), ('f', 1, '1', 'yard', 1, 'exit', '2026-03-01 09:00:00', '2026-03-01 09:00:00', 0)`)
	same(t, dsn("reader"), "SELECT begin_event_id, end_event_id, state, duration_s FROM fence_visits ORDER BY start_time", "a b ended 10\nc d ended 20\ne f ended 0")
}
