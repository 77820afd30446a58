package clickhouse

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/odograph/odograph/test/recount"
)

var updateGolden = flag.Bool("update-queries", false, "write testdata/queries/*.golden anew, to be read before they are kept")

// seededDay and the one after it are what the seed, the examples and the golden
// files call the days of the data; the days in the tables are lately, since rows
// are not kept for ever.
var seededDay = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func realDays() *strings.Replacer {
	day := time.Now().UTC().AddDate(0, 0, -10)
	return strings.NewReplacer(seededDay.Format(time.DateOnly), day.Format(time.DateOnly),
		seededDay.AddDate(0, 0, 1).Format(time.DateOnly), day.AddDate(0, 0, 1).Format(time.DateOnly),
		seededDay.AddDate(0, 0, 2).Format(time.DateOnly), day.AddDate(0, 0, 2).Format(time.DateOnly))
}

func seededDays() *strings.Replacer {
	day := time.Now().UTC().AddDate(0, 0, -10)
	return strings.NewReplacer(day.Format(time.DateOnly), seededDay.Format(time.DateOnly),
		day.AddDate(0, 0, 1).Format(time.DateOnly), seededDay.AddDate(0, 0, 1).Format(time.DateOnly))
}

// A worked is one of the worked examples in queries/.
type worked struct {
	name, text string
	example    map[string]string // parameters
}

// minutesUntilNow are columns that grow while the test runs.
var minutesUntilNow = map[string]bool{"position_age_min": true, "offline_min": true, "silent_min": true}

var (
	exampleLine = regexp.MustCompile(`(?m)^-- Example: (.*)$`)
	assignment  = regexp.MustCompile(`(\w+)=((?:[^ =]|[ ]\d\d:)*)`)
	parameter   = regexp.MustCompile(`\{(\w+):\w+`)
)

func workedExamples(t *testing.T) []worked {
	t.Helper()
	files, err := filepath.Glob("queries/*.sql")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d worked examples: %v", len(files), err)
	}
	var out []worked
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		w := worked{strings.TrimSuffix(filepath.Base(f), ".sql"), string(b), map[string]string{}}
		line := exampleLine.FindStringSubmatch(w.text)
		if !strings.HasPrefix(w.text, "-- Question: ") || !strings.Contains(w.text, "\n-- Answer: ") || line == nil {
			t.Fatalf("%s does not begin with lines for Question, Answer and Example", f)
		}
		for _, m := range assignment.FindAllStringSubmatch(line[1], -1) {
			w.example[m[1]] = m[2]
		}
		out = append(out, w)
	}
	return out
}

// TestWorkedExamples runs each of the worked examples for analysts with the
// parameters of its own Example line, as the user reader, on rows of which the
// answer is known.
func TestWorkedExamples(t *testing.T) {
	dsn := migrated(t)
	owner := connect(t, dsn("default"))
	seed, err := os.ReadFile("testdata/queries/seed.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range strings.Split(realDays().Replace(string(seed)), ";\n") {
		if strings.TrimSpace(statement) != "" {
			execute(t, owner, statement)
		}
	}
	execute(t, owner, "SYSTEM RELOAD DICTIONARIES")
	recount.Refresh(t, owner)
	reader := connect(t, dsn("reader"))
	for _, w := range workedExamples(t) {
		t.Run(w.name, func(t *testing.T) {
			for _, m := range parameter.FindAllStringSubmatch(w.text, -1) {
				if _, given := w.example[m[1]]; !given {
					t.Errorf("its Example has no %s", m[1])
				}
				if !strings.Contains(w.text, "-- Parameters: ") {
					t.Error("it has parameters, and no line Parameters")
				}
			}
			got := seededDays().Replace(answer(t, reader, &w))
			file := "testdata/queries/" + w.name + ".golden"
			if *updateGolden {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// answer is the answer of a worked example: the names of its columns and its rows.
func answer(t *testing.T, conn driver.Conn, w *worked) string {
	t.Helper()
	parameters := clickhouse.Parameters{}
	for name, value := range w.example {
		parameters[name] = realDays().Replace(value)
	}
	ctx := clickhouse.Context(t.Context(), clickhouse.WithParameters(parameters))
	query := strings.TrimSuffix(strings.TrimSpace(w.text), ";")
	rows, err := conn.Query(ctx, "SELECT formatRowNoNewline('TSV', *) FROM (\n"+query+"\n)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := conn.Query(ctx, "SELECT * FROM (\n"+query+"\n) LIMIT 0")
	if err != nil {
		t.Fatal(err)
	}
	defer names.Close()
	var out strings.Builder
	columns := names.Columns()
	out.WriteString(strings.Join(columns, "\t") + "\n")
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		cells := strings.Split(line, "\t")
		for i, c := range cells {
			if minutesUntilNow[columns[i]] && c != `\N` {
				cells[i] = "…"
			}
		}
		out.WriteString(strings.Join(cells, "\t") + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestListOfWorkedExamples holds docs/queries.md to the folder.
func TestListOfWorkedExamples(t *testing.T) {
	doc, err := os.ReadFile("../docs/queries.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, w := range workedExamples(t) {
		question, _, _ := strings.Cut(strings.TrimPrefix(w.text, "-- Question: "), "\n")
		if row := fmt.Sprintf("| [%s](../clickhouse/queries/%s.sql) | %s |", w.name, w.name, question); !strings.Contains(string(doc), row+"\n") {
			t.Errorf("docs/queries.md lacks the row\n%s", row)
		}
		rows++
	}
	if listed := strings.Count(string(doc), "](../clickhouse/queries/"); listed != rows {
		t.Errorf("docs/queries.md lists %d queries, there are %d", listed, rows)
	}
}
