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
func decode(raw *jimi.Raw) (any, error) {
	kind, ok := jimi.LookupKind(raw.Kind)
	if !ok {
		return nil, errors.New("unknown kind")
	}
	switch kind.Class {
	case jimi.ClassFix:
		var fix schema.Fix
		err := jimi.DecodeFix(&fix, raw)
		return &fix, err
	case jimi.ClassHeartbeat:
		v, err := jimi.DecodeHeartbeat(raw)
		return &v, err
	case jimi.ClassSession:
		v, err := jimi.DecodeSession(raw)
		return &v, err
	case jimi.ClassAlarm:
		v, err := jimi.DecodeAlarm(raw)
		if errors.Is(err, jimi.ErrNotAlarm) {
			m, err := jimi.DecodeMessage(raw)
			return &m, err
		}
		return &v, err
	default:
		v, err := jimi.DecodeMessage(raw)
		return &v, err
	}
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
	b, err := schema.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, b, "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
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

// Every kind that has a decoder of its own has a fixture that becomes a record.
func TestEveryDecoderHasAFixture(t *testing.T) {
	for _, kind := range jimi.Kinds {
		if kind.Class == jimi.ClassMessage || kind.Class == jimi.ClassUndecodable {
			continue
		}
		goldens, err := filepath.Glob(filepath.Join("testdata", kind.Name, "*.golden"))
		if err != nil {
			t.Fatal(err)
		}
		good := 0
		for _, path := range goldens {
			if b, err := os.ReadFile(path); err == nil && bytes.HasPrefix(b, []byte("{")) {
				good++
			}
		}
		if good == 0 {
			t.Errorf("%s has no fixture", kind.Name)
		}
	}
}
