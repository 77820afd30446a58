package clickhouse

import (
	"context"
	"log/slog"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/pressly/goose/v3"

	"github.com/odograph/odograph/internal/stack/stacktest"
)

var quiet = slog.New(slog.DiscardHandler)

// migrated gives an empty database with the newest schema, as a component sees it.
func migrated(t testing.TB) (dsn func(user string) string) {
	t.Helper()
	dsn = unmigrated(t)
	if _, err := Migrate(t.Context(), dsn("migrator"), quiet); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func unmigrated(t testing.TB) (dsn func(user string) string) {
	t.Helper()
	s := stacktest.Shared(t)
	database := stacktest.Database(t, s)
	return func(user string) string { return s.ClickHouseDatabaseDSN(user, database) }
}

func connect(t testing.TB, dsn string) driver.Conn {
	t.Helper()
	opts, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := clickhouse.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// describe is the whole schema of a database and how many rows its tables have, as text.
func describe(t *testing.T, conn driver.Conn) string {
	t.Helper()
	var out string
	err := conn.QueryRow(t.Context(), `SELECT arrayStringConcat(arraySort(groupArray(replaceAll(create_table_query, currentDatabase() || '.', '') || ' -- rows: ' || ifNull(toString(total_rows), ''))), '\n')
		FROM system.tables WHERE database = currentDatabase() AND name != 'goose_db_version'`).Scan(&out)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestMigrateFromEveryVersion migrates from nothing, from some earlier versions,
// and with a stop at each version, to the newest, which must be the same in the
// end, and twice.
func TestMigrateFromEveryVersion(t *testing.T) {
	s := stacktest.Shared(t)
	all := versions(t)
	var want string
	for name, stops := range map[string][]int64{
		"nothing": nil, "24": {24}, "44": {44}, "50": {50}, "the one before": all[len(all)-2 : len(all)-1], "stop by stop": all,
	} {
		t.Run(name, func(t *testing.T) {
			dsn := s.ClickHouseDatabaseDSN("migrator", stacktest.Database(t, s))
			done := 0
			for _, stop := range stops {
				steps, err := migrateTo(t.Context(), dsn, stop, quiet)
				if err != nil {
					t.Fatal(err)
				}
				done += len(steps)
			}
			steps, err := Migrate(t.Context(), dsn, quiet)
			if err != nil {
				t.Fatal(err)
			}
			if done += len(steps); done != len(all) {
				t.Errorf("%d steps, want %d", done, len(all))
			}
			again, err := Migrate(t.Context(), dsn, quiet)
			if err != nil || len(again) != 0 {
				t.Errorf("second run: %v, %v", again, err)
			}
			got := describe(t, connect(t, dsn))
			if want == "" {
				want = got
			}
			if got != want || got == "" {
				t.Errorf("schema differs from the one made from nothing:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// versions are the numbers of all migrations, in their order.
func versions(t *testing.T) (out []int64) {
	t.Helper()
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		v, err := goose.NumericComponent(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// TestMigrateAfterCutOff takes a step again whose statement ran and whose
// version was not written.
func TestMigrateAfterCutOff(t *testing.T) {
	dsn := migrated(t)
	conn := connect(t, dsn("migrator"))
	if err := conn.Exec(t.Context(), "TRUNCATE TABLE goose_db_version"); err != nil {
		t.Fatal(err)
	}
	if _, err := Migrate(t.Context(), dsn("migrator"), quiet); err != nil {
		t.Fatal(err)
	}
}

func TestMigrateMakesDatabase(t *testing.T) {
	s := stacktest.Shared(t)
	name := stacktest.Database(t, s) // dropped at the end
	admin := connect(t, s.ClickHouseDSN("default"))
	if err := admin.Exec(t.Context(), "DROP DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	dsn := s.ClickHouseDatabaseDSN("migrator", name)
	if _, err := migrateTo(context.Background(), dsn, 1, quiet); err != nil {
		t.Fatal(err)
	}
}

// TestReader holds the analysts' user to its limits.
func TestReader(t *testing.T) {
	dsn := migrated(t)
	writer := connect(t, dsn("default"))
	for _, revision := range []string{"1", "2"} {
		if err := writer.Exec(t.Context(), "INSERT INTO trips (trip_id, revision, imei, start_time, end_time) VALUES ('t', "+revision+", '1', '2026-01-01', '2026-01-01')"); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Exec(t.Context(), "INSERT INTO fixes (imei, fix_time, lat_e7) VALUES ('1', '2026-01-01', 521234567)"); err != nil {
		t.Fatal(err)
	}
	reader := connect(t, dsn("reader"))
	for query, want := range map[string]string{
		"SELECT toString(getSetting('final')) || toString(getSetting('readonly'))":                "true2",
		"SELECT toString(count()) || ' ' || toString(max(revision)) FROM trips":                   "1 2",
		"SELECT toString(max(lat)) FROM (SELECT * FROM fixes)":                                    "52.1234567",
		"SELECT toString(count()) FROM fix_sightings":                                             "1",
		"SELECT toString(count()) || toString((SELECT count() FROM fences_now)) FROM devices_now": "00",
	} {
		var got string
		if err := reader.QueryRow(t.Context(), query).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", query, got, err, want)
		}
	}
	for _, query := range []string{
		"INSERT INTO trips (trip_id, imei, start_time) VALUES ('x', '1', '2026-01-01')",
		"TRUNCATE TABLE trips",
		"SELECT 1 SETTINGS max_memory_usage = 100000000000",
		"SELECT 1 SETTINGS max_execution_time = 100000",
		"SELECT 1 SETTINGS readonly = 0",
	} {
		if err := reader.Exec(t.Context(), query); err == nil {
			t.Errorf("%s: the reader may do that", query)
		}
	}
	sink := connect(t, dsn("sink"))
	for _, query := range []string{"TRUNCATE TABLE trips", "DROP TABLE trips", "ALTER TABLE trips DELETE WHERE true"} {
		if err := sink.Exec(t.Context(), query); err == nil {
			t.Errorf("%s: the sink may do that", query)
		}
	}
}

func TestDictionaries(t *testing.T) {
	dsn := migrated(t)
	conn := connect(t, dsn("default"))
	for _, q := range []string{
		"INSERT INTO devices (imei, name, updated_time) VALUES ('1', 'old', '2026-01-01'), ('1', 'new', '2026-01-02'), ('2', 'gone', '2026-01-01')",
		"INSERT INTO devices (imei, deleted, updated_time) VALUES ('2', true, '2026-01-03')",
		"INSERT INTO fences (fence_id, version, name, updated_time) VALUES ('f', 3, 'depot', '2026-01-01')",
	} {
		if err := conn.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	var device, gone, fence string
	reader := connect(t, dsn("reader"))
	err := reader.QueryRow(t.Context(), "SELECT dictGet('devices_dict', 'name', '1'), dictGet('devices_dict', 'name', '2'), dictGet('fences_dict', 'name', 'f')").Scan(&device, &gone, &fence)
	if err != nil {
		t.Fatal(err)
	}
	if device != "new" || gone != "" || fence != "depot" {
		t.Errorf("device %q, deleted device %q, fence %q", device, gone, fence)
	}
}
