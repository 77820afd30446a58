// Package kinds_test makes docs/kinds.md from the table of kinds and the
// fixtures of the decoders, and holds it to them.
package kinds_test

//go:generate go test -run TestDocument -update

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odograph/odograph/clickhouse"
	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
)

var update = flag.Bool("update", false, "write docs/kinds.md")

const (
	document = "../../docs/kinds.md"
	fixtures = "../../pkg/jimi/testdata"
)

// common are the columns of every table of items.
var common = []string{"imei", "received_time", "source", "account", "raw_partition", "raw_offset", "raw", "h3_r7", "h3_r9", "h3_r11"}

func TestDocument(t *testing.T) {
	want := write(t)
	if *update {
		if err := os.WriteFile(document, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(document)
	if err != nil || !bytes.Equal(have, want) {
		t.Errorf("docs/kinds.md is not what the code says (%v): run go generate ./test/kinds", err)
	}
}

func write(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(`# Kinds

What comes in, and the row that it becomes. Made by ` + "`go generate ./test/kinds`" + ` from the table in ` + "`pkg/jimi/kinds.go`" + ` and the fixtures beside it: do not edit.

Every row of a table of items has the columns ` + "`" + strings.Join(common[:7], "`, `") + "`" + `; they are left out below. A value that is absent, empty or a sentinel is NULL, an absent text is empty. Paths are compared without case. How contradictions were settled: [decoding.md](decoding.md).

| kind | path | topic | table | columns |
|---|---|---|---|---|
`)
	for _, kind := range jimi.Kinds {
		if kind.Class == jimi.ClassUndecodable {
			continue
		}
		path := kind.Path
		switch {
		case strings.HasPrefix(kind.Name, jimi.PrefixOpenAPI):
			path = "/openapi"
		case path == "":
			path = "–"
		}
		fmt.Fprintf(&b, "| %s | %s | `fleet.%s` | `%s` | %s |\n", kind.Name, path, kind.Topic, tableOf(t, kind), strings.Join(columnsOf(t, kind), ", "))
	}
	b.WriteString(`| openapi.*, poll.*, api.*, unknown.* | any other | ` + "`fleet.messages.v1` | `messages`" + ` | event_time, kind |
| undecodable | a body without items | ` + "`fleet.deadletter.v1` | `dead_letters`" + ` | reason, error, value |

Alarms are named in the view ` + "`alarms_named`" + ` and trouble codes in ` + "`fault_codes`" + `, when they are read: a corrected name holds for all history.

## Requests

` + "```sh\nTOKEN=…; URL=http://127.0.0.1:8080\n```\n")
	for _, kind := range jimi.Kinds {
		if kind.Path == "" && !strings.HasPrefix(kind.Name, jimi.PrefixOpenAPI) {
			continue
		}
		item := read(t, kind, "usual.json")
		fmt.Fprintf(&b, "\n### %s\n\n%s. Documented fields: `%s`.\n\n```sh\n%s\n```\n\nOne row of `%s`:\n\n```json\n%s\n```\n",
			kind.Name, link(kind.Doc), strings.Join(kind.Fields, "`, `"), request(kind, item), tableOf(t, kind), row(t, kind))
	}
	return b.Bytes()
}

// link makes a Markdown link of an address and a text in brackets.
func link(doc string) string {
	address, text, _ := strings.Cut(doc, " (")
	return "[" + strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ")") + "](" + address + ")"
}

func read(t *testing.T, kind jimi.Kind, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(fixtures, kind.Name, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

func request(kind jimi.Kind, item string) string {
	item = strings.ReplaceAll(item, "'", `'\''`)
	switch {
	case strings.HasPrefix(kind.Name, jimi.PrefixOpenAPI):
		return "curl $URL/t/$TOKEN/openapi -d msgType=" + strings.TrimPrefix(kind.Name, jimi.PrefixOpenAPI) + " \\\n  --data-urlencode 'data=" + item + "'"
	case kind.Name == jimi.KindTag:
		return "curl $URL/t/$TOKEN" + kind.Path + " -H 'Content-Type: application/json' \\\n  -d '[" + item + "]'"
	}
	return "curl $URL" + kind.Path + " -d token=$TOKEN \\\n  --data-urlencode 'data_list=[" + item + "]'"
}

func golden(t *testing.T, kind jimi.Kind, name string) map[string]any {
	t.Helper()
	var record map[string]any
	if err := json.NewDecoder(strings.NewReader(read(t, kind, name))).Decode(&record); err != nil {
		t.Fatalf("%s/%s: %v", kind.Name, name, err)
	}
	return record
}

// row is the record of the plain fixture without what all have in common.
func row(t *testing.T, kind jimi.Kind) string {
	t.Helper()
	record := golden(t, kind, "usual.golden")
	for _, name := range common {
		delete(record, name)
	}
	b, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// tableOf asks the sink where the record of the plain fixture goes.
func tableOf(t *testing.T, kind jimi.Kind) string {
	t.Helper()
	table, _ := stored(t, kind)
	return table
}

func stored(t *testing.T, kind jimi.Kind) (table string, columns []string) {
	t.Helper()
	batch, err := clickhouse.NewBatch(kind.Topic)
	if err != nil {
		t.Fatal(err)
	}
	at, err := batch.Add(clickhouse.Record{Value: []byte(read(t, kind, "usual.golden"))})
	if err != nil {
		t.Fatalf("%s: %v", kind.Name, err)
	}
	for _, c := range at.Rows.Columns([]int{at.Index}) {
		columns = append(columns, c.Name)
	}
	return at.Rows.Table(), columns
}

// columnsOf are the columns that the fixtures of a kind fill.
func columnsOf(t *testing.T, kind jimi.Kind) []string {
	t.Helper()
	_, columns := stored(t, kind)
	paths, err := filepath.Glob(filepath.Join(fixtures, kind.Name, "*.golden"))
	if err != nil {
		t.Fatal(err)
	}
	filled := map[string]bool{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var record map[string]any
		if json.NewDecoder(bytes.NewReader(b)).Decode(&record) != nil || kind.Topic == schema.TopicAlarms && record["kind"] != nil {
			continue // a dead letter, or an item of the alarm push that is a message
		}
		for name := range record {
			if !slices.Contains(common, name) {
				filled[name] = true
			}
		}
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(filled)) {
		out = append(out, "`"+name+"`")
		stands := slices.ContainsFunc(columns, func(c string) bool { return c == name || strings.HasPrefix(c, name+".") || c == name+"_e7" })
		if !stands {
			t.Errorf("%s: the table has no column for %s", kind.Name, name)
		}
	}
	return out
}
