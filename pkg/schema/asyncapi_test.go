package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/odograph/odograph/pkg/schema"
)

const (
	asyncDocument  = "../../docs/asyncapi.yaml"
	topicsDocument = "../../docs/topics.md"
)

// purposes say in a sentence what the records of a topic are.
var purposes = map[schema.Topic]string{
	schema.TopicRaw:          "Items as the vendor sent them, bytes unchanged; headers say what they are. Everything else is made from these.",
	schema.TopicState:        "The enricher's changelog. Private: its form changes without notice.",
	schema.TopicFixes:        "Each distinct fix once, at its first sighting.",
	schema.TopicRepeats:      "Each further sighting of a fix, by the same or another interface.",
	schema.TopicDriving:      "Events of driving behaviour: harsh braking, acceleration and cornering, collisions, speeding, idling.",
	schema.TopicGeofence:     "Transitions of a vehicle into, within and out of fences.",
	schema.TopicTrips:        "Trips, and stops between them; a record has one of the two.",
	schema.TopicConditions:   "Events of fuel, temperature, power and faults.",
	schema.TopicRecompute:    "Stretches of a device that came too late to be derived.",
	schema.TopicAlarms:       "Alarms of devices and of the platform.",
	schema.TopicHeartbeats:   "Heartbeats of devices.",
	schema.TopicSessions:     "Logins and logouts of devices.",
	schema.TopicOBD:          "Readings of the vehicle's own computers.",
	schema.TopicFaults:       "Trouble codes of the vehicle.",
	schema.TopicSensors:      "Fuel, temperature, humidity, RFID, cell towers.",
	schema.TopicMedia:        "Announcements of photos, videos and recordings, and results of uploads.",
	schema.TopicMessages:     "Command replies, reports, pass-through data, and everything else.",
	schema.TopicDeadLetters:  "What could not be used, with its bytes and the reason.",
	schema.TopicFences:       "Definitions of fences, the latest of each id.",
	schema.TopicDevices:      "Definitions of devices, the latest of each IMEI.",
	schema.TopicCompleteness: "Of each device and hour: fixes that must have been made, that came, that are missing, and why.",
	schema.TopicPolls:        "What pollers remember. Private: tokens in it are sealed.",
}

// private topics have a form of their own, for nobody else.
var private = map[schema.Topic]bool{schema.TopicState: true, schema.TopicPolls: true}

// units by the end of a field's name, the longest first.
var units = [][2]string{
	{"_mps2", "m/s²"}, {"_kmh", "km/h"}, {"_km", "km"}, {"_ms", "milliseconds"}, {"_deg", "degrees"}, {"_percent", "%"}, {"_share", "a share, 0 to 1"},
	{"_hpa", "hPa"}, {"_kpa", "kPa"}, {"_bytes", "bytes"}, {"_kb", "kB"}, {"_litres", "litres"}, {"_l", "litres"}, {"_mv", "mV"}, {"_v", "V"}, {"_c", "°C"}, {"_s", "seconds"}, {"_m", "m"},
	{"_time", "UTC"}, {"lat", "degrees, WGS-84"}, {"lng", "degrees, WGS-84"},
}

// unitOf is the unit that a field's name tells, empty where it tells none.
func unitOf(name string) string {
	for _, u := range units {
		if strings.HasSuffix(name, u[0]) && (u[0][0] == '_' || name == u[0] || strings.HasSuffix(name, "_"+u[0])) {
			return u[1]
		}
	}
	return ""
}

