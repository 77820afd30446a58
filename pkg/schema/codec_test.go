package schema_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/jsonscan"
	"github.com/odograph/odograph/pkg/schema"
	"pgregory.net/rapid"
)

func opt[T any](g *rapid.Generator[T]) *rapid.Generator[schema.Opt[T]] {
	return rapid.Custom(func(t *rapid.T) schema.Opt[T] {
		if rapid.Bool().Draw(t, "absent") {
			return schema.Opt[T]{}
		}
		return schema.Some(g.Draw(t, "value"))
	})
}

// times are what a record may hold: UTC, to the nanosecond, four-digit years.
func times() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		nanos := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 999999999), rapid.Map(rapid.Int64Range(0, 999), func(ms int64) int64 { return ms * 1e6 }))
		return time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "unix"), nanos.Draw(t, "nanos")).UTC()
	})
}

// floats mix what trackers send (few decimals) with everything a float64 can be.
func floats() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.Map(rapid.Int64Range(-1800000000, 1800000000), func(n int64) float64 { return float64(n) / 1e7 }),
		rapid.Map(rapid.Int64Range(-1e16, 1e16), func(n int64) float64 { return float64(n) / 1e7 }),
		rapid.Map(rapid.Int64Range(-1e6, 1e6), func(n int64) float64 { return float64(n) }),
		rapid.SampledFrom([]float64{0, -1 / inf, 1e-6, -1e-6, 9.99e-7, 1e-7, 1e20, 1e21, 1e22, 0.1 + 0.2, 5e-324}),
		rapid.Float64(),
	)
}

var inf = func() float64 { v := 0.0; return 1 / v }()

func items() *rapid.Generator[schema.Item] {
	return rapid.Custom(func(t *rapid.T) schema.Item {
		return schema.Item{
			IMEI:         rapid.OneOf(rapid.StringMatching(`[0-9]{15}`), rapid.String()).Draw(t, "imei"),
			ReceivedTime: times().Draw(t, "received"),
			Source:       schema.Source(rapid.OneOf(rapid.SampledFrom([]string{"push", "track_list"}), rapid.String()).Draw(t, "source")),
			Account:      rapid.String().Draw(t, "account"),
			Place:        schema.Place{RawPartition: rapid.Int32().Draw(t, "partition"), RawOffset: rapid.Int64().Draw(t, "offset")},
		}
	})
}

func fixes() *rapid.Generator[schema.Fix] {
	return rapid.Custom(func(t *rapid.T) schema.Fix {
		return schema.Fix{
			Item:       items().Draw(t, "item"),
			FixTime:    times().Draw(t, "fix time"),
			GateTime:   opt(times()).Draw(t, "gate time"),
			Lat:        floats().Draw(t, "lat"),
			Lng:        floats().Draw(t, "lng"),
			SpeedKMH:   opt(floats()).Draw(t, "speed"),
			HeadingDeg: opt(floats()).Draw(t, "heading"),
			Satellites: opt(rapid.Int32()).Draw(t, "satellites"),
			ACC:        opt(rapid.Bool()).Draw(t, "acc"),
			AltitudeM:  opt(floats()).Draw(t, "altitude"),
			OdometerM:  opt(floats()).Draw(t, "odometer"),
			PosType:    schema.PosType(rapid.SampledFrom([]string{"", "gps", "lbs", "x<&>"}).Draw(t, "pos type")),
			PostMethod: opt(rapid.Int32()).Draw(t, "post method"),
			GPSMode:    opt(rapid.Int32()).Draw(t, "gps mode"),
			Status:     opt(rapid.Int64()).Draw(t, "status"),
			Quality: rapid.OneOf(rapid.Just[[]schema.Quality](nil), rapid.SliceOf(rapid.Map(rapid.OneOf(
				rapid.SampledFrom([]string{"jump", "zero_position"}), rapid.String()), func(s string) schema.Quality { return schema.Quality(s) }))).Draw(t, "quality"),
			H3R7:  schema.Cell(rapid.Uint64().Draw(t, "r7")),
			H3R9:  schema.Cell(rapid.Uint64().Draw(t, "r9")),
			H3R11: schema.Cell(rapid.Uint64().Draw(t, "r11")),
		}
	})
}

