package jimi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
)

var update = flag.Bool("update", false, "write the golden files")

var received = time.Date(2026, 3, 1, 8, 15, 32, 123456000, time.UTC)

// keyOfTrack is the record key of a track poll's points, which name no device.
const keyOfTrack = "862000000000009"

func rawItem(kind string, item []byte) *jimi.Raw {
	imei, _ := jimi.IMEI(item)
	source := schema.SourcePush
	switch {
	case kind == jimi.KindTrackList:
		imei, source = keyOfTrack, schema.SourceTrackList
	case kind == jimi.KindLocationList:
		source = schema.SourceLocationList
	case kind == jimi.KindLocationGet:
		source = schema.SourceLocationGet
	case kind == jimi.KindTag:
		source = schema.SourceTag
	case strings.HasPrefix(kind, jimi.PrefixAPI):
		source = schema.SourceAPI
	case strings.HasPrefix(kind, jimi.PrefixPoll):
		source = schema.SourcePoll
	case strings.HasPrefix(kind, jimi.PrefixOpenAPI):
		source = schema.SourceOpenAPI
	}
	return &jimi.Raw{
		Kind: kind, IMEI: imei, Value: item,
		Headers: schema.RawHeaders{Kind: kind, Source: source, Account: "acme", Received: received, ItemID: "00000000000000ab-1"},
		Place:   schema.Place{RawPartition: 3, RawOffset: 42},
	}
}

// decode is what the enricher does with an item.
func decode(raw *jimi.Raw) ([]any, error) {
	kind, ok := jimi.LookupKind(raw.Kind)
	if !ok {
		return nil, errors.New("unknown kind")
	}
	if kind.Class == jimi.ClassFix {
		var fix schema.Fix
		err := jimi.DecodeFix(&fix, raw)
		return []any{&fix}, err
	}
	out, _, err := jimi.Decode(nil, kind, raw)
	records := make([]any, len(out))
	for i := range out {
		records[i] = out[i].Record
	}
	return records, err
}

// A fixture is testdata/KIND/NAME.json, an item as the platform would send it;
// NAME.golden beside it is the record it becomes, or the error. The item is
// received at the time above.
func TestGolden(t *testing.T) {
	fixtures, err := filepath.Glob("testdata/*/*.json")
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, path := range fixtures {
		kind := filepath.Base(filepath.Dir(path))
		t.Run(kind+"/"+strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			item, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := outcome(t, rawItem(kind, bytes.TrimRight(item, "\n")))
			golden := strings.TrimSuffix(path, ".json") + ".golden"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func outcome(t *testing.T, raw *jimi.Raw) []byte {
	v, err := decode(raw)
	if err != nil {
		var known *jimi.Error
		if !errors.As(err, &known) {
			t.Fatalf("not an *Error: %v", err)
		}
		return []byte(string(known.Reason) + "\n" + err.Error() + "\n")
	}
	var pretty bytes.Buffer
	for _, record := range v {
		b, err := schema.Encode(record)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Indent(&pretty, b, "", "  "); err != nil {
			t.Fatal(err)
		}
		pretty.WriteByte('\n')
	}
	return pretty.Bytes()
}

// An item that was cut off anywhere is no item.
func TestTruncatedItems(t *testing.T) {
	fixtures, err := filepath.Glob("testdata/*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range fixtures {
		kind := filepath.Base(filepath.Dir(path))
		item, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		item = bytes.TrimSpace(item)
		if strings.HasPrefix(kind, jimi.PrefixUnknown) || !json.Valid(item) {
			continue
		}
		for n := range item {
			_, err := decode(rawItem(kind, item[:n]))
			var known *jimi.Error
			if !errors.As(err, &known) || known.Reason != schema.ReasonNotJSON && known.Reason != schema.ReasonTooDeep {
				t.Errorf("%s cut to %d bytes: %v", path, n, err)
			}
		}
	}
}

// Every kind has a plain and a messy fixture that become records.
func TestEveryKindHasFixtures(t *testing.T) {
	for _, kind := range jimi.Kinds {
		if kind.Class == jimi.ClassUndecodable {
			continue
		}
		for _, name := range []string{"usual", "messy"} {
			golden := filepath.Join("testdata", kind.Name, name+".golden")
			if b, err := os.ReadFile(golden); err != nil || !bytes.HasPrefix(b, []byte("{")) {
				t.Errorf("%s has no fixture %s that becomes a record: %v", kind.Name, name, err)
			}
		}
	}
}

// Every documented field of a push stands in one of its fixtures.
func TestFixturesHoldDocumentedFields(t *testing.T) {
	for _, kind := range jimi.Kinds {
		paths, err := filepath.Glob(filepath.Join("testdata", kind.Name, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		var all []byte
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, bytes.ReplaceAll(b, []byte{'\\'}, nil)...)
		}
		for _, field := range kind.Fields {
			name := field[strings.LastIndexByte(field, '.')+1:]
			if !bytes.Contains(all, []byte(`"`+name+`":`)) && name != "msgType" { // a field of the form, not of the item
				t.Errorf("%s: no fixture has the field %s", kind.Name, field)
			}
		}
	}
}
