package clickhouse

import (
	"strconv"
	"strings"
	"testing"
)

// lines are the answer of a query as text, one line a row.
func lines(t *testing.T, dsn, query string) string {
	t.Helper()
	rows, err := connect(t, dsn).Query(t.Context(), "SELECT formatRowNoNewline('TSV', *) FROM ("+query+")")
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimRight(strings.ReplaceAll(line, "\t", " "), " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return strings.Join(out, "\n")
}

func same(t *testing.T, dsn, query, want string) {
	t.Helper()
	if got, want := lines(t, dsn, query), strings.ReplaceAll(strings.TrimSpace(want), "\n\t\t", "\n"); got != want {
		t.Errorf("%s\ngot\n%s\nwant\n%s", query, got, want)
	}
}

// healthRows are devices in all states.
var healthRows = []string{
	`INSERT INTO heartbeats (imei, event_time, received_time, source, battery_percent, charging, gsm_signal, acc, raw_offset) VALUES
		('awake', now64(3) - 61, now64(3) - 60, 'push', 80, false, 70, false, 1), ('awake', now64(3) - 301, now64(3) - 300, 'push', 81, true, 60, true, 2),
		('left', now64(3) - 121, now64(3) - 120, 'push', 80, NULL, NULL, NULL, 3),
		('back', now64(3) - 121, now64(3) - 120, 'push', 80, NULL, NULL, NULL, 4),
		('lost', now64(3) - 11, now64(3) - 10, 'push', NULL, NULL, NULL, true, 5),
		('gone', now64(3) - 7201, now64(3) - 7200, 'push', NULL, NULL, NULL, true, 6),
		('weak', now64(3) - 31, now64(3) - 30, 'push', 5, NULL, NULL, NULL, 7), ('weak', now64(3) - 21, now64(3) - 20, 'push', NULL, NULL, NULL, NULL, 8)`,
	`INSERT INTO fixes (imei, fix_time, received_time, source, lat_e7, lng_e7, acc, quality, raw_offset) VALUES
		('awake', now64(0) - 90, now64(3) - 89, 'push', 521000000, -10000000, NULL, [], 10), ('awake', now64(0) - 80, now64(3) - 79, 'push', 0, 0, NULL, ['zero_position'], 11),
		('lost', now64(0) - 2400, now64(3) - 2399, 'push', 521000000, 0, true, [], 12), ('lost', now64(0) - 5, now64(3) - 4, 'push', 0, 0, NULL, ['lbs'], 13),
		('polled', now64(0) - 10800, now64(3) - 1, 'location_list', 521000000, 0, true, [], 14),
		('weak', now64(0) - 30, now64(3) - 29, 'push', 521000000, 0, false, [], 15)`,
	`INSERT INTO sessions (imei, event_time, received_time, source, kind, raw_offset) VALUES ('left', now64(3) - 61, now64(3) - 60, 'push', 'logout', 20),
		('back', now64(3) - 61, now64(3) - 60, 'push', 'logout', 21), ('back', now64(3) - 31, now64(3) - 30, 'push', 'login', 22)`,
	`INSERT INTO alarms (imei, event_time, received_time, source, msg_class, code, ended, raw_offset) VALUES
		('awake', now64(3) - 86400, now64(3) - 86399, 'push', 0, '19', false, 30), ('awake', now64(3) - 864000, now64(3) - 863999, 'push', 0, '267', false, 31),
		('polled', now64(3) - 3700, now64(3) - 3650, 'push', 0, '263', false, 32), ('polled', now64(3) - 10, now64(3) - 9, 'openapi', 0, 'offline', false, 33)`,
	`INSERT INTO devices (imei, name, expires_time, updated_time) VALUES ('new', 'Van', now64(3) - 86400, now64(3)), ('gone', 'Bus', NULL, now64(3))`,
}

const healthQuery = `SELECT imei, name, online, logged_out, intDiv(dateDiff('second', last_contact_time, now()), 300), acc, battery_percent, charging, gsm_signal, lat, lng, stale_position_while_online,
	last_tamper_alarm_kind, last_jamming_alarm_kind, problems FROM device_health ORDER BY imei`

const healthWant = `
awake  true false 0 false 80 false 70 52.1 -1 false device_removed \N ['tamper_alarm']
		back  true false 0 \N 80 \N \N \N \N true \N \N ['stale_position']
		gone Bus false false 24 true \N \N \N \N \N false \N \N ['offline']
		left  false true 0 \N 80 \N \N \N \N false \N \N ['logged_out']
		lost  true false 0 true \N \N \N 52.1 0 true \N \N ['stale_position']
		new Van false false \N \N \N \N \N \N \N false \N \N ['never_seen','subscription_expired']
		polled  false false 12 true \N \N \N 52.1 0 false \N lte_jamming ['offline','jamming_alarm']
		weak  true false 0 false 5 \N \N 52.1 0 false \N \N ['battery_low']`

// TestDeviceHealth reads devices in all states, of rows from after the views of
// the newest contacts and of rows from before them, and of rows that came twice.
func TestDeviceHealth(t *testing.T) {
	for name, version := range map[string]int64{"rows after": 0, "rows before": 71} {
		t.Run(name, func(t *testing.T) {
			dsn := unmigrated(t)
			if _, err := migrateTo(t.Context(), dsn("migrator"), version, quiet); err != nil {
				t.Fatal(err)
			}
			conn := connect(t, dsn("default"))
			execute(t, conn, healthRows...)
			if _, err := Migrate(t.Context(), dsn("migrator"), quiet); err != nil {
				t.Fatal(err)
			}
			same(t, dsn("reader"), healthQuery, healthWant)
			execute(t, conn, "OPTIMIZE TABLE device_contacts FINAL")
			same(t, dsn("default"), healthQuery, healthWant)
			if got := lines(t, dsn("default"), "SELECT count() FROM device_contacts"); got != "7" {
				t.Errorf("%s rows of latest contacts, want one a device", got)
			}
			execute(t, conn, "INSERT INTO health_settings SELECT * REPLACE (2 AS version, 10000 AS online_within_s) FROM health_settings")
			same(t, dsn("reader"), "SELECT imei, online FROM device_health WHERE imei IN ('gone', 'polled') ORDER BY imei", "gone true\n\t\tpolled true")
			execute(t, conn, "TRUNCATE TABLE health_settings")
			same(t, dsn("reader"), "SELECT count(), countIf(online), countIf(has(problems, 'no_health_settings')) FROM device_health", "8 0 8")
		})
	}
}

// TestContactsOfRepeatedBlocks: a block that is inserted again under its token,
// and under another one, changes nothing, and is found again like before.
func TestContactsOfRepeatedBlocks(t *testing.T) {
	dsn := migrated(t)
	db, conn := open(t, dsn("sink")), connect(t, dsn("default"))
	const latest = `SELECT imei, max(contact_time), max(heartbeat_time), max(fix_time), argMaxMerge(acc), argMaxMerge(battery_percent), argMaxMerge(gsm_signal), argMaxMerge(lat_e7),
		(SELECT groupArray((msg_class, code, subtype, last_time)) FROM device_alarm_codes FINAL) FROM device_contacts GROUP BY imei`
	want := ""
	for round, token := range []string{"a", "a", "b"} {
		for _, s := range samples {
			row := sampleBatch(t, s.topic, s.key, s.record)
			seen, err := db.Insert(t.Context(), row.Rows, []int{row.Index}, token)
			if err != nil || seen != (round == 1) {
				t.Fatalf("%s with token %s in round %d: seen %v, %v", s.table, token, round, seen, err)
			}
			if present, err := db.Present(t.Context(), row.Rows, []int{row.Index}); err != nil || !present[0] {
				t.Errorf("%s: present %v, %v", s.table, present, err)
			}
		}
		got := lines(t, dsn("default"), latest)
		if round == 0 {
			want = got
		}
		if got != want || !strings.HasPrefix(got, "1 2026-02-03 04:05:07.123 2026-02-03 04:05:06.000") {
			t.Errorf("round %d:\n%s\nwant\n%s", round, got, want)
		}
	}
	// A block whose token was remembered for other rows reaches neither table
	// twice, and the repair that the sink makes then reaches both.
	b, err := NewBatch("heartbeats.v1")
	if err != nil {
		t.Fatal(err)
	}
	row, err := b.Add(Record{Key: []byte("2"), Value: []byte(`{"imei":"2","received_time":"2026-02-03T04:05:07Z","source":"push","raw_partition":3,"raw_offset":480,"event_time":"2026-02-03T04:05:06Z","raw":"{}"}`)})
	if err != nil {
		t.Fatal(err)
	}
	if seen, err := db.Insert(t.Context(), row.Rows, []int{row.Index}, "a"); err != nil || !seen {
		t.Fatalf("seen %v, %v", seen, err)
	}
	if present, err := db.Present(t.Context(), row.Rows, []int{row.Index}); err != nil || present[0] {
		t.Fatalf("present %v, %v", present, err)
	}
	if seen, err := db.Insert(t.Context(), row.Rows, []int{row.Index}, "a/repair/1"); err != nil || seen {
		t.Fatalf("seen %v, %v", seen, err)
	}
	if got := rowText(t, conn, "SELECT toString(count()) || ' ' || toString(max(contact_time)) FROM device_contacts WHERE imei = '2'"); !strings.HasSuffix(got, " 2026-02-03 04:05:07.000") {
		t.Errorf("after the repair: %s", got)
	}
}

func TestOfflinePeriods(t *testing.T) {
	dsn := migrated(t)
	execute(t, connect(t, dsn("default")), `INSERT INTO heartbeats (imei, event_time, received_time, source, raw_offset)
		SELECT 'a', at, at + 1, 'push', number FROM (SELECT number, toDateTime64(now() - 36000, 3, 'UTC') + number * 300 + if(number >= 20, 7200, 0) AS at FROM numbers(60))`,
		"INSERT INTO heartbeats (imei, event_time, received_time, source) VALUES ('silent', now64(3) - 86400 * 30, now64(3) - 86400 * 30, 'push')",
		"INSERT INTO fixes (imei, fix_time, received_time, source) VALUES ('a', now64(0) - 30000, now64(3) - 1, 'track_list')")
	// 'a' beats every 5 minutes but for 2 h 5 min; the polled fix of meanwhile is a
	// sign of life of its own time, not of now.
	same(t, dsn("reader"), "SELECT imei, round(duration_s, -1), ongoing FROM offline_periods ORDER BY imei, start_time", `
a 7200 false
		a 11100 true
		silent 2592000 true`)
}

var tripRows = []string{
	// Two hours over midnight, 120 km; half of the first trip could be observed.
	`INSERT INTO trips (trip_id, revision, retracted, imei, start_time, end_time, distance_m, idle_s, driving_s, observable_s, observable_share, odometer_distance_m, raw_offset) VALUES
		('t1', 1, false, 'a', '2026-01-01 23:30:00', '2026-01-02 01:30:00', 99, 0, 7200, 0, 0, NULL, 1),
		('t1', 2, false, 'a', '2026-01-01 23:30:00', '2026-01-02 01:30:00', 120000, 600, 6000, 3000, 0.5, 121000, 2),
		('t2', 1, false, 'a', '2026-01-02 08:00:00', '2026-01-02 09:00:00', 60000, 0, 3000, 3000, 1, 59000, 3),
		('t3', 1, false, 'a', '2026-01-02 10:00:00', '2026-01-02 11:00:00', 60000, 0, 3000, 3000, 1, 61000, 4),
		('t4', 1, false, 'a', '2026-01-03 10:00:00', '2026-01-03 11:00:00', 60000, 0, 3000, 3000, 1, NULL, 5), ('t4', 2, true, 'a', '2026-01-03 10:00:00', '2026-01-03 11:00:00', 60000, 0, 3000, 3000, 1, NULL, 6),
		('t5', 1, false, 'blind', '2026-01-02 10:00:00', '2026-01-02 11:00:00', 100000, 0, 3000, 300, 0.1, NULL, 7),
		('t6', 1, false, 'device', '2026-01-02 10:00:00', '2026-01-02 11:00:00', 100000, 0, 3000, 300, 0.1, NULL, 8),
		('t7', 1, false, 'short', '2026-01-02 10:00:00', '2026-01-02 10:10:00', 10000, 0, 600, 600, 1, NULL, 9)`,
	`INSERT INTO driving_events (event_id, revision, retracted, imei, kind, start_time, end_time, severity, source, confidence, raw_offset) VALUES
		('1', 1, false, 'a', 'harsh_braking', '2026-01-01 23:45:00', '2026-01-01 23:45:05', 'low', 'gps', 'measured', 1),
		('2', 1, false, 'a', 'harsh_acceleration', '2026-01-02 08:10:00', '2026-01-02 08:10:05', 'low', 'gps', 'measured', 2), ('2', 2, false, 'a', 'harsh_acceleration', '2026-01-02 08:10:00', '2026-01-02 08:10:05', 'medium', 'gps', 'measured', 3),
		('3', 1, false, 'a', 'harsh_cornering', '2026-01-02 08:20:00', '2026-01-02 08:20:05', 'high', 'gps', 'inferred', 4),
		('4', 1, false, 'a', 'harsh_cornering', '2026-01-02 08:30:00', '2026-01-02 08:30:05', 'high', 'gps', 'measured', 5), ('4', 2, true, 'a', 'harsh_cornering', '2026-01-02 08:30:00', '2026-01-02 08:30:05', 'high', 'gps', 'measured', 6),
		('5', 1, false, 'a', 'idling', '2026-01-02 08:40:00', '2026-01-02 08:50:05', 'none', 'gps', 'measured', 7),
		('6', 1, false, 'device', 'harsh_braking', '2026-01-02 10:10:00', '2026-01-02 10:10:00', 'high', 'device', 'high', 8), ('7', 1, false, 'device', 'speeding', '2026-01-02 10:20:00', '2026-01-02 10:30:00', 'low', 'gps', 'measured', 9),
		('8', 1, false, 'nowhere', 'harsh_braking', '2026-01-05 10:10:00', '2026-01-05 10:10:00', 'high', 'device', 'high', 10)`,
	`INSERT INTO alarms (imei, event_time, received_time, source, msg_class, code) VALUES ('device', '2025-01-01', '2025-01-01', 'push', 0, '48'), ('blind', '2025-01-01', '2025-01-01', 'push', 0, '44')`,
}

func TestScores(t *testing.T) {
	dsn := migrated(t)
	conn := connect(t, dsn("default"))
	execute(t, conn, tripRows...)
	for _, user := range []string{"reader", "default"} { // with FINAL from the profile, and without
		same(t, dsn(user), "SELECT imei, day, trips, distance_m, driving_s, observable_s, observable_share, observable_distance_m FROM observable_daily ORDER BY imei, day", `
a 2026-01-01 1 30000 1500 750 0.5 15000
		a 2026-01-02 2 210000 10500 8250 0.7857142857142857 165000
		blind 2026-01-02 1 100000 3000 300 0.1 10000
		device 2026-01-02 1 100000 3000 300 0.1 10000
		short 2026-01-02 1 10000 600 600 1 10000`)
		same(t, dsn(user), `SELECT imei, day, observable_km, low_events, medium_events, high_events, unscored_events, harsh_braking, harsh_acceleration, harsh_cornering, speeding, penalty_points, score, no_score_reason
			FROM driver_scores_daily ORDER BY imei, day`, `
a 2026-01-01 15 1 0 0 0 1 0 0 0 1 \N too_few_km
		a 2026-01-02 165 0 1 0 1 0 1 0 0 3 98.18181818181819
		blind 2026-01-02 10 0 0 0 0 0 0 0 0 0 \N too_little_observable
		device 2026-01-02 100 1 0 1 0 1 0 0 1 9 91
		nowhere 2026-01-05 0 0 0 1 0 1 0 0 0 8 \N too_little_observable
		short 2026-01-02 10 0 0 0 0 0 0 0 0 0 \N too_few_km`)
		same(t, dsn(user), `SELECT imei, first_day, last_day, distance_km, round(observable_share, 4), device_alarms_known, observable_km, low_events, medium_events, high_events, weight_low, weight_medium, weight_high,
			penalty_points, round(penalty_points_per_100_km, 4), round(score, 4), no_score_reason FROM driver_scores WHERE imei IN ('a', 'device') ORDER BY imei`, `
a 2026-01-01 2026-01-02 240 0.75 false 180 1 1 0 1 3 8 4 2.2222 97.7778
		device 2026-01-02 2026-01-02 100 0.1 true 100 1 0 1 1 3 8 9 9 91`)
	}
	execute(t, conn, "INSERT INTO score_settings (version, weight_low, weight_medium, weight_high, min_km, min_observable_share) VALUES (2, 2, 3, 10, 5, 0.05)")
	same(t, dsn("reader"), "SELECT imei, weight_high, score, no_score_reason FROM driver_scores ORDER BY imei", `
a 10 97.22222222222223
		blind 10 100
		device 10 88
		nowhere 10 \N too_little_observable
		short 10 100`)
	execute(t, conn, "TRUNCATE TABLE score_settings")
	same(t, dsn("reader"), "SELECT DISTINCT score, no_score_reason FROM driver_scores", `\N no_score_settings`)
}

func TestTripDistances(t *testing.T) {
	dsn := migrated(t)
	conn := connect(t, dsn("default"))
	execute(t, conn, tripRows...)
	execute(t, conn, `INSERT INTO messages (imei, kind, received_time, begin_time, end_time, distance_m, raw_offset) VALUES
		('a', 'pushtripreport', '2026-01-02 02:00:00', '2026-01-01 23:31:00', '2026-01-02 01:31:00', 118000, 1),
		('a', 'poll.track_mileage', '2026-01-02 02:00:00', '2026-01-01 23:31:00', '2026-01-02 01:25:00', 125, 2),
		('a', 'poll.report_trips', '2026-01-02 12:00:00', '2026-01-02 08:00:00', '2026-01-02 09:00:00', 66000, 3), ('a', 'poll.report_trips', '2026-01-02 12:00:00', '2026-01-02 07:50:00', '2026-01-02 09:30:00', 1, 4),
		('a', 'pushtripreport', '2026-01-02 12:00:00', '2026-01-02 08:00:00', '2026-01-02 11:00:00', 120000, 5), ('a', 'pushtripreport', '2026-01-02 12:00:00', '2026-01-02 10:00:00', NULL, 3, 6),
		('b', 'pushtripreport', '2026-01-02 12:00:00', '2026-01-02 10:00:00', '2026-01-02 11:00:00', 5, 7), ('a', 'poll.report_parking', '2026-01-02 12:00:00', '2026-01-02 10:00:00', '2026-01-02 11:00:00', 7, 8)`)
	for _, user := range []string{"reader", "default"} {
		same(t, dsn(user), `SELECT trip_id, distance_m, odometer_distance_m, report_distance_m, platform_distance_m, round(report_overlap, 3), round(platform_overlap, 3), round(odometer_difference, 4), round(report_difference, 4), round(platform_difference, 4)
			FROM trip_distances WHERE imei = 'a' ORDER BY trip_id`, `
t1 120000 121000 118000 125 0.983 0.95 0.0083 -0.0167 -0.999
		t2 60000 59000 \N 66000 \N 1 -0.0167 \N 0.1
		t3 60000 61000 \N \N \N \N 0.0167 \N \N`)
	}
}

// TestDistanceCheck gives each device three or more trips with one kind of fault.
func TestDistanceCheck(t *testing.T) {
	dsn := migrated(t)
	conn := connect(t, dsn("default"))
	n := 0
	drive := func(imei string, trips int, odometer, report, platform string) {
		for i := range trips {
			n++
			at := "toDateTime64('2026-01-01', 3, 'UTC') + " + strconv.Itoa(i*7200)
			execute(t, conn, "INSERT INTO trips (trip_id, revision, imei, start_time, end_time, distance_m, odometer_distance_m) SELECT '"+strconv.Itoa(n)+"', 1, '"+imei+"', "+at+", "+at+" + 3600, 20000. AS m, "+odometer)
			for kind, distance := range map[string]string{"pushtripreport": report, "poll.track_mileage": platform} {
				if distance != "NULL" {
					execute(t, conn, "INSERT INTO messages (imei, kind, received_time, begin_time, end_time, distance_m) SELECT '"+imei+"', '"+kind+"', "+at+", "+at+", "+at+" + 3600, "+distance)
				}
			}
		}
	}
	for _, c := range []struct {
		imei                       string
		trips                      int
		odometer, report, platform string
	}{
		{"fine", 3, "m * 1.02", "NULL", "NULL"},
		{"few", 2, "m * 1.02", "NULL", "NULL"},
		{"kilometres", 4, "m / 1000", "m", "m"},
		{"thousandfold", 3, "m * 1000", "NULL", "NULL"},
		{"platform", 3, "m", "NULL", "m / 1000"},
		{"report", 3, "NULL", "m / 1000", "m"},
		{"standing", 3, "0", "NULL", "NULL"},
		{"wild", 3, "m * 30", "NULL", "NULL"},
	} {
		drive(c.imei, c.trips, c.odometer, strings.ReplaceAll(c.report, "m", "20000."), strings.ReplaceAll(c.platform, "m", "20000."))
	}
	drive("fine", 1, "m * 1000", "NULL", "NULL") // one outlier is no verdict
	same(t, dsn("reader"), "SELECT imei, trips, verdict, odometer_verdict, report_verdict, platform_verdict FROM device_distance_check ORDER BY imei", `
few 2 too_little_data too_little_data too_little_data too_little_data
		fine 4 ok ok too_little_data too_little_data
		kilometres 4 odometer_in_km odometer_in_km ok ok
		platform 3 platform_distance_in_km ok too_little_data platform_distance_in_km
		report 3 report_distance_in_km no_odometer report_distance_in_km ok
		standing 3 no_odometer no_odometer too_little_data too_little_data
		thousandfold 3 odometer_in_m_times_1000 odometer_in_m_times_1000 too_little_data too_little_data
		wild 3 implausible implausible too_little_data too_little_data`)
}
