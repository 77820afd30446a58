package schema_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var publish = flag.Bool("publish", false, "take compatible schemas over as published")

// annotations are the keywords that no reader depends on.
var annotations = []string{"title", "description", "$comment", "examples"}

// incompatible lists what a reader of records of the published schema could
// trip over in records of the current one. A version may only gain optional
// members and further words of an enumeration.
func incompatible(published, current map[string]any, path string) []string {
	var faults []string
	report := func(format string, args ...any) { faults = append(faults, path+": "+fmt.Sprintf(format, args...)) }
	for _, keyword := range slices.Sorted(maps.Keys(union(published, current))) {
		was, is := published[keyword], current[keyword]
		switch {
		case slices.Contains(annotations, keyword):
		case keyword == "properties":
			faults = append(faults, lostMembers(was, is, path)...)
		case keyword == "required":
			for _, name := range missingFrom(is, was) {
				report("%v is newly required", name)
			}
			for _, name := range missingFrom(was, is) {
				report("%v is required no more", name)
			}
		case keyword == "enum" && was != nil && is != nil:
			for _, word := range missingFrom(was, is) {
				report("the word %v is gone", word)
			}
		case keyword == "items" && was != nil && is != nil:
			faults = append(faults, incompatible(object(was), object(is), path+"[]")...)
		case !reflect.DeepEqual(was, is):
			report("%s was %v, is %v", keyword, was, is)
		}
	}
	return faults
}

func lostMembers(was, is any, path string) []string {
	var faults []string
	old, now := object(was), object(is)
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if now[name] == nil {
			faults = append(faults, path+"."+name+": the member is gone")
			continue
		}
		faults = append(faults, incompatible(object(old[name]), object(now[name]), path+"."+name)...)
	}
	return faults
}

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func union(a, b map[string]any) map[string]any {
	u := maps.Clone(a)
	if u == nil {
		u = map[string]any{}
	}
	maps.Copy(u, b)
	return u
}

// missingFrom lists the elements of the list a that the list b lacks.
func missingFrom(a, b any) []any {
	list, _ := a.([]any)
	others, _ := b.([]any)
	return slices.DeleteFunc(slices.Clone(list), func(v any) bool { return slices.Contains(others, v) })
}

func parseSchema(t *testing.T, path string) map[string]any {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return m
}

// jsonschema/published holds each version as its readers were promised it.
// A compatible change is published with
//
//	go test ./pkg/schema -run TestPublished -publish
//
// and an incompatible one is a new version: another topic, another file.
func TestPublishedVersionsStayCompatible(t *testing.T) {
	const dir = "jsonschema/published"
	for topic := range records {
		path := filepath.Join(dir, string(topic)+".json")
		if _, err := os.Stat(path); os.IsNotExist(err) {
			if !*publish {
				t.Errorf("%s was never published: go test ./pkg/schema -run TestPublished -publish", topic)
				continue
			}
		} else if faults := incompatible(parseSchema(t, path), parseSchema(t, schemaPath(topic)), string(topic)); len(faults) > 0 {
			t.Errorf("not compatible with what was published; make it a new version of the topic:\n%s", strings.Join(faults, "\n"))
			continue
		}
		if *publish {
			b, err := os.ReadFile(schemaPath(topic))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := filepath.Glob(dir + "/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if _, err := os.Stat(filepath.Join("jsonschema", filepath.Base(path))); err != nil {
			t.Errorf("%s is published and gone: %v", path, err)
		}
	}
}

// The check itself, on planted changes of the published fixes.
func TestIncompatibleChangesAreFound(t *testing.T) {
	const path = "jsonschema/fixes.v1.json"
	property := func(s map[string]any, name string) map[string]any { return object(object(s["properties"])[name]) }
	for _, c := range []struct {
		name   string
		change func(s map[string]any)
		want   string // empty: compatible
	}{
		{"nothing", func(map[string]any) {}, ""},
		{"new optional member", func(s map[string]any) {
			object(s["properties"])["course_deg"] = map[string]any{"type": "number"}
		}, ""},
		{"further word", func(s map[string]any) {
			p := property(s, "source")
			p["enum"] = append(p["enum"].([]any), "radio")
		}, ""},
		{"other description", func(s map[string]any) { property(s, "lat")["description"] = "degrees north" }, ""},
		{"removed member", func(s map[string]any) { delete(object(s["properties"]), "speed_kmh") }, "speed_kmh: the member is gone"},
		{"renamed member", func(s map[string]any) {
			p := object(s["properties"])
			p["speed"] = p["speed_kmh"]
			delete(p, "speed_kmh")
		}, "speed_kmh: the member is gone"},
		{"other type", func(s map[string]any) { property(s, "satellites")["type"] = "number" }, "satellites: type was integer, is number"},
		{"other format", func(s map[string]any) { delete(property(s, "fix_time"), "format") }, "fix_time: format was date-time"},
		{"newly required", func(s map[string]any) { s["required"] = append(s["required"].([]any), "speed_kmh") }, "speed_kmh is newly required"},
		{"new required member", func(s map[string]any) {
			object(s["properties"])["x"] = map[string]any{"type": "number"}
			s["required"] = append(s["required"].([]any), "x")
		}, "x is newly required"},
		{"required no more", func(s map[string]any) { s["required"] = s["required"].([]any)[1:] }, "imei is required no more"},
		{"nothing required", func(s map[string]any) { delete(s, "required") }, "lat is required no more"},
		{"removed word", func(s map[string]any) { p := property(s, "source"); p["enum"] = p["enum"].([]any)[1:] }, "source: the word push is gone"},
		{"new enumeration", func(s map[string]any) { property(s, "imei")["enum"] = []any{"1"} }, "imei: enum was"},
		{"removed word in a list", func(s map[string]any) {
			items := object(property(s, "quality")["items"])
			items["enum"] = items["enum"].([]any)[1:]
		}, "quality[]: the word zero_position is gone"},
		{"new limit", func(s map[string]any) { property(s, "lat")["maximum"] = 90.0 }, "lat: maximum was"},
		{"closed", func(s map[string]any) { s["additionalProperties"] = false }, "additionalProperties was"},
		{"other identity", func(s map[string]any) { s["$id"] = "urn:other" }, "$id was"},
	} {
		changed := parseSchema(t, path)
		c.change(changed)
		got := strings.Join(incompatible(parseSchema(t, path), changed, "fixes.v1"), "\n")
		if c.want == "" && got != "" || c.want != "" && !strings.Contains(got, c.want) {
			t.Errorf("%s: found %q, want %q", c.name, got, c.want)
		}
	}
}
