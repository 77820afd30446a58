package clickhouse

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
)

const landedFile = "testdata/migrations.sum"

var updateLanded = flag.Bool("update-landed", false, "add the new migrations to "+landedFile)

// TestLandedStepsStay: databases have taken the steps that the list names. One that is
// edited leaves theirs as they are, and one put between them stops their upgrade. What
// is to be otherwise is a new step with a higher number.
func TestLandedStepsStay(t *testing.T) {
	text, err := os.ReadFile(landedFile)
	if err != nil {
		t.Fatal(err)
	}
	landed, last := map[string]string{}, ""
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		landed[name], last = sum, name
	}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range names {
		sql, err := fs.ReadFile(migrations, path)
		if err != nil {
			t.Fatal(err)
		}
		name, sum := strings.TrimPrefix(path, "migrations/"), fmt.Sprintf("%x", sha256.Sum256(sql))
		switch was, known := landed[name]; {
		case known && was != sum:
			t.Errorf("%s was edited: make a new step", name)
		case known:
		case name < last:
			t.Errorf("%s is new and lies before %s: give it a higher number", name, last)
		case *updateLanded:
			text = append(text, sum+"  "+name+"\n"...)
		default:
			t.Errorf("%s is not in %s: go test ./clickhouse -run LandedSteps -update-landed adds it", name, landedFile)
		}
		delete(landed, name)
	}
	for name := range landed {
		t.Errorf("%s is gone: databases have taken it", name)
	}
	if *updateLanded && !t.Failed() {
		if err := os.WriteFile(landedFile, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestHoursAreBroughtOver: what device_hours has counted is there under its new key,
// also where its fixes have expired, and views count into it again.
func TestHoursAreBroughtOver(t *testing.T) {
	dsn := unmigrated(t)("migrator")
	if _, err := migrateTo(t.Context(), dsn, 251, quiet); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, dsn)
	execute(t, conn, "INSERT INTO device_hours (imei, hour, fixes, computed_time) SELECT toString(number % 3), toDateTime('2026-01-01 00:00:00', 'UTC') + toIntervalDay(number), number + 1, '2026-05-01 00:00:00' FROM numbers(90)")
	if _, err := Migrate(t.Context(), dsn, quiet); err != nil {
		t.Fatal(err)
	}
	var hours, fixes, views uint64
	var key string
	if err := conn.QueryRow(t.Context(), `SELECT (SELECT count() FROM device_hours FINAL), (SELECT sum(fixes) FROM device_hours FINAL),
		(SELECT count() FROM system.tables WHERE database = currentDatabase() AND match(create_table_query, 'APPEND TO \\S*device_hours\\s')),
		(SELECT sorting_key FROM system.tables WHERE database = currentDatabase() AND name = 'device_hours')`).Scan(&hours, &fixes, &views, &key); err != nil {
		t.Fatal(err)
	}
	if hours != 90 || fixes != 90*91/2 || views != 2 || !strings.HasPrefix(key, "toDate(hour)") {
		t.Errorf("%d hours of %d fixes, %d views, key %s", hours, fixes, views, key)
	}
}
