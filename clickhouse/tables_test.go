package clickhouse

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

type sample struct {
	topic  schema.Topic
	table  string
	key    string
	record string
}

// samples holds a record with every field for each topic and kind of record.
var samples = []sample{
	{schema.TopicFixes, "fixes", "1", `{"imei":"1","received_time":"2026-02-03T04:05:07.123456Z","source":"push","account":"a","raw_partition":3,"raw_offset":40,
		"fix_time":"2026-02-03T04:05:06Z","gate_time":"2026-02-03T04:05:06.5Z","lat":52.1234567,"lng":-4.7654321,"speed_kmh":61.5,"heading_deg":359.9,"satellites":9,"acc":true,
		"altitude_m":-3.5,"odometer_m":123456789.1,"pos_type":"gps","post_method":3,"gps_mode":1,"status":4294967296,"quality":["lbs","jump"],"h3_r7":"871950020ffffff","h3_r9":"89195002003ffff","h3_r11":"8b1950020000fff","fence_ids":["depot","zoo"]}`},
	{schema.TopicRepeats, "fix_repeats", "1", `{"imei":"1","received_time":"2026-02-03T04:05:07.123Z","source":"track_list","account":"a","raw_partition":3,"raw_offset":41,
		"kind":"poll.track_list","event_time":"2026-02-03T04:05:06Z","is_fix":true,"conflict":true,"lat":52.1,"lng":-4.2,"speed_kmh":3,"heading_deg":4}`},
	{schema.TopicRepeats, "item_repeats", "1", `{"imei":"1","received_time":"2026-02-03T04:05:07.123Z","source":"push","raw_partition":3,"raw_offset":42,"kind":"pushhb","event_time":"2026-02-03T04:05:06.5Z","is_fix":false}`},
	{schema.TopicDriving, "driving_events", "1", `{"event_id":"e1","revision":2,"retracted":true,"raw_partition":3,"raw_offset":43,"imei":"1","kind":"harsh_braking","start_time":"2026-02-03T04:05:06Z","end_time":"2026-02-03T04:05:09Z",
		"severity":"high","peak_mps2":4.5,"source":"device","sources":["device","gps"],"confidence":"high","rule_version":"r1","lat":1.5,"lng":2.5,"alarm_code":"0/48","vehicle_class":"van","threshold_mps2":2.3,"gap_s":1,
		"speed_before_kmh":61,"speed_after_kmh":45,"heading_change_deg":-20.5,"peak_heading_change_deg":-9,"max_speed_kmh":62,"limit_kmh":50,"limit_source":"own","distance_m":321.5}`},
	{schema.TopicGeofence, "geofence_events", "1", `{"event_id":"e2","revision":1,"raw_partition":3,"raw_offset":44,"imei":"1","fence_id":"f","fence_version":5,"kind":"exit","at":"2026-02-03T04:05:06Z","confirmed_at":"2026-02-03T04:05:16Z","inferred":true,"lat":1.5,"lng":2.5,"dwell_s":300,"gap_s":60,"speed_kmh":50.5,"rule_version":"default-1+00000000"}`},
	{schema.TopicTrips, "trips", "1", `{"trip":{"trip_id":"t","revision":1,"raw_partition":3,"raw_offset":45,"imei":"1","start_time":"2026-02-03T04:05:06Z","end_time":"2026-02-03T05:05:06Z","distance_m":1234.5,"max_speed_kmh":88,"idle_s":30,"observable_share":0.5,
		"ongoing":true,"driving_s":3000,"observable_s":1500,"fixes":600,"longest_gap_s":45,"start_lat":1.5,"start_lng":2.5,"end_lat":1.25,"end_lng":2.25,"odometer_distance_m":1200,"end_reason":"rest","driver":"D","driver_source":"rfid","rule_version":"r1"}}`},
	{schema.TopicTrips, "stops", "1", `{"stop":{"stop_id":"s","revision":1,"raw_partition":3,"raw_offset":46,"imei":"1","start_time":"2026-02-03T04:05:06Z","end_time":"2026-02-03T05:05:06Z","kind":"parking","lat":1.5,"lng":2.5,"ongoing":true,"rule_version":"r1"}}`},
	{schema.TopicConditions, "condition_events", "1", `{"event_id":"c1","revision":1,"raw_partition":3,"raw_offset":56,"imei":"1","kind":"fuel_theft","start_time":"2026-02-03T04:05:06Z","end_time":"2026-02-03T05:05:06Z","ongoing":true,"channel":"1","code":"P0301","unit":"L",
		"value_before":80.5,"value_after":40,"value_min":39,"value_max":81,"limit_min":-5,"limit_max":5,"lat":1.5,"lng":2.5,"rule_version":"r1"}`},
	{schema.TopicRecompute, "recompute_requests", "1", `{"imei":"1","event_time":"2026-01-03T04:05:06Z","newest_time":"2026-02-03T04:05:06Z","received_time":"2026-02-03T04:05:07Z","source":"push","kind":"pushgps","reason":"late","raw_partition":3,"raw_offset":57}`},
	{schema.TopicRecompute, "recompute_done", "1", `{"imei":"1","event_time":"2026-01-03T04:05:06Z","newest_time":"2026-02-03T04:05:06Z","received_time":"2026-02-03T04:05:07Z","source":"push","kind":"pushgps","reason":"late","raw_partition":3,"raw_offset":57,
		"fulfilled_time":"2026-02-03T05:05:07Z","rule_version":"r1"}`},
	{schema.TopicAlarms, "alarms", "1", `{"imei":"1","received_time":"2026-02-03T04:05:07Z","source":"push","account":"a","raw_partition":3,"raw_offset":47,"event_time":"2026-02-03T04:05:06Z","gate_time":"2026-02-03T04:05:07Z","msg_class":1,
		"code":"0x10","subtype":"2","label":"l","name":"n","ended":true,"lat":1.5,"lng":2.5,"speed_kmh":10,"satellites":5,"value":1.25,"voltage_v":12.5,"level":2,"status":1,"driver_id":"d","driver_name":"D","fence_id":"f","file":"x.jpg",
		"files":["x.jpg"],"serial":"s","gps_time":"2026-02-03T04:05:05Z","altitude_m":-2.5,"heading_deg":90,"fatigue_level":3,"car_status":5,"signal_drop_channel":"1","signal_cover_channel":"2",
		"storage_fault_channel":"3","driving_alarm_flag":6,"device_name":"dn","model":"m","raw":"{\"a\":1}"}`},
	{schema.TopicHeartbeats, "heartbeats", "1", `{"imei":"1","received_time":"2026-02-03T04:05:07Z","source":"push","account":"a","raw_partition":3,"raw_offset":48,"event_time":"2026-02-03T04:05:06Z","battery_percent":55,"gsm_signal":70,"acc":true,
		"charging":false,"fortified":true,"oil_cut":false,"positioned":true,"remote_lock":1,"raw":"{}"}`},
	{schema.TopicSessions, "sessions", "1", `{"imei":"1","received_time":"2026-02-03T04:05:07Z","source":"push","account":"a","raw_partition":3,"raw_offset":49,"event_time":"2026-02-03T04:05:06Z","kind":"login","timezone":"+08:00","raw":{"base64":"/w=="}}`},
	{schema.TopicOBD, "obd", "1", `{"imei":"1","received_time":"2026-02-03T04:05:07Z","source":"push","account":"a","raw_partition":3,"raw_offset":50,"event_time":"2026-02-03T04:05:06Z","car_type":2,"acc":true,"status_flags":7,"lat":1.5,"lng":2.5,"data":{"528":1.5},
		"gate_time":"2026-02-03T04:05:07Z","push_time":"2026-02-03T04:05:06.5Z","odometer_m":1000.5,"device_distance_m":2000,"fuel_l":30.5,"fuel_percent":61,"coolant_c":-3,"battery_v":13.8,"rpm":900,"speed_kmh":12,"vin":"v","raw":"{}"}`},
	{schema.TopicFaults, "faults", "1", `{"imei":"1","received_time":"2026-02-03T04:05:07Z","source":"push","account":"a","raw_partition":3,"raw_offset":51,"event_time":"2026-02-03T04:05:06Z","codes":["P0100","P0200"],"status_flags":7,"lat":1.5,"lng":2.5,"gate_time":"2026-02-03T04:05:07Z","fault_count":2,"text":"t","raw":"{}"}`},
	{schema.TopicSensors, "sensors", "1", `{"imei":"1","received_time":"2026-02-03T04:05:07Z","source":"push","account":"a","raw_partition":3,"raw_offset":52,"event_time":"2026-02-03T04:05:06Z","kind":"climate","channel":"c1","value":2.5,"unit":"V","temperature_c":-18.5,"humidity_percent":40,"text":"t","lat":1.5,"lng":2.5,
		"gate_time":"2026-02-03T04:05:07Z","post_time":"2026-02-03T04:05:06.25Z","gps_time":"2026-02-03T04:05:05Z","module_type":"m","pos_type":"lbs","mcc":262,"mnc":7,
		"cells":[{"lac":1,"cell_id":2,"rssi":-70,"mac":"02:00"},{"cell_id":3}],"raw":"{}"}`},
	{schema.TopicMedia, "media", "1", `{"imei":"1","received_time":"2026-02-03T04:05:07Z","source":"push","account":"a","raw_partition":3,"raw_offset":53,"event_time":"2026-02-03T04:05:06Z","kind":"file","files":["a.mp4","b.mp4"],"succeeded":true,"instruction_id":"i","channel":1,"lat":1.5,"lng":2.5,
		"gate_time":"2026-02-03T04:05:07Z","business_type":"b","shoot_type":2,"code_type":1,"duration_s":15,"alarm_time":"2026-02-03T04:05:05Z","begin_time":"2026-02-03T04:05:04Z","end_time":"2026-02-03T04:05:05Z",
		"mime_type":"video/mp4","local_file":"l","timezone":"GMT+01:00","total":2,
		"resources":[{"channel":1,"begin_time":"2026-02-03T03:00:00Z","end_time":"2026-02-03T03:05:00Z","size_bytes":1048576,"resource_type":0,"code_type":1,"storage_type":2,"alarm_flag":"0"},{}],"raw":"{}"}`},
	{schema.TopicMessages, "messages", "1", `{"imei":"1","received_time":"2026-02-03T04:05:07Z","source":"push","account":"a","raw_partition":3,"raw_offset":54,"kind":"pushtransparent","event_time":"2026-02-03T04:05:06Z",
		"gate_time":"2026-02-03T04:05:07Z","post_time":"2026-02-03T04:05:06.25Z","gps_time":"2026-02-03T04:05:05Z","lat":1.5,"lng":2.5,"type":"t","category":"0x9B","instruction_id":"i","msg_type":"2","code":"100",
		"text":"OK","content":"AQI=","parts":{"1":"4.05","8193":"23.4"},"ids":["a","b"],"voltage_v":4.05,"daily_traffic_kb":12.5,"battery_percent":87,"charging":true,"iccid":"8949","network":"lte","hdop":0.9,"external_voltage_v":23.4,
		"begin_time":"2026-02-03T03:05:06Z","end_time":"2026-02-03T04:05:06Z","begin_lat":1.25,"begin_lng":2.25,"end_lat":1.5,"end_lng":2.5,"distance_m":1234.5,"fuel_l":1.5,"duration_s":3600,"idle_s":60,"stop_s":30,
		"avg_speed_kmh":40,"max_speed_kmh":80,"trip_seq":5,"odometer_m":99000,"acc":false,"vin":"v","device_name":"dn","model":"m","sim":"s","plate":"p","driver_name":"d","group_name":"g","raw":"{}"}`},
	{schema.TopicDeadLetters, "dead_letters", "1", `{"reason":"invalid_field","error":"lat: 95","topic":"fleet.raw.v1","partition":3,"offset":55,"kind":"pushgps","imei":"1","source":"push","account":"a","received_time":"2026-02-03T04:05:07Z","first_seen":"2026-02-03T04:05:08Z","raw_partition":3,"raw_offset":55,"value":{"base64":"AP8="}}`},
	{schema.TopicDevices, "devices", "1", `{"imei":"1","name":"n","model":"m","group":"g","vehicle_class":"van","plate":"p","driver_name":"d","timezone":"UTC","account":"a","activated_time":"2026-01-02T03:04:05Z","expires_time":"2027-01-02T03:04:05Z",
		"temperature_min_c":-20.5,"temperature_max_c":-18,"speed_limit_kmh":80}`},
	{schema.TopicCompleteness, "completeness", "1", `{"imei":"1","account":"a","hour":"2026-02-03T04:00:00Z","revision":1770094800000,"cadence_s":10,"expected_fixes":360,"received_fixes":300,"missing_fixes":60,"first_by_push":280,"first_by_poll":20,
		"holes":2,"asked_holes":1,"longest_hole_s":400,"reason":"not_at_platform"}`},
	{schema.TopicFences, "fences", "f", `{"fence_id":"f","version":5,"name":"depot","geojson":"{}","deleted":true,"valid_from":"2026-02-03T04:05:06.5Z","imeis":["1","2"],"groups":["vans"],"tell":["exit"],"dwell_s":[60],"enter":{"min_fixes":2},"exit":{"min_fixes":3,"margin_m":5},"schedule":{"timezone":"UTC","windows":[{"days":["mon"],"from":"08:00","to":"18:00"}]},"speed_limit_kmh":30}`},
}

