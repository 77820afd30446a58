package clickhouse

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/schema"
)

// revisionRecord is one revision of the event e1, or another id.
func revisionRecord(id string, revision int, retracted bool) string {
	return fmt.Sprintf(`{"event_id":%q,"revision":%d,"retracted":%v,"raw_partition":1,"raw_offset":%d,"imei":"1","kind":"harsh_braking","start_time":"2026-02-28T23:59:59Z","end_time":"2026-03-01T00:00:%02dZ",
		"severity":"low","source":"gps","confidence":"measured","rule_version":"r"}`, id, revision, retracted, 100+revision, revision)
}

func revisionRows(t *testing.T, records ...string) (Rows, []int) {
	t.Helper()
	b, err := NewBatch(schema.TopicDriving)
	if err != nil {
		t.Fatal(err)
	}
	var rows Rows
	var index []int
	for _, r := range records {
		row, err := b.Add(Record{Key: []byte("1"), Value: []byte(r)})
		if err != nil {
			t.Fatal(err)
		}
		rows, index = row.Rows, append(index, row.Index)
	}
	return rows, index
}

// TestRevisions inserts revisions as the sink does, in one block and in several,
// and reads them as the analyst does, before and after a merge.
func TestRevisions(t *testing.T) {
	yes, no := true, false
	type block []string
	for name, c := range map[string]struct {
		blocks []block
		want   string // revision and end of what the analyst sees
	}{
		"grows in one block":               {[]block{{revisionRecord("e1", 1, no), revisionRecord("e1", 2, no), revisionRecord("e1", 3, no)}}, "3 2026-03-01 00:00:03"},
		"grows block by block":             {[]block{{revisionRecord("e1", 1, no)}, {revisionRecord("e1", 2, no)}}, "2 2026-03-01 00:00:02"},
		"retracted in one block":           {[]block{{revisionRecord("e1", 1, no), revisionRecord("e1", 2, yes)}}, ""},
		"retracted by the next":            {[]block{{revisionRecord("e1", 1, no)}, {revisionRecord("e1", 2, yes)}}, ""},
		"there again in one block":         {[]block{{revisionRecord("e1", 1, no), revisionRecord("e1", 2, yes), revisionRecord("e1", 3, no)}}, "3 2026-03-01 00:00:03"},
		"there again by the next":          {[]block{{revisionRecord("e1", 1, no), revisionRecord("e1", 2, yes)}, {revisionRecord("e1", 3, no)}}, "3 2026-03-01 00:00:03"},
		"an older one after the retracted": {[]block{{revisionRecord("e1", 2, yes)}, {revisionRecord("e1", 1, no)}}, ""},
		"retracted without ever being":     {[]block{{revisionRecord("e1", 1, yes)}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := migrated(t)
			db := open(t, dsn("sink"))
			reader, owner := connect(t, dsn("reader")), connect(t, dsn("default"))
			check := func(when string) {
				t.Helper()
				const shown = `SELECT arrayStringConcat(groupArray(concat(toString(revision), ' ', toString(end_time, 'UTC'))), ', ') FROM driving_events`
				if got := strings.ReplaceAll(rowText(t, reader, shown), ".000", ""); got != c.want {
					t.Errorf("%s: the reader sees %q, want %q", when, got, c.want)
				}
				if got := strings.ReplaceAll(rowText(t, owner, shown+" FINAL"), ".000", ""); got != c.want {
					t.Errorf("%s: FINAL gives %q, want %q", when, got, c.want)
				}
				for n, b := range c.blocks {
					rows, index := revisionRows(t, b...)
					present, err := db.Present(t.Context(), rows, index)
					if err != nil {
						t.Fatal(err)
					}
					for i, there := range present {
						if !there {
							t.Errorf("%s: row %d of block %d is not found", when, i, n)
						}
					}
				}
			}
			for n, b := range c.blocks {
				rows, index := revisionRows(t, b...)
				if present, err := db.Present(t.Context(), rows, index[len(index)-1:]); err != nil || present[0] && name != "an older one after the retracted" {
					t.Errorf("block %d before its insert: present %v, %v", n, present, err)
				}
				for again := range 2 {
					if seen, err := db.Insert(t.Context(), rows, index, "token "+strconv.Itoa(n)); err != nil || seen != (again == 1) {
						t.Fatalf("block %d: seen %v, %v", n, seen, err)
					}
				}
			}
			check("inserted")
			execute(t, owner, "OPTIMIZE TABLE driving_events FINAL")
			check("merged")
			// A repair under a new token, as after an insert whose rows were lost.
			for n, b := range c.blocks {
				rows, index := revisionRows(t, b...)
				if _, err := db.Insert(t.Context(), rows, index, "repair "+strconv.Itoa(n)); err != nil {
					t.Fatal(err)
				}
			}
			check("inserted again after the merge")
			execute(t, owner, "OPTIMIZE TABLE driving_events FINAL")
			check("merged again")
			if got := rowText(t, owner, "SELECT toString(count()) FROM driving_events SETTINGS final = 0"); got != "1" {
				t.Errorf("%s rows are left after merges, want the latest revision, retracted or not", got)
			}
		})
	}
}

