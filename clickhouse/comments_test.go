package clickhouse

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var updateTables = flag.Bool("update", false, "write docs/tables.md")

const tablesDocument = "../docs/tables.md"

// A described table is what docs/tables.md says of it.
type described struct {
	name, engine, comment, sorting, partition string
	columns                                   []describedColumn
}

type describedColumn struct{ name, kind, made, comment string }

// TestTablesDocument holds docs/tables.md to the database after all migrations,
// and every table and column to having a comment.
func TestTablesDocument(t *testing.T) {
	dsn := migrated(t)("migrator")
	given := describeTables(t, dsn)
	if _, err := Comment(t.Context(), dsn); err != nil {
		t.Fatal(err)
	}
	tables := describeTables(t, dsn)
	for _, table := range tables {
		if table.comment == "" {
			t.Errorf("%s has no comment: give it one in clickhouse/comments.tsv", table.name)
		}
		for _, c := range table.columns {
			if c.comment == "" && table.engine != "Dictionary" {
				t.Errorf("%s.%s has no comment: give it one in clickhouse/comments.tsv", table.name, c.name)
			}
		}
	}
	if n, err := Comment(t.Context(), dsn); n != 0 || err != nil {
		t.Errorf("a second time %d comments changed, %v", n, err)
	}
	checkCommentsAreUsed(t, given)
	borrow(t, tables)
	want := document(tables)
	if *updateTables {
		if err := os.WriteFile(tablesDocument, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(tablesDocument); err != nil || !bytes.Equal(have, want) {
		t.Errorf("docs/tables.md is not what the database says (%v): run go generate ./docs", err)
	}
}

// checkCommentsAreUsed finds lines of comments.tsv that are of no column, or that
// say otherwise what a migration says. A table's name that is mistaken shows in
// the table that it leaves without.
func checkCommentsAreUsed(t *testing.T, tables []described) {
	t.Helper()
	all, err := readComments()
	if err != nil {
		t.Fatal(err)
	}
	used, known := map[[2]string]bool{}, map[string]bool{}
	for _, table := range tables {
		known[table.name] = true
		for _, c := range append(table.columns, describedColumn{comment: table.comment}) {
			key := [2]string{table.name, c.name}
			if text, ok := all[key]; ok {
				used[key] = true
				if c.comment != "" && c.comment != text {
					t.Errorf("comments.tsv: %s.%s has another comment by its migration: %q", table.name, c.name, c.comment)
				}
			}
		}
	}
	for key := range all {
		if known[key[0]] && !used[key] {
			t.Errorf("comments.tsv: there is no %s.%s", key[0], key[1])
		}
	}
}

func describeTables(t *testing.T, dsn string) []described {
	t.Helper()
	conn := connect(t, dsn)
	rows, err := conn.Query(t.Context(), "SELECT name, engine, comment, sorting_key, partition_key FROM system.tables WHERE database = currentDatabase() ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []described
	for rows.Next() {
		var d described
		if err := rows.Scan(&d.name, &d.engine, &d.comment, &d.sorting, &d.partition); err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	}
	for i := range out {
		columns, err := conn.Query(t.Context(), "SELECT name, type, default_kind, comment FROM system.columns WHERE database = currentDatabase() AND table = ? ORDER BY position", out[i].name)
		if err != nil {
			t.Fatal(err)
		}
		for columns.Next() {
			var c describedColumn
			if err := columns.Scan(&c.name, &c.kind, &c.made, &c.comment); err != nil {
				t.Fatal(err)
			}
			out[i].columns = append(out[i].columns, c)
		}
		columns.Close()
	}
	return out
}

// borrow gives the columns of dictionaries, which can have no comments, those
// that columns of their names have.
func borrow(t *testing.T, tables []described) {
	t.Helper()
	all, err := readComments()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range tables {
		for i := range d.columns {
			if c := &d.columns[i]; d.engine == "Dictionary" {
				c.comment = all.of(strings.TrimSuffix(d.name, "_dict")+"_now", c.name, "")
			}
		}
	}
}

// parts of the document; what feeds others and the versions of the schema are no
// tables to ask.
var documentParts = []struct {
	title, intro string
	takes        func(engine string) bool
}{
	{"Tables", "Rows that are stored. Those with `ReplacingMergeTree` have one row a key with FINAL, which the reader's profile adds.", func(e string) bool { return strings.HasSuffix(e, "MergeTree") }},
	{"Views", "Worked out when they are asked.", func(e string) bool { return e == "View" }},
	{"Dictionaries", "For dictGet and for joins.", func(e string) bool { return e == "Dictionary" }},
}

func document(tables []described) []byte {
	var b bytes.Buffer
	b.WriteString("# Tables\n\nEvery table and view of the database, as ClickHouse itself describes them (`system.tables`, `system.columns`). Made by `go generate ./docs` after all migrations: do not edit. Times are UTC; units stand in the names; a value that is absent, empty or a sentinel is NULL.\n")
	for _, part := range documentParts {
		fmt.Fprintf(&b, "\n%s: ", part.title)
		sep := ""
		for _, d := range tables {
			if part.takes(d.engine) && d.name != "goose_db_version" {
				fmt.Fprintf(&b, "%s[%s](#%s)", sep, d.name, d.name)
				sep = ", "
			}
		}
		b.WriteString(".\n")
	}
	for _, part := range documentParts {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", part.title, part.intro)
		for _, d := range tables {
			if part.takes(d.engine) && d.name != "goose_db_version" {
				d.write(&b)
			}
		}
	}
	return b.Bytes()
}

func (d *described) write(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n### %s\n\n%s.\n\n", d.name, strings.TrimSuffix(d.comment, "."))
	if strings.HasSuffix(d.engine, "MergeTree") {
		fmt.Fprintf(b, "%s, ordered by `%s`", d.engine, d.sorting)
		if d.partition != "" {
			fmt.Fprintf(b, ", partitioned by `%s`", d.partition)
		}
		b.WriteString(".\n\n")
	}
	b.WriteString("| column | type | meaning |\n|---|---|---|\n")
	for _, c := range d.columns {
		meaning := strings.ReplaceAll(c.comment, "|", `\|`)
		if c.made == "ALIAS" || c.made == "MATERIALIZED" {
			meaning += " (computed)"
		}
		fmt.Fprintf(b, "| `%s` | `%s` | %s |\n", c.name, c.kind, meaning)
	}
}