func repeats() *rapid.Generator[schema.Repeat] {
	return rapid.Custom(func(t *rapid.T) schema.Repeat {
		return schema.Repeat{
			Item: items().Draw(t, "item"), Kind: rapid.String().Draw(t, "kind"), EventTime: times().Draw(t, "event time"),
			IsFix: rapid.Bool().Draw(t, "is fix"), Conflict: rapid.Bool().Draw(t, "conflict"),
			Lat: opt(floats()).Draw(t, "lat"), Lng: opt(floats()).Draw(t, "lng"),
			SpeedKMH: opt(floats()).Draw(t, "speed"), HeadingDeg: opt(floats()).Draw(t, "heading"),
		}
	})
}

// sameAsEncodingJSON encodes and decodes v in both ways.
func sameAsEncodingJSON[T any](t *rapid.T, v *T) {
	want, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	got, err := schema.Encode(v)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("encoded\n%s, %v\nwant\n%s", got, err, want)
	}
	var plain, ours T
	if err := json.Unmarshal(want, &plain); err != nil {
		t.Fatal(err)
	}
	if err := schema.Decode(want, &ours); err != nil || !reflect.DeepEqual(ours, plain) {
		t.Fatalf("decoded %+v, %v\nwant %+v\nof %s", ours, err, plain, want)
	}
	again, err := schema.Encode(&ours)
	if err != nil || !bytes.Equal(again, want) {
		t.Fatalf("encoded again\n%s, %v\nwant\n%s", again, err, want)
	}
}

func TestFixEqualToEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { f := fixes().Draw(t, "fix"); sameAsEncodingJSON(t, &f) })
}

func TestRepeatEqualToEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { r := repeats().Draw(t, "repeat"); sameAsEncodingJSON(t, &r) })
}

// Decoding into a used record leaves nothing of what it held.
func TestDecodeOverwrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, second := fixes().Draw(t, "first"), fixes().Draw(t, "second")
		var fresh, used schema.Fix
		for _, in := range [][]byte{first.AppendJSON(nil), second.AppendJSON(nil)} {
			fresh = schema.Fix{}
			if err := fresh.DecodeJSON(in); err != nil {
				t.Fatal(err)
			}
			if err := used.DecodeJSON(in); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(fresh, used) {
			t.Fatalf("%+v, want %+v", used, fresh)
		}
	})
}

const plainFix = `{"imei":"862000000000001","received_time":"2026-03-01T08:15:32.000001Z","source":"push","raw_partition":3,"raw_offset":42,` +
	`"fix_time":"2026-03-01T08:15:30Z","gate_time":"2026-03-01T08:15:31Z","lat":-1.292066,"lng":36.821946,"speed_kmh":43,"heading_deg":155,` +
	`"satellites":9,"acc":true,"altitude_m":1661,"odometer_m":698120,"pos_type":"gps","post_method":0,"gps_mode":0,"status":262147,` +
	`"h3_r7":"877a6e42effffff","h3_r9":"897a6e42c03ffff","h3_r11":"8b7a6e42c01dfff"}`

func TestDecodeRefuses(t *testing.T) {
	for in, want := range map[string]string{
		`[]`:                         "not an object",
		`{`:                          "JSON syntax",
		plainFix + "x":               "JSON syntax",
		strings.Repeat(`{"a":`, 100): "nested deeper",
		strings.Replace(plainFix, `"lat":-1.292066,`, ``, 1):                        "lat is missing",
		strings.Replace(plainFix, `"lat":-1.292066`, `"lat":null`, 1):               "lat is missing",
		strings.Replace(plainFix, `"lat":-1.292066`, `"lat":"-1.2"`, 1):             "member lat",
		strings.Replace(plainFix, `"raw_partition":3`, `"raw_partition":3e9`, 1):    "member raw_partition",
		strings.Replace(plainFix, `"satellites":9`, `"satellites":9.5`, 1):          "member satellites",
		strings.Replace(plainFix, `"acc":true`, `"acc":1`, 1):                       "member acc",
		strings.Replace(plainFix, `2026-03-01T08:15:30Z`, `2026-03-01 08:15:30`, 1): "member fix_time",
		strings.Replace(plainFix, `877a6e42effffff`, `xyz`, 1):                      "member h3_r7",
	} {
		var f schema.Fix
		if err := f.DecodeJSON([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %q", in, err, want)
		}
	}
}

func TestHotCodecsDoNotAllocate(t *testing.T) {
	var f schema.Fix
	buf, in := make([]byte, 0, 1024), []byte(plainFix)
	if err := f.DecodeJSON(in); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _ = f.DecodeJSON(in); buf = f.AppendJSON(buf[:0]) }); n != 0 {
		t.Errorf("fix: %v allocations", n)
	}
	r := schema.Repeat{Item: f.Item, Kind: "pushgps", EventTime: f.FixTime, IsFix: true, Lat: schema.Some(f.Lat)}
	in = r.AppendJSON(nil)
	if n := testing.AllocsPerRun(100, func() { _ = r.DecodeJSON(in); buf = r.AppendJSON(buf[:0]) }); n != 0 {
		t.Errorf("repeat: %v allocations", n)
	}
}

