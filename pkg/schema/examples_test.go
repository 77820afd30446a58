package schema_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/schema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

func compile(t *testing.T, topic schema.Topic) *validator.Schema {
	b, err := os.ReadFile(schemaPath(topic))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := validator.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(string(topic), doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(string(topic))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *validator.Schema, b []byte) error {
	v, err := validator.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// fill sets every field of a record, or only those that are always written.
func fill(t *testing.T, v reflect.Value, words map[string][]any, all bool) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 3, 1, 8, 15, 30, 5e8, time.UTC)))
	case v.Type() == reflect.TypeFor[schema.Bytes]():
		v.SetBytes([]byte(map[bool]string{true: "not UTF-8: \xff", false: `{"a":1}`}[all]))
	case strings.HasPrefix(v.Type().Name(), "Opt["):
		fill(t, v.Field(0), words, all)
		v.Field(1).SetBool(true)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if optional := strings.HasSuffix(f.Tag.Get("json"), ",omitzero"); f.Anonymous || all || !optional {
				fill(t, v.Field(i), words, all)
			}
		}
	case v.Kind() == reflect.String && words[v.Type().Name()] != nil:
		v.SetString(words[v.Type().Name()][0].(string))
	case v.Kind() == reflect.String:
		v.SetString("text <&>")
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(7)
	case v.CanUint():
		v.SetUint(7)
	case v.CanFloat():
		v.SetFloat(1.5)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0), words, all)
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fill(t, value, words, all)
		v.SetMapIndex(reflect.ValueOf("5"), value)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), words, all)
	default:
		t.Fatalf("no example for %v", v.Type())
	}
}

// example is a record of the topic with all fields, or with as few as may be.
func example(t *testing.T, topic schema.Topic, all bool) any {
	p := reflect.New(reflect.TypeOf(records[topic]))
	fill(t, p.Elem(), words(t), all)
	if trip, ok := p.Interface().(*schema.TripRecord); ok {
		trip.Stop = nil
		if !all {
			trip.Trip, trip.Stop = nil, &schema.Stop{}
			fill(t, reflect.ValueOf(trip.Stop).Elem(), words(t), all)
		}
	}
	return p.Interface()
}

// What the code writes is what the schema describes, and reads back the same.
func TestEncodedExamplesValidate(t *testing.T) {
	for topic := range records {
		s := compile(t, topic)
		for _, all := range []bool{true, false} {
			record := example(t, topic, all)
			b, err := schema.Encode(record)
			if err != nil {
				t.Fatal(err)
			}
			if err := validate(t, s, b); err != nil {
				t.Errorf("%s: %s: %v", topic, b, err)
			}
			again := reflect.New(reflect.TypeOf(records[topic])).Interface()
			if err := schema.Decode(b, again); err != nil || !reflect.DeepEqual(again, record) {
				t.Errorf("%s: %s decodes to %+v, %v; want %+v", topic, b, again, err, record)
			}
		}
	}
}

// A record without a member that is always there, or with a member of another
// type, is refused by the schema; the first also by the decoder.
func TestWrongExamplesAreRefused(t *testing.T) {
	for topic := range records {
		s := compile(t, topic)
		least := members(t, example(t, topic, false))
		for name := range least {
			without := members(t, example(t, topic, false))
			delete(without, name)
			b := marshal(t, without)
			if validate(t, s, b) == nil {
				t.Errorf("%s: the schema takes a record without %s", topic, name)
			}
			record := reflect.New(reflect.TypeOf(records[topic])).Interface()
			if err := schema.Decode(b, record); err == nil && topic != schema.TopicTrips {
				t.Errorf("%s: the decoder takes a record without %s", topic, name)
			}
		}
		all := members(t, example(t, topic, true))
		for name, value := range all {
			wrong := members(t, example(t, topic, true))
			wrong[name] = []any{[]any{map[string]any{"not": "this"}}}
			if validate(t, s, marshal(t, wrong)) == nil {
				t.Errorf("%s: the schema takes %s of another type than %v", topic, name, value)
			}
		}
	}
}

func TestSchemaRefusesUnknownWordsAndTimes(t *testing.T) {
	s := compile(t, schema.TopicFixes)
	for name, value := range map[string]any{"source": "rumour", "quality": []any{"fine"}, "fix_time": "2026-03-01 08:15:30", "h3_r7": "XYZ"} {
		wrong := members(t, example(t, schema.TopicFixes, true))
		wrong[name] = value
		if validate(t, s, marshal(t, wrong)) == nil {
			t.Errorf("the schema takes %s %v", name, value)
		}
	}
}

func members(t *testing.T, record any) map[string]any {
	b, err := schema.Encode(record)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func marshal(t *testing.T, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