// meanings are of fields whose types have no comment beside them; others are
// those of the columns of their names in ClickHouse.
var meanings = map[string]string{
	"raw": "the item as it came, JSON", "revision": "grows with each correction; the highest holds", "event_id": "id of the event, the same in every revision",
	"stop_id": "id of the stop, the same in every revision", "trip_id": "id of the trip, the same in every revision", "trip": "set where the record is a trip", "stop": "set where the record is a stop",
	"quality": "what is doubtful about the fix, see docs/design.md", "severity": "step of the event", "confidence": "how far the event can be trusted", "reason": "why, in a word",
	"kind": "what it is", "version": "version of the definition, the highest holds", "unit": "unit of value, as the vendor names it", "value": "value; of what, the kind or the type says",
	"value_max": "upper value of the event, in the unit of its kind", "limit_max": "upper limit that was passed, in the unit of its kind",
	"topic": "topic of the item", "partition": "partition of the item", "offset": "offset of the item", "code": "code, as the vendor sends it", "status_flags": "status bits, as the vendor sends them",
	"remote_lock": "state of the remote lock, as the vendor sends it", "positioned": "whether the device has a fix", "is_fix": "whether the item was a fix", "storage_type": "where the recording is, as the vendor sends it",
	"succeeded": "whether the upload succeeded", "sim": "telephone number of the SIM card", "mac": "address of the access point", "cell_id": "number of the cell", "trip_seq": "number of the trip on the device",
	"group": "group of the device, as the platform has it", "fence_version": "version of the fence's definition that was judged by", "data": "data that was passed through", "mime_type": "type of the file",
	"schedule": "when the fence is there; left out: always", "windows": "times of the week",
}

// columnComments are the comments of ClickHouse's columns, by name.
func columnComments(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile("../../clickhouse/comments.tsv")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, line := range strings.Split(string(b), "\n") {
		if parts := strings.Split(line, "\t"); len(parts) == 3 && parts[0] == "*" {
			out[parts[1]] = parts[2]
		}
	}
	return out
}

// withMeanings gives each field without a description one.
func withMeanings(t *testing.T, topic schema.Topic, columns map[string]string, s map[string]any) {
	t.Helper()
	properties, _ := s["properties"].(map[string]any)
	for name, p := range properties {
		field := p.(map[string]any)
		withMeanings(t, topic, columns, field)
		if items, ok := field["items"].(map[string]any); ok {
			withMeanings(t, topic, columns, items)
		}
		if text, _ := field["description"].(string); text != "" {
			continue
		}
		text := meanings[name]
		if text == "" {
			text = columns[name]
		}
		if text == "" && unitOf(name) == "" {
			t.Errorf("%s: nothing says what %s is: give its field a comment", topic, name)
		}
		if text != "" {
			field["description"] = text
		}
	}
}

