package jimi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
)

// kept are documented fields that are in the raw topic only, by kind: what they
// say about a position is in no document, or another source says it better.
var kept = map[string][]string{
	jimi.KindLocationList:  {"deviceName", "status", "expireFlag"},
	jimi.KindLocationGet:   {"deviceName", "status"},
	jimi.KindTrackList:     {"confidence"},
	"poll.alarm_list":      {"account"}, // Odograph's account is the one that was asked
	"pushinstructresponse": {"msgType", "code", "msg"},
	"pushobd":              {"obdJson.dataID1"}, // one of many, see the test of the readings
}

// TestDocumentedFieldsCount takes each documented field out of the fixtures:
// what they become has to change, or the field was not decoded.
func TestDocumentedFieldsCount(t *testing.T) {
	for _, kind := range jimi.Kinds {
		paths, err := filepath.Glob(filepath.Join("testdata", kind.Name, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range kind.Fields {
			if slices.Contains(kept[kind.Name], field) {
				continue
			}
			counts := false
			for _, path := range paths {
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				without, ok := remove(b, field)
				if !ok {
					continue
				}
				key := "862000000000001"
				if strings.HasSuffix(strings.ToLower(field), "imei") || kind.Name == jimi.KindTrackList {
					key = ""
				}
				counts = counts || becomes(kind, b, key) != becomes(kind, without, key)
			}
			if !counts {
				t.Errorf("%s: the field %s makes no difference in any fixture", kind.Name, field)
			}
		}
	}
}

// remove takes a member out of an item; an inner object may stand in a string.
func remove(item []byte, field string) ([]byte, bool) {
	var members map[string]any
	d := json.NewDecoder(bytes.NewReader(item))
	d.UseNumber()
	if d.Decode(&members) != nil {
		return nil, false
	}
	outer, inner, nested := strings.Cut(field, ".")
	if _, there := members[outer]; !there {
		return nil, false
	}
	if !nested {
		delete(members, outer)
	} else if text, ok := members[outer].(string); ok {
		b, ok := remove([]byte(text), inner)
		if !ok {
			return nil, false
		}
		members[outer] = string(b)
	} else {
		object, _ := members[outer].(map[string]any)
		if _, there := object[inner]; !there {
			return nil, false
		}
		object = maps.Clone(object)
		delete(object, inner)
		members[outer] = object
	}
	b, err := json.Marshal(members)
	return b, err == nil
}

// becomes is what an item becomes, as text without its bytes.
func becomes(kind jimi.Kind, item []byte, key string) string {
	raw := rawItem(kind.Name, bytes.TrimSpace(item))
	if key != "" {
		raw.IMEI = key
	}
	records, err := decode(raw)
	if err != nil {
		return err.Error()
	}
	var out strings.Builder
	for _, r := range records {
		b, err := schema.Encode(r)
		if err != nil {
			return err.Error()
		}
		var members map[string]any
		if json.Unmarshal(b, &members) != nil {
			return "not JSON"
		}
		delete(members, "raw")
		fmt.Fprintln(&out, members)
	}
	return out.String()
}

// TestLargeBitmask sends an alarm of all bits in a large item: its bytes are
// kept once.
func TestLargeBitmask(t *testing.T) {
	item := `{"imei":"862000000000001","gateTime":"2026-03-01 08:15:05","msgClass":1,"msg":{"alertType":256,"standardAlarmValue":4294967295},"note":"` +
		strings.Repeat("x", 100_000) + `"}`
	alarms, err := jimi.DecodeAlarm(rawItem("pushalarm", []byte(item)))
	if err != nil || len(alarms) != 32 {
		t.Fatalf("%d alarms, %v, want 32", len(alarms), err)
	}
	seen := map[string]bool{}
	for i := range alarms {
		if seen[alarms[i].Subtype] = true; (len(alarms[i].Raw) == len(item)) != (i == 0) {
			t.Errorf("alarm %d has %d bytes of the item", i, len(alarms[i].Raw))
		}
	}
	if len(seen) != 32 {
		t.Errorf("the alarms have %d subtypes", len(seen))
	}
}

// Contents that are not JSON, and some that are nothing.
func TestExtensionContents(t *testing.T) {
	for content, want := range map[string]string{
		`{8193:23.4}`:            `map[8193:23.4]`,
		`{1:"AQID"}`:             `map[1:AQID]`,
		`{"1":"AQID","2":7}`:     `map[1:AQID 2:7]`,
		`{ 1 : 2 , 3 : "a,}b" }`: `map[1:2 3:a,}b]`,
		`{1:"a\"b"}`:             `map[1:a"b]`,
		`{1:}`:                   `map[]`,
		`{}`:                     `map[]`,
		`{1:2`:                   `map[]`,
		`{1:2}x`:                 `map[]`,
		`{1:{2:3}}`:              `map[]`,
		`{1:"\x"}`:               `map[]`,
		`{1:"}`:                  `map[]`,
		`{:1}`:                   `map[]`,
		`AQID`:                   `map[]`,
	} {
		item, err := json.Marshal(map[string]any{"deviceImei": "862000000000001", "extensionId": 8199, "content": content})
		if err != nil {
			t.Fatal(err)
		}
		m, err := jimi.DecodeMessage(rawItem("pushterminaltransinfo", item))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(m.Parts); got != want || m.Content != strings.TrimSpace(content) {
			t.Errorf("%s: %s, content %q, want %s", content, got, m.Content, want)
		}
	}
}

// TestBitmaskBounds sends masks at the edges of what a JSON number holds.
func TestBitmaskBounds(t *testing.T) {
	for mask, want := range map[string]int{
		"0": 1, "1": 1, "3": 2, "4294967295": 32, "-1": 32, "9007199254740991": 53,
		"9007199254740992": 1, "-2147483649": 1, "1.5": 1, `""`: 1, "null": 1, `"3"`: 2, "{}": 1, // the last ones are none
	} {
		item := `{"imei":"862000000000001","gateTime":"2026-03-01 08:15:05","msgClass":1,"msg":{"alertType":256,"standardAlarmValue":` + mask + `}}`
		alarms, err := jimi.DecodeAlarm(rawItem("pushalarm", []byte(item)))
		if err != nil || len(alarms) != want {
			t.Errorf("mask %s: %d alarms, %v, want %d", mask, len(alarms), err, want)
		}
	}
}