func sampleBatch(t testing.TB, topic schema.Topic, key, record string) Row {
	t.Helper()
	b, err := NewBatch(topic)
	if err != nil {
		t.Fatal(err)
	}
	row, err := b.Add(Record{Key: []byte(key), Value: []byte(record), Timestamp: time.Date(2026, 2, 3, 4, 5, 6, 789e6, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// TestRoundTrip inserts a full record into each table and
// compares every stored column.
func TestRoundTrip(t *testing.T) {
	dsn := migrated(t)
	db := open(t, dsn("sink"))
	conn := connect(t, dsn("default"))
	var got strings.Builder
	for _, s := range samples {
		row := sampleBatch(t, s.topic, s.key, s.record)
		if row.Rows.Table() != s.table {
			t.Errorf("%s goes to %s, want %s", s.topic, row.Rows.Table(), s.table)
		}
		index := []int{row.Index}
		if present, err := db.Present(t.Context(), row.Rows, index); err != nil || present[0] {
			t.Errorf("%s before insert: present %v, %v", s.table, present, err)
		}
		if seen, err := db.Insert(t.Context(), row.Rows, index, "token"); err != nil || seen {
			t.Fatalf("%s: seen %v, %v", s.table, seen, err)
		}
		if present, err := db.Present(t.Context(), row.Rows, index); err != nil || !present[0] {
			t.Errorf("%s after insert: present %v, %v", s.table, present, err)
		}
		var line string
		if err := conn.QueryRow(t.Context(), "SELECT formatRowNoNewline('JSONEachRow', * EXCEPT inserted_time) FROM "+s.table).Scan(&line); err != nil {
			t.Fatal(err)
		}
		got.WriteString(s.table + " " + line + "\n")
		if s.topic == schema.TopicDevices || s.topic == schema.TopicFences {
			continue // these say when they were defined
		}
		var fresh bool
		if err := conn.QueryRow(t.Context(), "SELECT abs(dateDiff('second', inserted_time, now64(3))) < 60 FROM "+s.table).Scan(&fresh); err != nil || !fresh {
			t.Errorf("%s.inserted_time is not now: %v", s.table, err)
		}
	}
	const golden = "testdata/rows.golden"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("stored rows differ from %s (UPDATE=1 rewrites it):\n%s", golden, got.String())
	}
}

// TestColumnsMatchTables holds the columns that are inserted to those that the
// tables have, by name, type and number.
func TestColumnsMatchTables(t *testing.T) {
	dsn := migrated(t)
	conn := connect(t, dsn("default"))
	for _, s := range samples {
		row := sampleBatch(t, s.topic, s.key, s.record)
		var have, want []string
		for _, c := range row.Rows.Columns([]int{row.Index}) {
			if rows := c.Data.Rows(); rows != 1 {
				t.Errorf("%s.%s has %d rows, want 1", s.table, c.Name, rows)
			}
			typ := strings.ReplaceAll(string(c.Data.Type()), ", ", ",")
			have = append(have, c.Name+" "+typ)
		}
		rows, err := conn.Query(t.Context(), "SELECT name || ' ' || replaceAll(type, ', ', ',') FROM system.columns WHERE database = currentDatabase() AND default_kind = '' AND table = '"+s.table+"'")
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var c string
			if err := rows.Scan(&c); err != nil {
				t.Fatal(err)
			}
			want = append(want, c)
		}
		slices.Sort(have)
		slices.Sort(want)
		if !slices.Equal(have, want) {
			t.Errorf("%s: columns inserted\n%s\ncolumns of the table\n%s", s.table, strings.Join(have, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestEveryTopicHasATable holds the routes to the topics of the contract.
func TestEveryTopicHasATable(t *testing.T) {
	for _, spec := range schema.Topics {
		private := spec.Topic == schema.TopicRaw || spec.Topic == schema.TopicState || spec.Topic == schema.TopicPolls
		if slices.Contains(Topics(), spec.Topic) == private {
			t.Errorf("%s: has a table: %v", spec.Topic, !private)
		}
	}
	for _, topic := range Topics() {
		if !slices.ContainsFunc(samples, func(s sample) bool { return s.topic == topic }) {
			t.Errorf("%s has no sample", topic)
		}
	}
}

func open(t testing.TB, dsn string) *DB {
	t.Helper()
	db, err := Open(dsn, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}
