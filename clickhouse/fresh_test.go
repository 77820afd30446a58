package clickhouse

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/pressly/goose/v3/database"
)

// A cutOff ends a run when a step has been taken.
type cutOff struct {
	*freshStore
	after int64
	end   context.CancelFunc
}

func (c *cutOff) Insert(ctx context.Context, db database.DBTxConn, step database.InsertRequest) error {
	if step.Version == c.after {
		c.end()
	}
	return c.freshStore.Insert(ctx, db, step)
}

// TestMigrateFreshCutOff cuts the first run off. One that was killed has written
// no versions, so that every step is taken again, in full; one that was cancelled has.
func TestMigrateFreshCutOff(t *testing.T) {
	want := describe(t, connect(t, migrated(t)("migrator")))
	all := versions(t)
	for _, c := range []struct {
		name   string
		after  int64
		killed bool
	}{{"killed early", 55, true}, {"killed late", 164, true}, {"killed with hours set aside", 254, true}, {"cancelled", 148, false}} {
		t.Run(c.name, func(t *testing.T) {
			dsn := unmigrated(t)("migrator")
			taken := slices.Index(all, c.after) + 1
			if taken == 0 {
				t.Fatalf("no step %d", c.after)
			}
			cutOffAfter(t, dsn, c.after, c.killed)
			rest := len(all)
			if !c.killed {
				rest -= taken
			}
			steps, err := Migrate(t.Context(), dsn, quiet)
			if err != nil || len(steps) != rest {
				t.Errorf("%d steps after the cut, want %d; %v", len(steps), rest, err)
			}
			conn := connect(t, dsn)
			// Of steps that were taken twice the same rows are there twice until they are merged.
			execute(t, conn, "OPTIMIZE TABLE driving_rules FINAL", "OPTIMIZE TABLE driving_thresholds FINAL")
			if got := describe(t, conn); got != want {
				t.Errorf("schema differs from the one made without a cut:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func cutOffAfter(t *testing.T, dsn string, version int64, killed bool) {
	t.Helper()
	opts, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	db := clickhouse.OpenDB(opts)
	defer func() { _ = db.Close() }()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	store, err := newFreshStore()
	if err != nil {
		t.Fatal(err)
	}
	provider, err := freshProvider(db, &cutOff{store, version, end}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Up(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("the run was not cut off: %v", err)
	}
	if killed {
		return
	}
	if err := store.write(ctx, db); err != nil {
		t.Fatal(err)
	}
}

// TestFreshForm leaves out what is made anew, unless something needs it before.
func TestFreshForm(t *testing.T) {
	file := func(statement string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("-- +goose NO TRANSACTION\n-- +goose Up\n-- about b\n" + statement + ";\n")}
	}
	form, err := freshMigrations(fstest.MapFS{
		"00001_a.sql":  file("CREATE VIEW IF NOT EXISTS a AS SELECT 1"),
		"00002_b.sql":  file("CREATE VIEW IF NOT EXISTS b AS SELECT 1"),
		"00003_c.sql":  file("CREATE OR REPLACE VIEW c AS SELECT * FROM b"),
		"00004_a.sql":  file("CREATE OR REPLACE VIEW a AS SELECT 2"),
		"00005_b.sql":  file("CREATE OR REPLACE VIEW b AS SELECT 2"),
		"00006_a.sql":  file("CREATE OR REPLACE VIEW a AS SELECT 3"),
		"00007_t.sql":  file("CREATE TABLE IF NOT EXISTS t (x Int32) ENGINE = MergeTree ORDER BY x"),
		"00008_t.sql":  file("ALTER TABLE t ADD COLUMN IF NOT EXISTS y Int32"),
		"00009_v.sql":  file("CREATE OR REPLACE MATERIALIZED VIEW v REFRESH EVERY 6 HOUR APPEND TO t AS\nSELECT 1 AS x"),
		"00126_t.sql":  file("INSERT INTO t SELECT * FROM a"),
		"00900_dd.sql": file("DROP VIEW IF EXISTS c"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"00001_a.sql": "", "00004_a.sql": "", "00126_t.sql": "",
		"00002_b.sql":  "CREATE VIEW IF NOT EXISTS b AS SELECT 1",
		"00003_c.sql":  "CREATE OR REPLACE VIEW c AS SELECT * FROM b",
		"00005_b.sql":  "CREATE OR REPLACE VIEW b AS SELECT 2",
		"00006_a.sql":  "CREATE OR REPLACE VIEW a AS SELECT 3",
		"00007_t.sql":  "CREATE TABLE IF NOT EXISTS t (x Int32) ENGINE = MergeTree ORDER BY x",
		"00008_t.sql":  "ALTER TABLE t ADD COLUMN IF NOT EXISTS y Int32",
		"00009_v.sql":  "CREATE OR REPLACE MATERIALIZED VIEW v REFRESH EVERY 6 HOUR APPEND TO t EMPTY AS SELECT 1 AS x",
		"00900_dd.sql": "DROP VIEW IF EXISTS c",
	}
	for name, statement := range want {
		text, err := fs.ReadFile(form, name)
		if err != nil {
			t.Fatal(err)
		}
		if got := statementOf(string(text)); got != statement {
			t.Errorf("%s: %q, want %q", name, got, statement)
		}
	}
}

// TestBringOver: what is left out of a database without tables is a step that exists.
func TestBringOver(t *testing.T) {
	all := versions(t)
	for _, r := range bringOver {
		if !slices.Contains(all, r[0]) || !slices.Contains(all, r[1]) || r[1] < r[0] {
			t.Errorf("no steps %d to %d", r[0], r[1])
		}
	}
}
