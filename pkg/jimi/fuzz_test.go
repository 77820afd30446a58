package jimi_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/odograph/odograph/internal/jsonscan"
	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
	"pgregory.net/rapid"
)

// synonyms are names of which an item has one; with two, the last counts,
// which a map cannot tell.
var synonyms = map[string]string{"speed": "gpsSpeed", "gpsNum": "satelliteNum", "satellite": "satelliteNum", "accStatus": "acc", "posType": "postType", "positionType": "postType", "directions": "direction"}

// comparable tells whether encoding/json sees all of the item. What an envelope
// holds is compared by fixtures.
func comparable(item []byte) bool {
	seen, twice, envelope := map[string]bool{}, false, false
	err := jsonscan.ShallowObject(item, func(key, _ []byte) error {
		name := spelt(string(key))
		if s, ok := synonyms[name]; ok {
			name = s
		}
		twice = twice || seen[name]
		seen[name] = true
		envelope = envelope || strings.EqualFold(name, "msg") || strings.EqualFold(name, "data")
		return nil
	})
	return !twice && !envelope && !errors.Is(err, jsonscan.ErrTooDeep) && utf8.Valid(item)
}

// sameAsPlain compares DecodeFix with the second opinion.
func sameAsPlain(t interface{ Fatalf(string, ...any) }, raw *jimi.Raw) {
	var got schema.Fix
	err := jimi.DecodeFix(&got, raw)
	var known *jimi.Error
	if err != nil && !errors.As(err, &known) {
		t.Fatalf("%s: not an *Error: %v", raw.Value, err)
	}
	if !comparable(raw.Value) {
		return
	}
	want, reason := plainFix(raw)
	switch {
	case known == nil && reason != "":
		t.Fatalf("%s: %+v, want %s", raw.Value, got, reason)
	case known != nil && known.Reason != reason:
		t.Fatalf("%s: %v (%s), want reason %q", raw.Value, err, known.Reason, reason)
	case known == nil && !reflect.DeepEqual(got, want):
		t.Fatalf("%s:\n%+v, want\n%+v", raw.Value, got, want)
	}
}