// usesOtherCase tells whether a member's name is one of ours but for its case,
// which encoding/json takes for ours and we do not.
func usesOtherCase(in []byte, known map[string]bool) bool {
	other := false
	_ = jsonscan.Object(in, func(key, _ []byte) error {
		for name := range known {
			other = other || string(key) != name && strings.EqualFold(string(key), name)
		}
		return nil
	})
	return other
}

func names(v any) map[string]bool {
	all := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		all[name] = name != ""
	}
	return all
}

// Whatever our decoder accepts, encoding/json reads to the same record.
func fuzzDecode[T any](f *testing.F, seed string) {
	var zero T
	known := names(zero)
	f.Add([]byte(seed))
	f.Add([]byte(strings.Replace(seed, `"push"`, `"p\u0075sh\ud800"`, 1)))
	f.Add([]byte(strings.Replace(seed, `43`, `4.3e1`, 1)))
	f.Fuzz(func(t *testing.T, in []byte) {
		var ours, plain T
		if err := schema.Decode(in, &ours); err != nil || usesOtherCase(in, known) {
			return
		}
		if err := json.Unmarshal(in, &plain); err != nil {
			t.Fatalf("%s: accepted, but encoding/json: %v", in, err)
		}
		if !reflect.DeepEqual(ours, plain) {
			t.Fatalf("%s: %+v, want %+v", in, ours, plain)
		}
	})
}

func FuzzFixDecodeJSON(f *testing.F) { fuzzDecode[schema.Fix](f, plainFix) }

func FuzzRepeatDecodeJSON(f *testing.F) {
	fuzzDecode[schema.Repeat](f, `{"imei":"862000000000001","received_time":"2026-03-01T08:15:32Z","source":"push","raw_partition":3,"raw_offset":42,`+
		`"kind":"pushgps","event_time":"2026-03-01T08:15:30Z","is_fix":true,"conflict":true,"lat":1.5,"lng":2,"speed_kmh":43,"heading_deg":155}`)
}

func BenchmarkFixAppendJSON(b *testing.B) {
	var f schema.Fix
	if err := f.DecodeJSON([]byte(plainFix)); err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 0, 1024)
	b.SetBytes(int64(len(plainFix)))
	b.ReportAllocs()
	for b.Loop() {
		buf = f.AppendJSON(buf[:0])
	}
}

func BenchmarkFixMarshal(b *testing.B) {
	var f schema.Fix
	if err := f.DecodeJSON([]byte(plainFix)); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(plainFix)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(&f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFixDecodeJSON(b *testing.B) {
	var f schema.Fix
	in := []byte(plainFix)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if err := f.DecodeJSON(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFixUnmarshal(b *testing.B) {
	in := []byte(plainFix)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		var f schema.Fix
		if err := json.Unmarshal(in, &f); err != nil {
			b.Fatal(err)
		}
	}
}

// TestBytes: any bytes survive, and their JSON is never much longer.
func TestBytes(t *testing.T) {
	check := func(t interface{ Fatalf(string, ...any) }, b []byte) {
		out, err := json.Marshal(schema.Bytes(b))
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if len(out) > len(b)*3/2+64<<10 {
			t.Fatalf("%d bytes become %d: %.40s", len(b), len(out), out)
		}
		var back schema.Bytes
		if err := json.Unmarshal(out, &back); err != nil || !bytes.Equal(back, b) {
			t.Fatalf("%q becomes %s and %q, %v", b, out, back, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.SliceOf(rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte("<>&\"\\\x00a")))).Draw(t, "bytes"))
	})
	for _, c := range "<\x00\"\\&ä\u2028" {
		check(t, bytes.Repeat([]byte(string(c)), 1_000_000))
	}
	item := `{"deviceImei":"860000000000001","gpsTime":"2026-03-02 09:00:01","lat":41.2,"lng":-95.9,"gpsSpeed":30,"acc":1}`
	if out, _ := json.Marshal(schema.Bytes("<b>a & b</b>")); out[0] != '"' {
		t.Errorf("a short text is not readable in its record: %s", out)
	}
	if out, _ := json.Marshal(schema.Bytes(item)); out[0] != '"' {
		t.Errorf("an item is not readable in its record: %s", out)
	}
}
