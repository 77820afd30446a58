package clickhouse

import (
	"flag"
	"io/fs"
	"os"
	"strings"
	"testing"
)

var updateCluster = flag.Bool("update-cluster", false, "write testdata/cluster.sql anew")

// onCluster gives all statements of the form for a cluster, in their order.
func clusterStatements(t *testing.T) (statements []string) {
	t.Helper()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	form, err := clusterMigrations("odograph", files)
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(form, "*.sql")
	if err != nil || len(names) != len(versions(t)) {
		t.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(form, name)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(text), "-- +goose Up\n")
		for s := range strings.SplitSeq(strings.TrimSuffix(body, ";\n"), ";\n") {
			statements = append(statements, s)
		}
	}
	return statements
}

// TestClusterFormParses: ClickHouse's own parser takes every statement, and the
// form is the one that was looked through.
func TestClusterFormParses(t *testing.T) {
	statements := clusterStatements(t)
	conn := connect(t, migrated(t)("default"))
	for _, s := range statements {
		var formatted string
		if err := conn.QueryRow(t.Context(), "SELECT formatQuery("+quoteText(s)+")").Scan(&formatted); err != nil {
			t.Errorf("%s\n%v", s, err)
		}
		if !strings.HasPrefix(s, "INSERT") && !strings.HasPrefix(s, "SYSTEM") && strings.Count(s, "ON CLUSTER `odograph`") != 1 {
			t.Errorf("not on the cluster once:\n%s", s)
		}
	}
	const golden = "testdata/cluster.sql"
	got := "-- The migrations as odograph setup runs them on a cluster; for review.\n\n" + strings.Join(statements, ";\n\n") + ";\n"
	if *updateCluster {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the form for a cluster differs from %s: look it through and write it anew with go test ./clickhouse -run ClusterForm -update-cluster", golden)
	}
}

func TestClusterFormRefuses(t *testing.T) {
	for _, s := range []string{
		"OPTIMIZE TABLE fixes FINAL",
		"ALTER TABLE nobody ADD COLUMN x Int32",
		"CREATE TABLE IF NOT EXISTS t (imei String) ENGINE = Log",
		"CREATE MATERIALIZED VIEW IF NOT EXISTS v TO a AS SELECT * FROM b",
		"CREATE MATERIALIZED VIEW IF NOT EXISTS v TO a AS SELECT * FROM a JOIN b USING imei",
		"CREATE MATERIALIZED VIEW IF NOT EXISTS v REFRESH EVERY 1 HOUR APPEND TO a AS SELECT * FROM a WHERE imei IN b",
		"RENAME TABLE nobody TO somebody",
	} {
		form := &clusterForm{cluster: "c", kinds: map[string]tableKind{"a": sharded, "b": everywhere}}
		if got, err := form.rewrite(1, s); err == nil {
			t.Errorf("%s becomes %q", s, got)
		}
	}
}
