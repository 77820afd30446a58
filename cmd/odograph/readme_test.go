package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var sqlBlock = regexp.MustCompile("(?s)```sql\n(.*?)```")

// TestReadmeQueries runs each query that the README and docs/derived.md show, as
// the analyst whom they tell to, and wants an answer from each.
func TestReadmeQueries(t *testing.T) {
	in := newInstallation(t)
	in.store(0, 0, 30)
	in.exec("INSERT INTO fix_repeats (imei, fix_time, received_time, source, raw_partition, raw_offset) SELECT imei, fix_time, received_time, 'poll', 0, 30 FROM fixes LIMIT 1")
	in.exec("INSERT INTO completeness (imei, hour, revision, received_fixes, missing_fixes, holes, reason) VALUES ('1', '2026-01-01 00:00:00', 1, 300, 60, 1, 'not_at_platform')")
	in.exec("INSERT INTO alarms (imei, event_time, received_time, source, msg_class, code, raw_partition, raw_offset) VALUES ('1', '2026-01-01', now64(3), 'push', 0, '1', 0, 31)")
	in.exec("INSERT INTO trips (trip_id, revision, imei, start_time, end_time, distance_m, driving_s, observable_s) VALUES ('t', 1, '862000000000001', '2026-01-01 08:00:00', '2026-01-01 09:00:00', 60000, 3000, 3000)")
	in.exec("INSERT INTO driving_events (event_id, revision, imei, kind, start_time, end_time, severity, source, confidence, peak_mps2, gap_s, speed_before_kmh, speed_after_kmh) VALUES ('e', 1, '862000000000001', 'harsh_braking', now64(3), now64(3), 'low', 'gps', 'measured', 3, 1, 50, 40)")
	in.exec("INSERT INTO driving_events (event_id, revision, imei, kind, start_time, end_time, severity, source, confidence) VALUES ('f', 1, '862000000000001', 'harsh_braking', today(), today(), 'low', 'gps', 'measured')")
	in.exec("INSERT INTO driving_events (event_id, revision, imei, kind, start_time, end_time, severity, source, sources, confidence, peak_mps2, gap_s, speed_before_kmh, speed_after_kmh, peak_heading_change_deg) VALUES ('g', 1, '862000000000001', 'harsh_cornering', now64(3), now64(3), 'low', 'gps', ['gps'], 'measured', 3, 1, 40, 40, -16)")
	in.exec("INSERT INTO trips (trip_id, revision, imei, start_time, end_time, distance_m, odometer_distance_m) SELECT toString(number), 1, '860000000000001', '2026-01-01 08:00:00', '2026-01-01 09:00:00', 60000, 60 FROM numbers(3)")
	in.exec("INSERT INTO fences (fence_id, version, name, geojson) VALUES ('depot', 1, 'Depot', '{}')")
	in.exec("INSERT INTO geofence_events (event_id, revision, imei, fence_id, fence_version, kind, at, confirmed_at, lat, lng) VALUES ('h', 1, '862000000000001', 'depot', 1, 'enter', now64(3), now64(3), 1, 1)")
	in.exec("INSERT INTO condition_events (event_id, revision, imei, kind, unit, start_time, end_time, value_before, value_after) VALUES ('i', 1, '862000000000001', 'fuel_theft', 'L', now64(3), now64(3), 60, 40)")
	in.exec("INSERT INTO recompute_requests (imei, event_time, newest_time, received_time, kind, raw_partition, raw_offset) SELECT '862000000000001', now64(3), now64(3), now64(3), 'pushgps', 0, number FROM numbers(2)")
	in.exec("INSERT INTO recompute_done (imei, event_time, received_time, kind, raw_partition, raw_offset) SELECT imei, event_time, received_time, kind, raw_partition, raw_offset FROM recompute_requests WHERE raw_offset = 0")
	reader, err := openDSN(in.reader)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	var readme []byte
	for _, file := range []string{"../../README.md", "../../docs/derived.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		readme = append(readme, text...)
	}
	n := 0
	for _, block := range sqlBlock.FindAllSubmatch(readme, -1) {
		for _, sql := range strings.Split(string(block[1]), ";") {
			if strings.TrimSpace(sql) == "" {
				continue
			}
			n++
			rows, err := reader.Query(t.Context(), strings.ReplaceAll(sql, "fleet.", ""))
			if err != nil {
				t.Errorf("%s\n%v", sql, err)
				continue
			}
			if !rows.Next() {
				t.Errorf("%s\ngives nothing: %v", sql, rows.Err())
			}
			rows.Close()
		}
	}
	if n < 16 {
		t.Errorf("found %d queries", n)
	}
}
