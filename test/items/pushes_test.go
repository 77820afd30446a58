package items_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/test/pipeline"
)

// fixtures is where each push has items as the platform would send them, with
// the records that they become.
const fixtures = "../../pkg/jimi/testdata"

// fixtureIMEI is the device of all fixtures; here each has one of its own.
const fixtureIMEI = "862000000000001"

// A pushed is a fixture on its way.
type pushed struct {
	kind    jimi.Kind
	name    string
	imei    string
	item    string
	records []map[string]any // as the golden file has them
}

// pushedFixtures are the plain and the messy item of every push, and the
// bitmask, which becomes several rows.
func pushedFixtures(t *testing.T) []pushed {
	t.Helper()
	var out []pushed
	add := func(kind jimi.Kind, name string) {
		p := pushed{kind: kind, name: name, imei: fmt.Sprintf("8620000000%05d", 100+len(out))}
		read := func(suffix string) string {
			b, err := os.ReadFile(filepath.Join(fixtures, kind.Name, name+suffix))
			if err != nil {
				t.Fatal(err)
			}
			return strings.ReplaceAll(strings.TrimSpace(string(b)), fixtureIMEI, p.imei)
		}
		p.item = read(".json")
		d := json.NewDecoder(strings.NewReader(read(".golden")))
		for {
			var record map[string]any
			err := d.Decode(&record)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s/%s.golden: %v", kind.Name, name, err)
			}
			if msgType, ok := strings.CutPrefix(kind.Name, jimi.PrefixOpenAPI); ok && kind.Class == jimi.ClassMessage {
				record["msg_type"] = msgType // a field of the form, not of the item
			}
			p.records = append(p.records, record)
			p.imei = fmt.Sprint(record["imei"]) // some fixtures have a device of their own
		}
		out = append(out, p)
	}
	for _, kind := range jimi.Kinds {
		if kind.Path == "" && !strings.HasPrefix(kind.Name, jimi.PrefixOpenAPI) {
			continue
		}
		add(kind, "usual")
		add(kind, "messy")
		if kind.Name == "pushalarm" {
			add(kind, "bitmask")
		}
	}
	return out
}

// send posts a fixture the way of its kind.
func (f *pushed) send(p *pipeline.Pipeline) pipeline.Answer {
	switch {
	case strings.HasPrefix(f.kind.Name, jimi.PrefixOpenAPI):
		form := url.Values{"msgType": {strings.TrimPrefix(f.kind.Name, jimi.PrefixOpenAPI)}, "data": {f.item}}
		return p.Post("/t/"+pipeline.Token+"/openapi", formType, form.Encode())
	case f.kind.Name == jimi.KindTag:
		return p.Post("/t/"+pipeline.Token+f.kind.Path, "application/json", "["+f.item+"]")
	case strings.HasPrefix(f.item, `{"code":`): // the single object of an offline callback
		return p.Post("/t/"+pipeline.Token+f.kind.Path, "application/json", f.item)
	default:
		return p.Push(f.kind.Path, f.item)
	}
}

// TestEveryPush posts every kind of push to a real collector and compares its
// rows in ClickHouse with the records that the decoder is held to.
func TestEveryPush(t *testing.T) {
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{Partitions: 3})
	p.Start()
	all := pushedFixtures(t)
	for i := range all {
		if a := all[i].send(p); a.Status != 200 {
			t.Errorf("%s/%s: answered %d %s", all[i].kind.Name, all[i].name, a.Status, a.Body)
		}
	}
	account := p.WaitAccounted(time.Minute)
	if account.Items != int64(len(all)) || account.Rows["dead_letters"] > 0 {
		t.Errorf("%d items were sent: %v", len(all), account)
	}
	if n := p.Count("SELECT count() FROM items"); n != int64(len(all)) {
		t.Errorf("the view items has %d rows, want one for each of %d items", n, len(all))
	}
	for i := range all {
		f := &all[i]
		t.Run(f.kind.Name+"/"+f.name, func(t *testing.T) { f.compare(t, p) })
	}
	p.Stop()
}

// compare holds the rows of a fixture to its records.
func (f *pushed) compare(t *testing.T, p *pipeline.Pipeline) {
	table := strings.TrimSuffix(string(f.kind.Topic), ".v1")
	order := map[string]string{"alarms": "toInt32OrZero(subtype)"}[table]
	if order == "" {
		order = "raw_offset"
	}
	rows, err := p.Texts(t.Context(), "SELECT formatRowNoNewline('JSONEachRow', *) FROM "+table+" WHERE imei = '"+f.imei+"' ORDER BY "+order+
		" SETTINGS date_time_output_format = 'iso', output_format_json_quote_64bit_integers = 0")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(f.records) {
		t.Fatalf("%d rows in %s, want %d", len(rows), table, len(f.records))
	}
	for i := range rows {
		var row map[string]any
		if err := json.Unmarshal([]byte(rows[i]), &row); err != nil {
			t.Fatal(err)
		}
		f.compareRow(t, row, f.records[i])
	}
}

// notCompared differ from run to run, or are the enricher's work and not the
// decoder's.
var notCompared = []string{"received_time", "account", "raw_partition", "raw_offset", "quality", "h3_r7", "h3_r9", "h3_r11"}

func (f *pushed) compareRow(t *testing.T, row, record map[string]any) {
	t.Helper()
	for name, want := range record {
		if slices.Contains(notCompared, name) || want == record["received_time"] {
			continue
		}
		if list, ok := want.([]any); ok && len(list) > 0 {
			if _, nested := list[0].(map[string]any); nested {
				compareNested(t, row, name, list)
				continue
			}
		}
		if got, there := row[name]; !there || !same(got, want) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for name, got := range row {
		_, wanted := record[name]
		if !wanted && !absent(got) && !slices.Contains(append(notCompared, "inserted_time", "lat_e7", "lng_e7"), name) && !strings.Contains(name, ".") {
			t.Errorf("%s is %v, want it absent", name, got)
		}
	}
}

// compareNested compares a list of objects with the columns that it becomes.
func compareNested(t *testing.T, row map[string]any, name string, list []any) {
	t.Helper()
	for column, values := range row {
		member, ok := strings.CutPrefix(column, name+".")
		if !ok {
			continue
		}
		got, _ := values.([]any)
		if len(got) != len(list) {
			t.Errorf("%s has %d values, want %d", column, len(got), len(list))
			continue
		}
		for i := range list {
			want, there := list[i].(map[string]any)[member]
			if there && !same(got[i], want) || !there && !absent(got[i]) {
				t.Errorf("%s[%d] is %v, want %v", column, i, got[i], want)
			}
		}
	}
}

// absent is how a row has what a record leaves out.
func absent(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func same(got, want any) bool {
	if g, ok := got.(float64); ok {
		w, ok := want.(float64)
		return ok && math.Abs(g-w) <= 1e-6*math.Max(1, math.Abs(w)) // speeds are stored as Float32
	}
	if g, err := time.Parse(time.RFC3339Nano, fmt.Sprint(got)); err == nil {
		w, err := time.Parse(time.RFC3339Nano, fmt.Sprint(want))
		return err == nil && g.Equal(w.Truncate(time.Millisecond))
	}
	g, err := json.Marshal(got)
	w, err2 := json.Marshal(want)
	return err == nil && err2 == nil && bytes.Equal(g, w)
}