// TestRetractedRowsAreNeverCleanedUp: with the retracted row gone, an older
// revision that is inserted again would be seen.
func TestRetractedRowsAreNeverCleanedUp(t *testing.T) {
	conn := connect(t, migrated(t)("default"))
	for _, table := range []string{"driving_events", "geofence_events", "trips", "stops", "condition_events"} {
		if err := conn.Exec(t.Context(), "OPTIMIZE TABLE "+table+" FINAL CLEANUP"); err == nil {
			t.Errorf("%s: CLEANUP is allowed", table)
		}
		if engine := rowText(t, conn, "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = '"+table+"'"); !strings.HasPrefix(engine, "ReplacingMergeTree(revision, retracted)") {
			t.Errorf("%s has the engine %s", table, engine)
		}
	}
}

// TestDerivedRowsAreBroughtOver migrates tables that hold rows to the engine
// that hides retracted ones; each step is taken twice once.
func TestDerivedRowsAreBroughtOver(t *testing.T) {
	const before, first, last = 44, 50, 62
	for again := int64(first); again <= last; again++ {
		t.Run(strconv.FormatInt(again, 10), func(t *testing.T) {
			dsn := unmigrated(t)
			if _, err := migrateTo(t.Context(), dsn("migrator"), before, quiet); err != nil {
				t.Fatal(err)
			}
			conn := connect(t, dsn("default"))
			months, to := 5, int64(last)
			if again == last {
				months, to = 110, 0 // more table partitions than one insert may write by default; on to the newest
			}
			execute(t, conn,
				`INSERT INTO driving_events (event_id, revision, retracted, imei, kind, start_time, end_time, severity, peak_mps2, source, confidence, rule_version, lat, lng, raw_offset)
					SELECT concat('e', toString(number)), 1, number = 3, '1', 'harsh_braking', addMonths(toDateTime64('2010-01-01', 3, 'UTC'), number), addMonths(toDateTime64('2010-01-01', 3, 'UTC'), number), 'low', 3, 'gps', 0.75, 'r', 1, 2, number
					FROM numbers(`+strconv.Itoa(months)+`) SETTINGS max_partitions_per_insert_block = 0`,
				`INSERT INTO trips (trip_id, revision, imei, start_time, end_time, distance_m, idle_s, raw_offset) VALUES ('t', 1, '1', '2026-01-01', '2026-01-02', 10, 1, 1), ('t', 2, '1', '2026-01-01', '2026-01-02', 20, 1, 2)`,
				`INSERT INTO stops (stop_id, revision, imei, start_time, end_time, kind, lat, lng) VALUES ('s', 1, '1', '2026-01-01', '2026-01-02', 'parking', 1, 2)`,
				`INSERT INTO geofence_events (event_id, revision, imei, fence_id, kind, at) VALUES ('g', 1, '1', 'f', 'enter', '2026-01-01')`)
			if _, err := migrateTo(t.Context(), dsn("migrator"), again, quiet); err != nil {
				t.Fatal(err)
			}
			execute(t, connect(t, dsn("migrator")), "ALTER TABLE goose_db_version DELETE WHERE version_id = "+strconv.FormatInt(again, 10)+" SETTINGS mutations_sync = 2")
			if _, err := migrateTo(t.Context(), dsn("migrator"), to, quiet); err != nil {
				t.Fatal(err)
			}
			const all = `SELECT concat(toString((SELECT count() FROM driving_events FINAL)), ' ', toString((SELECT sum(raw_offset) FROM driving_events FINAL WHERE confidence = '0.75' AND lat = 1 AND peak_mps2 = 3)), ' ',
				(SELECT concat(toString(count()), ' ', toString(any(distance_m))) FROM trips FINAL), ' ', toString((SELECT count() FROM stops FINAL)), ' ', toString((SELECT count() FROM geofence_events FINAL)))`
			if got, want := rowText(t, conn, all), fmt.Sprintf("%d %d 1 20 1 1", months-1, months*(months-1)/2-3); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if got := rowText(t, conn, "SELECT toString(count()) FROM system.tables WHERE database = currentDatabase() AND name LIKE '%before%'"); got != "0" {
				t.Errorf("%s tables that were set aside are left", got)
			}
		})
	}
}