// withUnits writes the unit into the description of each field that has one.
func withUnits(s map[string]any) {
	for _, list := range []string{"oneOf", "allOf", "anyOf"} {
		for _, sub := range asList(s[list]) {
			withUnits(sub.(map[string]any))
		}
	}
	if items, ok := s["items"].(map[string]any); ok {
		withUnits(items)
	}
	properties, _ := s["properties"].(map[string]any)
	for name, p := range properties {
		field := p.(map[string]any)
		withUnits(field)
		text, _ := field["description"].(string)
		if unit := unitOf(name); unit != "" && !strings.Contains(text, unit) {
			field["description"] = strings.TrimPrefix(text+"; "+unit, "; ")
		}
	}
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

// payload is the JSON Schema of a topic's records, as AsyncAPI wants it.
func payload(t *testing.T, topic schema.Topic) map[string]any {
	t.Helper()
	b, err := os.ReadFile(schemaPath(topic))
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	delete(s, "$schema")
	delete(s, "$id")
	withMeanings(t, topic, columnComments(t), s)
	withUnits(s)
	return s
}

func word(topic schema.Topic) string {
	name, _, _ := strings.Cut(string(topic), ".")
	return name
}

func retention(spec schema.TopicSpec) string {
	if spec.Compacted {
		return "compacted: the latest record of each key"
	}
	return fmt.Sprintf("%d days", int(spec.Retention.Hours()/24))
}

type node = map[string]any

// asyncAPI is the document of all topics.
func asyncAPI(t *testing.T) []byte {
	t.Helper()
	channels, operations, messages, schemas := node{}, node{}, node{}, node{}
	for _, spec := range schema.Topics {
		name, id := spec.Topic.Name(schema.DefaultPrefix), word(spec.Topic)
		message := node{
			"name": id, "title": purposes[spec.Topic], "contentType": "application/json",
			"headers":  node{"$ref": "#/components/schemas/headers"},
			"bindings": node{"kafka": node{"key": node{"type": "string", "description": keyOf(spec.Topic)}}},
		}
		switch {
		case spec.Topic == schema.TopicRaw:
			message["headers"] = node{"$ref": "#/components/schemas/rawHeaders"}
			message["payload"] = node{"description": "the vendor's JSON of one item, unchanged"}
		case private[spec.Topic]:
			message["payload"] = node{"description": "private to Odograph"}
			message["contentType"] = "application/octet-stream"
		default:
			schemas[id] = payload(t, spec.Topic)
			message["payload"] = node{"$ref": "#/components/schemas/" + id}
		}
		messages[id] = message
		channels[id] = node{
			"address": name, "description": purposes[spec.Topic] + " Kept: " + retention(spec) + ".",
			"messages": node{id: node{"$ref": "#/components/messages/" + id}},
			"bindings": node{"kafka": node{"topic": name}},
		}
		action := "send"
		if spec.Compacted && !private[spec.Topic] {
			action = "receive"
		}
		operations[action+"-"+id] = node{"action": action, "channel": node{"$ref": "#/channels/" + id}, "summary": purposes[spec.Topic]}
	}
	schemas["headers"] = headerSchema(schema.HeaderSchema, schema.HeaderTrace)
	schemas["rawHeaders"] = headerSchema(schema.HeaderKind, schema.HeaderSource, schema.HeaderAccount, schema.HeaderReceived, schema.HeaderItemID, schema.HeaderMsgType, schema.HeaderTrace)
	var b bytes.Buffer
	b.WriteString("# Made by go generate ./docs from the types of pkg/schema: do not edit.\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	err := e.Encode(node{
		"asyncapi": "3.0.0",
		"info": node{
			"title": "Odograph", "version": "1", "license": node{"name": "Apache-2.0"},
			"description": "The topics of Odograph, with the prefix fleet. All are written in transactions: read them with isolation.level=read_committed. A change inside a version only adds optional fields. How to read them exactly once: docs/consumers.md.",
		},
		"defaultContentType": "application/json",
		"servers":            node{"kafka": node{"host": "127.0.0.1:9092", "protocol": "kafka", "description": "kafka_brokers of the installation"}},
		"channels":           channels, "operations": operations,
		"components": node{"messages": messages, "schemas": schemas},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func keyOf(topic schema.Topic) string {
	if topic == schema.TopicFences {
		return "id of the fence"
	}
	return "IMEI; all records of a device are in one partition, in order"
}

var headerTexts = map[string]string{
	schema.HeaderKind: "kind of the item, see docs/kinds.md", schema.HeaderSource: "which interface it came by", schema.HeaderAccount: "account of the platform, if any",
	schema.HeaderReceived: "receive time, microseconds since 1970 UTC, decimal", schema.HeaderItemID: "the same for every delivery of one accepted item",
	schema.HeaderMsgType: "the form's msgType beside the items, if any", schema.HeaderSchema: "version of the record's schema", schema.HeaderTrace: "W3C trace context, if any",
}

func headerSchema(names ...string) node {
	properties := node{}
	for _, name := range names {
		properties[name] = node{"type": "string", "description": headerTexts[name]}
	}
	return node{"type": "object", "properties": properties}
}

// topics is the document for people.
func topics(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(`# Topics

Every topic and the fields of its records. Made by ` + "`go generate ./docs`" + ` from the types of ` + "`pkg/schema`" + `: do not edit. For programs: [asyncapi.yaml](asyncapi.yaml), and the JSON Schemas under ` + "`pkg/schema/jsonschema`" + `. How to read them exactly once: [consumers.md](consumers.md).

Records are JSON, keyed by IMEI (fences by their id); all of a device's are in one partition, which has the same number in every topic. They are written in transactions, so read with ` + "`isolation.level=read_committed`" + `. A change inside a version only adds optional fields; a value that the vendor left out is absent. ` + "`fleet`" + ` is the setting ` + "`topic_prefix`" + `.

| topic | records | kept |
|---|---|---|
`)
	for _, spec := range schema.Topics {
		name := "`" + spec.Topic.Name(schema.DefaultPrefix) + "`"
		if records[spec.Topic] != nil {
			name = fmt.Sprintf("[%s](#%s)", name, word(spec.Topic))
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, purposes[spec.Topic], retention(spec))
	}
	for _, spec := range schema.Topics {
		if records[spec.Topic] == nil {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| field | type | meaning |\n|---|---|---|\n", word(spec.Topic), purposes[spec.Topic])
		writeFields(&b, "", payload(t, spec.Topic))
	}
	return b.Bytes()
}

func writeFields(b *bytes.Buffer, prefix string, s map[string]any) {
	properties, _ := s["properties"].(map[string]any)
	var names, required []string
	for name := range properties {
		names = append(names, name)
	}
	for _, r := range asList(s["required"]) {
		required = append(required, r.(string))
	}
	slices.Sort(names)
	for _, name := range names {
		p := properties[name].(map[string]any)
		kind := typeOf(p)
		if slices.Contains(required, name) {
			kind += ", always"
		}
		text, _ := p["description"].(string)
		fmt.Fprintf(b, "| `%s%s` | %s | %s |\n", prefix, name, kind, strings.ReplaceAll(text, "|", `\|`))
		if items, ok := p["items"].(map[string]any); ok {
			writeFields(b, prefix+name+"[].", items)
		}
		writeFields(b, prefix+name+".", p)
	}
}

func typeOf(p map[string]any) string {
	if words := asList(p["enum"]); len(words) > 0 {
		var out []string
		for _, w := range words {
			out = append(out, fmt.Sprintf("`%v`", w))
		}
		return strings.Join(out, " ")
	}
	switch kind, _ := p["type"].(string); {
	case p["format"] == "date-time":
		return "time, RFC 3339"
	case kind == "array":
		items, _ := p["items"].(map[string]any)
		return "list of " + typeOf(items)
	case kind == "":
		return "text, or bytes in base64"
	case kind == "string":
		return "text"
	case kind == "boolean":
		return "true or false"
	default:
		return kind
	}
}

func TestTopicDocuments(t *testing.T) {
	for path, want := range map[string][]byte{asyncDocument: asyncAPI(t), topicsDocument: topics(t)} {
		if *updateSchemas {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, want) {
			t.Errorf("%s is not what the types say (%v): run go generate ./docs", path, err)
		}
	}
	for _, spec := range schema.Topics {
		if purposes[spec.Topic] == "" {
			t.Errorf("%s has no sentence about it", spec.Topic)
		}
	}
}

// plain are the numbers whose names need no unit: counts, codes, places and ids.
var plain = regexp.MustCompile(`^(raw_partition|raw_offset|partition|offset|revision|version|.*_version|satellites|count|level|status|code|.*_code|channel|.*_channel|value|.*_fixes|holes|.*_type|rssi|lac|cell_id|priority|.*_class|.*_level|.*_seq|.*_count|.*_signal|rpm|hdop|.*_ratio|value_max|limit_max|status_flags|remote_lock|total|conflict|msg_class)$`)

// commented tells whether a field's type has a comment beside it.
func commented(topic schema.Topic, name string) bool {
	b, _ := os.ReadFile(schemaPath(topic))
	return regexp.MustCompile(`"` + name + `": \{[^{}]*"description"`).Match(b)
}

// A number without a unit is one that nobody can add up.
func TestNumbersHaveUnits(t *testing.T) {
	var check func(topic schema.Topic, s map[string]any)
	check = func(topic schema.Topic, s map[string]any) {
		properties, _ := s["properties"].(map[string]any)
		for name, p := range properties {
			field := p.(map[string]any)
			if kind := field["type"]; (kind == "number" || kind == "integer") && unitOf(name) == "" && !plain.MatchString(name) && !commented(topic, name) {
				t.Errorf("%s: %s is a number without a unit: let its name or its comment say it", topic, name)
			}
			check(topic, field)
			if items, ok := field["items"].(map[string]any); ok {
				check(topic, items)
			}
		}
	}
	for topic := range records {
		check(topic, payload(t, topic))
	}
}
