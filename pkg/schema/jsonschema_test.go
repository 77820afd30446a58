package schema_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	"github.com/odograph/odograph/pkg/schema"
)

var updateSchemas = flag.Bool("update", false, "write the JSON Schema files from the types")

// records says which type the records of each JSON topic have.
var records = map[schema.Topic]any{
	schema.TopicFixes:       schema.Fix{},
	schema.TopicRepeats:     schema.Repeat{},
	schema.TopicDriving:     schema.DrivingEvent{},
	schema.TopicGeofence:    schema.GeofenceEvent{},
	schema.TopicTrips:       schema.TripRecord{},
	schema.TopicConditions:  schema.ConditionEvent{},
	schema.TopicRecompute:   schema.Recompute{},
	schema.TopicAlarms:      schema.Alarm{},
	schema.TopicHeartbeats:  schema.Heartbeat{},
	schema.TopicSessions:    schema.Session{},
	schema.TopicOBD:         schema.OBD{},
	schema.TopicFaults:      schema.Fault{},
	schema.TopicSensors:     schema.Sensor{},
	schema.TopicMedia:       schema.Media{},
	schema.TopicMessages:    schema.Message{},
	schema.TopicDeadLetters: schema.DeadLetter{},
	schema.TopicFences:      schema.Fence{},
	schema.TopicDevices:     schema.Device{},

	schema.TopicCompleteness: schema.Completeness{},
}

func TestEveryTopicHasARecordType(t *testing.T) {
	for _, spec := range schema.Topics {
		_, ok := records[spec.Topic]
		vendorOrPrivate := spec.Topic == schema.TopicRaw || spec.Topic == schema.TopicState || spec.Topic == schema.TopicPolls
		if ok == vendorOrPrivate {
			t.Errorf("%s: has a record type: %v", spec.Topic, ok)
		}
	}
	if want := len(schema.Topics) - 3; len(records) != want {
		t.Errorf("%d record types, want %d", len(records), want)
	}
}

// words are the values of each string type of the package that has constants.
func words(t *testing.T) map[string][]any {
	values := map[string][]any{}
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			name, typed := spec.Type.(*ast.Ident)
			literal, text := spec.Values[0].(*ast.BasicLit)
			if !typed || !text || literal.Kind != token.STRING {
				return true
			}
			value, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			values[name.Name] = append(values[name.Name], value)
			return true
		})
	}
	return values
}

// mapper gives the schema of the types that write their JSON themselves.
func mapper(words map[string][]any) func(reflect.Type) *jsonschema.Schema {
	var mapType func(reflect.Type) *jsonschema.Schema
	mapType = func(t reflect.Type) *jsonschema.Schema {
		switch {
		case strings.HasPrefix(t.Name(), "Opt["):
			value := t.Field(0).Type
			if s := mapType(value); s != nil {
				return s
			}
			s := (&jsonschema.Reflector{Anonymous: true, DoNotReference: true}).ReflectFromType(value)
			s.Version = ""
			return s
		case t == reflect.TypeFor[schema.Cell]():
			return &jsonschema.Schema{Type: "string", Pattern: "^[0-9a-f]{1,16}$"}
		case t == reflect.TypeFor[schema.Bytes]():
			object := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), Required: []string{"base64"}}
			object.Properties.Set("base64", &jsonschema.Schema{Type: "string", ContentEncoding: "base64"})
			return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "string"}, object}}
		case t.Kind() == reflect.String && words[t.Name()] != nil:
			return &jsonschema.Schema{Type: "string", Enum: words[t.Name()]}
		}
		return nil
	}
	return mapType
}

// generate makes the JSON Schema of a topic's records from their type and the
// comments beside its fields.
func generate(t *testing.T, topic schema.Topic, record any) []byte {
	r := &jsonschema.Reflector{Anonymous: true, DoNotReference: true, AllowAdditionalProperties: true, Mapper: mapper(words(t))}
	if err := r.AddGoComments("github.com/odograph/odograph/pkg/schema", ".", jsonschema.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	s := r.Reflect(record)
	s.ID = jsonschema.ID("urn:odograph:" + string(topic))
	s.Title = reflect.TypeOf(record).Name()
	if topic == schema.TopicTrips {
		s.OneOf = []*jsonschema.Schema{{Required: []string{"trip"}}, {Required: []string{"stop"}}}
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

func schemaPath(topic schema.Topic) string { return filepath.Join("jsonschema", string(topic)+".json") }

// The files are what the types say; `go generate` writes them.
func TestSchemaFilesMatchTypes(t *testing.T) {
	for topic, record := range records {
		want := generate(t, topic, record)
		if *updateSchemas {
			if err := os.WriteFile(schemaPath(topic), want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(schemaPath(topic))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the type %T says (%v): run go generate ./pkg/schema", schemaPath(topic), record, err)
		}
	}
	files, err := filepath.Glob("jsonschema/*.json")
	if err != nil || len(files) != len(records) {
		t.Errorf("%d schema files for %d record types (%v)", len(files), len(records), err)
	}
}

// All words of a type are in its decoder's list, too, or reading them allocates.
func TestReadersKnowAllWords(t *testing.T) {
	for _, flag := range words(t)["Quality"] {
		f := schema.Fix{Quality: []schema.Quality{schema.Quality(flag.(string))}}
		in := f.AppendJSON(nil)
		if n := testing.AllocsPerRun(20, func() { _ = f.DecodeJSON(in) }); n > 2 {
			t.Errorf("reading quality %s: %v allocations, want the slice's only", flag, n)
		}
	}
	for _, name := range []string{"Quality", "Source", "PosType", "Reason"} {
		if list := words(t)[name]; len(list) < 4 || slices.Contains(list, any("")) {
			t.Errorf("the constants of %s: %v", name, list)
		}
	}
}