// TestRowsThatAreNotTaken: the migration stops, and the rows stay where they were
// set aside.
func TestRowsThatAreNotTaken(t *testing.T) {
	dsn := unmigrated(t)
	if _, err := migrateTo(t.Context(), dsn("migrator"), 44, quiet); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, dsn("default"))
	execute(t, conn, "ALTER TABLE trips DROP CONSTRAINT trip_id_given",
		"INSERT INTO trips (trip_id, revision, imei, start_time, end_time) VALUES ('', 1, '1', '2026-01-01', '2026-01-02')")
	for range 2 {
		if _, err := Migrate(t.Context(), dsn("migrator"), quiet); err == nil || !strings.Contains(err.Error(), "trip_id_given") {
			t.Fatalf("the migration ends with %v", err)
		}
	}
	if got := rowText(t, conn, "SELECT toString(count()) FROM trips_before_50"); got != "1" {
		t.Errorf("%s rows are set aside, want 1", got)
	}
}

// TestDerivedRowsAreNoItems: a derived row names the place of the item that led
// to it, and the item is accounted for by its own row alone.
func TestDerivedRowsAreNoItems(t *testing.T) {
	dsn := migrated(t)
	db, conn := open(t, dsn("sink")), connect(t, dsn("default"))
	for _, s := range samples {
		switch s.topic {
		case schema.TopicDriving, schema.TopicGeofence, schema.TopicTrips, schema.TopicConditions, schema.TopicRecompute:
			row := sampleBatch(t, s.topic, s.key, s.record)
			if _, err := db.Insert(t.Context(), row.Rows, []int{row.Index}, "token"); err != nil {
				t.Fatal(err)
			}
			execute(t, conn, fmt.Sprintf("INSERT INTO dead_letters (topic, first_seen, reason, raw_partition, raw_offset) VALUES ('%s', '2026-01-01', 'row_refused', 3, 43)", s.topic.Name("any.prefix")))
		}
	}
	if got := rowText(t, conn, "SELECT toString(count()) FROM items"); got != "0" {
		t.Errorf("%s derived rows or their dead letters are taken for items", got)
	}
	execute(t, conn, "INSERT INTO dead_letters (topic, first_seen, reason, raw_partition, raw_offset) VALUES ('fleet.alarms.v1', '2026-01-01', 'row_refused', 3, 43)")
	if got := rowText(t, conn, "SELECT toString(count()) FROM items"); got != "1" {
		t.Errorf("%s items, want the dead letter of an alarm", got)
	}
}