// addFixtures seeds a fuzz target with the fixtures whose kind starts so.
func addFixtures(f *testing.F, prefix string) {
	paths, err := filepath.Glob("testdata/" + prefix + "*/*.json")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no fixtures: %v", err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

func fuzzFix(f *testing.F, kind string) {
	addFixtures(f, kind)
	f.Fuzz(func(t *testing.T, item []byte) {
		raw := rawItem(kind, item)
		raw.IMEI = "862000000000001"
		sameAsPlain(t, raw)
	})
}

func FuzzDecodeGPS(f *testing.F)          { fuzzFix(f, jimi.KindGPS) }
func FuzzDecodeLocationList(f *testing.F) { fuzzFix(f, jimi.KindLocationList) }
func FuzzDecodeLocationGet(f *testing.F)  { fuzzFix(f, jimi.KindLocationGet) }
func FuzzDecodeTag(f *testing.F)          { fuzzFix(f, jimi.KindTag) }
func FuzzDecodeTrackList(f *testing.F)    { fuzzFix(f, jimi.KindTrackList) }

// fuzzClass demands of any item of a class records that survive their encoding
// and carry its bytes, or an *Error with a reason. Its seeds are the fixtures of
// all kinds of the class.
func fuzzClass(f *testing.F, class jimi.Class) {
	seeds := 0
	paths, err := filepath.Glob("testdata/*/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		name := filepath.Base(filepath.Dir(path))
		if kind, ok := jimi.LookupKind(name); !ok || kind.Class != class {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, b)
		seeds++
	}
	if seeds == 0 {
		f.Fatalf("no fixtures of class %s", class)
	}
	f.Fuzz(func(t *testing.T, name string, item []byte) {
		if kind, ok := jimi.LookupKind(name); !ok || kind.Class != class {
			return
		}
		checkRecords(t, rawItem(name, item))
	})
}

func checkRecords(t *testing.T, raw *jimi.Raw) {
	records, err := decode(raw)
	if err != nil {
		var known *jimi.Error
		if !errors.As(err, &known) || known.Reason == "" || known.Error() == "" {
			t.Fatalf("%s %q: %v", raw.Kind, raw.Value, err)
		}
		return
	}
	if len(records) == 0 {
		t.Fatalf("%s %q: neither records nor an error", raw.Kind, raw.Value)
	}
	for i, v := range records {
		b, err := schema.Encode(v)
		if err != nil {
			t.Fatalf("%s %q: %v", raw.Kind, raw.Value, err)
		}
		again := reflect.New(reflect.TypeOf(v).Elem()).Interface()
		if err := schema.Decode(b, again); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if got := reflect.ValueOf(again).Elem().FieldByName("Raw").Bytes(); i == 0 && string(got) != string(raw.Value) {
			t.Fatalf("raw bytes %q, want %q", got, raw.Value)
		}
	}
}

// One target for each class; a kind is fuzzed by that of its class.
func FuzzDecodeHeartbeat(f *testing.F) { fuzzClass(f, jimi.ClassHeartbeat) }
func FuzzDecodeSession(f *testing.F)   { fuzzClass(f, jimi.ClassSession) }
func FuzzDecodeAlarm(f *testing.F)     { fuzzClass(f, jimi.ClassAlarm) }
func FuzzDecodeSensor(f *testing.F)    { fuzzClass(f, jimi.ClassSensor) }
func FuzzDecodeMedia(f *testing.F)     { fuzzClass(f, jimi.ClassMedia) }
func FuzzDecodeOBD(f *testing.F)       { fuzzClass(f, jimi.ClassOBD) }
func FuzzDecodeFault(f *testing.F)     { fuzzClass(f, jimi.ClassFault) }
func FuzzDecodeMessage(f *testing.F)   { fuzzClass(f, jimi.ClassMessage) }

// Every kind has a fuzz target: of its class, or, for fixes, its own.
func TestEveryKindIsFuzzed(t *testing.T) {
	source, err := os.ReadFile("fuzz_test.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := map[string]string{jimi.KindGPS: "KindGPS", jimi.KindTag: "KindTag", jimi.KindLocationList: "KindLocationList",
		jimi.KindLocationGet: "KindLocationGet", jimi.KindTrackList: "KindTrackList"}
	classes := map[jimi.Class]string{jimi.ClassHeartbeat: "ClassHeartbeat", jimi.ClassSession: "ClassSession", jimi.ClassAlarm: "ClassAlarm",
		jimi.ClassSensor: "ClassSensor", jimi.ClassMedia: "ClassMedia", jimi.ClassOBD: "ClassOBD", jimi.ClassFault: "ClassFault", jimi.ClassMessage: "ClassMessage"}
	for _, kind := range jimi.Kinds {
		want := "fuzzClass(f, jimi." + classes[kind.Class] + ")"
		if kind.Class == jimi.ClassFix {
			want = "fuzzFix(f, jimi." + constants[kind.Name] + ")"
		}
		if kind.Class != jimi.ClassUndecodable && !strings.Contains(string(source), want) {
			t.Errorf("%s has no fuzz target: want %s", kind.Name, want)
		}
	}
}

// Items whose fields take every form that occurs, and some that do not.
func TestDecodeFixEqualToPlain(t *testing.T) {
	value := rapid.OneOf(
		rapid.SampledFrom([]string{`""`, `null`, `"null"`, `"-1"`, `-1`, `0`, `"0"`, `1`, `"1"`, `"ON"`, `"off"`, `true`, `{}`, `[1]`,
			`"GPS"`, `"wifi"`, `3`, `"5"`, `7.0`, `"7.5"`, `360`, `361`, `-0.5`, `1e3`, `"1e400"`, `"0x10"`, `"0.00L"`, `" 12 "`, `"+5"`, `"1_0"`, `"NaN"`}),
		rapid.StringMatching(`-?(0|[1-9][0-9]{0,3})\.[0-9]{1,15}`),
		rapid.StringMatching(`"-?[0-9]{1,3}\.[0-9]{1,7}"`),
	)
	usual := rapid.Just(`"2026-03-01 08:15:30"`)
	when := rapid.OneOf(usual, usual, usual, usual,
		rapid.StringMatching(`"20[12][0-9]-0[0-9]-[0-3][0-9][ T][0-2]?[0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,3})?(Z|[+-]0[0-9]:?[03]0)?"`),
		rapid.StringMatching(`1[0-9]{9}([0-9]{3})?`), value,
	)
	place := rapid.OneOf(rapid.SampledFrom([]string{`52.5`, `"13.4"`, `-1.292066`}), rapid.SampledFrom([]string{`52.5`, `0`}), value)
	names := [][]string{{"gpsSpeed", "speed"}, {"direction", "directions"}, {"satelliteNum", "gpsNum", "satellite"}, {"acc", "accStatus"}, {"ignition"},
		{"altitude"}, {"postType", "posType", "positionType"}, {"postMethod"}, {"gpsMode"}, {"distance"}, {"status"}, {"currentMileage"}, {"mileage"}, {"other"}}
	kinds := []string{jimi.KindGPS, jimi.KindLocationList, jimi.KindLocationGet, jimi.KindTrackList, jimi.KindTag}
	item := rapid.Custom(func(t *rapid.T) *jimi.Raw {
		members := []string{`"gpsTime":` + when.Draw(t, "gpsTime"), `"gateTime":` + when.Draw(t, "gateTime"),
			`"lat":` + place.Draw(t, "lat"), `"lng":` + place.Draw(t, "lng")}
		for _, same := range names {
			if name := rapid.SampledFrom(same).Draw(t, "name"); rapid.Bool().Draw(t, "has it") {
				members = append(members, `"`+name+`" : `+value.Draw(t, name))
			}
		}
		members = rapid.Permutation(members).Draw(t, "order")
		raw := rawItem(rapid.SampledFrom(kinds).Draw(t, "kind"), []byte("{"+strings.Join(members, ",")+"}"))
		raw.IMEI = "862000000000001"
		return raw
	})
	decoded := 0
	rapid.Check(t, func(t *rapid.T) {
		for _, raw := range rapid.SliceOfN(item, 20, 20).Draw(t, "items") {
			sameAsPlain(t, raw)
			if jimi.DecodeFix(new(schema.Fix), raw) == nil {
				decoded++
			}
		}
	})
	if decoded < 200 {
		t.Errorf("only %d items became fixes: the comparison says little", decoded)
	}
}

func TestDecodeFixDoesNotAllocate(t *testing.T) {
	raw := gpsRaw(usualGPS)
	var fix schema.Fix
	if n := testing.AllocsPerRun(100, func() {
		if err := jimi.DecodeFix(&fix, raw); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// An item as large as a whole request, nested or long, costs milliseconds.
func TestDecodersStandBombs(t *testing.T) {
	for _, bomb := range []string{
		strings.Repeat("[", 4<<20), strings.Repeat(`{"msg":`, 600_000),
		`{"deviceImei":"` + strings.Repeat("9", 4<<20) + `"}`,
		`{` + strings.Repeat(`"imei":1,`, 400_000) + `"imei":2}`,
		`{"gpsTime":"` + strings.Repeat(" ", 4<<20) + `"}`,
	} {
		for _, kind := range jimi.Kinds {
			if _, err := decode(rawItem(kind.Name, []byte(bomb))); err == nil && kind.Class == jimi.ClassFix {
				t.Errorf("%s: %.20s…: no error", kind.Name, bomb)
			}
		}
	}
}
