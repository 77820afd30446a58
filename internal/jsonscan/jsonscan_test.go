package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/odograph/odograph/internal/jsonscan"
	"pgregory.net/rapid"
)

type member struct{ key, value string }

func members(b []byte) ([]member, error) {
	var got []member
	err := jsonscan.Object(b, func(key, value []byte) error {
		got = append(got, member{string(key), string(value)})
		return nil
	})
	return got, err
}

func elements(b []byte) ([]string, error) {
	var got []string
	err := jsonscan.Array(b, func(value []byte) error {
		got = append(got, string(value))
		return nil
	})
	return got, err
}

func TestObject(t *testing.T) {
	got, err := members([]byte(" {\"a\" : 1.5e3 ,\n\"b\\u0022c\":{\"x\":[1, 2]},\"a\":\"q\\\"z\",\"\":null} "))
	if err != nil {
		t.Fatal(err)
	}
	want := []member{{"a", "1.5e3"}, {`b"c`, `{"x":[1, 2]}`}, {"a", `"q\"z"`}, {"", "null"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestArray(t *testing.T) {
	got, err := elements([]byte("[ 1 ,{\"a\":2}, \"x\" ,[ ] , true]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"1", `{"a":2}`, `"x"`, "[ ]", "true"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWrongType(t *testing.T) {
	if _, err := members([]byte(`[1]`)); !errors.Is(err, jsonscan.ErrNotObject) {
		t.Errorf("array as object: %v", err)
	}
	if _, err := elements([]byte(` {} `)); !errors.Is(err, jsonscan.ErrNotArray) {
		t.Errorf("object as array: %v", err)
	}
	var syn *jsonscan.SyntaxError
	if _, err := members([]byte(`[1] x`)); !errors.As(err, &syn) || syn.Offset != 4 {
		t.Errorf("no JSON at all: %v", err)
	}
}

func TestCallbackErrorEndsTheWalk(t *testing.T) {
	stop, calls := errors.New("stop"), 0
	count := func() error { calls++; return stop }
	if err := jsonscan.Object([]byte(`{"a":1,"b":2}`), func(_, _ []byte) error { return count() }); !errors.Is(err, stop) {
		t.Error(err)
	}
	if err := jsonscan.Array([]byte(`[1,2]`), func([]byte) error { return count() }); !errors.Is(err, stop) {
		t.Error(err)
	}
	if calls != 2 {
		t.Errorf("%d calls, want 1 of each walk", calls)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct {
		in     string
		offset int
	}{
		{``, 0}, {`{`, 1}, {`{"a"`, 4}, {`{"a":`, 5}, {`{"a":1`, 6}, {`{"a":1,`, 7}, {`{"a":1,}`, 7},
		{`[1,]`, 3}, {`[1 2]`, 3}, {`01`, 1}, {`1.`, 2}, {`1e+`, 3}, {`-`, 1}, {`+1`, 0}, {`.5`, 0},
		{`nul`, 0}, {`"a`, 2}, {"\"a\nb\"", 2}, {`"\x"`, 2}, {`"\u12g4"`, 5}, {`{} {}`, 3}, {"\u00a0{}", 0},
		{`{'a':1}`, 1}, {`{a:1}`, 1}, {`NaN`, 0}, {`"\`, 2}, {"\"12345678\x1f\"", 9},
	} {
		err := jsonscan.Check([]byte(c.in))
		var syn *jsonscan.SyntaxError
		if !errors.As(err, &syn) {
			t.Errorf("%q: %v, want a syntax error", c.in, err)
		} else if syn.Offset != c.offset {
			t.Errorf("%q: %v, want it at byte %d", c.in, err, c.offset)
		}
	}
}

func nested(depth int) []byte {
	var b bytes.Buffer
	for i := range depth {
		b.WriteString([]string{"[", `{"a":`}[i%2])
	}
	b.WriteByte('1')
	for i := depth - 1; i >= 0; i-- {
		b.WriteString([]string{"]", "}"}[i%2])
	}
	return b.Bytes()
}

func TestDepth(t *testing.T) {
	if err := jsonscan.Check(nested(jsonscan.MaxDepth)); err != nil {
		t.Errorf("depth %d: %v", jsonscan.MaxDepth, err)
	}
	if err := jsonscan.Check(nested(jsonscan.MaxDepth + 1)); !errors.Is(err, jsonscan.ErrTooDeep) {
		t.Errorf("depth %d: %v", jsonscan.MaxDepth+1, err)
	}
}

func TestShallowObject(t *testing.T) {
	none := func(_, _ []byte) error { return nil }
	if err := jsonscan.ShallowObject(nestedObject(jsonscan.MaxDepth), none); err != nil {
		t.Errorf("depth %d: %v", jsonscan.MaxDepth, err)
	}
	if err := jsonscan.ShallowObject(nestedObject(jsonscan.MaxDepth+1), none); !errors.Is(err, jsonscan.ErrTooDeep) {
		t.Errorf("depth %d: %v", jsonscan.MaxDepth+1, err)
	}
	if err := jsonscan.Object(nestedObject(jsonscan.MaxDepth+1), none); err != nil {
		t.Errorf("the lenient walk at depth %d: %v", jsonscan.MaxDepth+1, err)
	}
	if err := jsonscan.ShallowObject(bytes.Repeat([]byte("["), 100), none); !errors.Is(err, jsonscan.ErrTooDeep) {
		t.Errorf("an array too deep: %v", err)
	}
}

// nestedObject is an object of the given depth in all.
func nestedObject(depth int) []byte { return concat(`{"x":`, nested(depth-1), "}") }

// One element that is too deep is handed over, and so are its neighbours.
func TestDeepElementDoesNotCostItsNeighbours(t *testing.T) {
	deep := string(nested(5000))
	got, err := elements([]byte(`[1,` + deep + `,{"b":2}]`))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"1", deep, `{"b":2}`}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %d elements", len(got))
	}
	if _, err := elements([]byte(`[1,` + strings.Replace(deep, "1", "x", 1) + `]`)); err == nil {
		t.Error("a deep element that is no JSON was handed over")
	}
}

// A bomb of 4 MiB, the largest body, costs milliseconds in every walk, and
// twice the size at most about twice the time.
func TestBombsAreLinear(t *testing.T) {
	for _, unit := range []string{"[", `{"a":`, `[{"":[`, "[[],", `"\u0061`} {
		bomb := bytes.Repeat([]byte(unit), 4<<20/len(unit))
		start := time.Now()
		for _, walk := range []func([]byte) error{
			jsonscan.Check,
			func(b []byte) error { _, err := members(b); return err },
			func(b []byte) error { _, err := elements(b); return err },
		} {
			if err := walk(bomb); err == nil {
				t.Errorf("%q repeated: no error", unit)
			}
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%q repeated to 4 MiB took %v", unit, took)
		}
	}
	if got, err := elements(concat("[1,", nested(400_000), "]")); err != nil || len(got) != 2 {
		t.Errorf("400,000 levels: %d elements, %v", len(got), err)
	}
}

func concat(head string, b []byte, tail string) []byte {
	return append(append([]byte(head), b...), tail...)
}

func TestNoAllocations(t *testing.T) {
	in := []byte(`{"deviceImei":"867096903771954","gpsTime":"2023-01-13 02:24:37","lng":113.942885,"a":[1,{"b":null}]}`)
	n := 0
	if a := testing.AllocsPerRun(100, func() {
		_ = jsonscan.Check(in)
		_ = jsonscan.Object(in, func(key, value []byte) error { n += len(key) + len(value); return nil })
	}); a != 0 {
		t.Errorf("%v allocations", a)
	}
}

// valid compares a text with encoding/json, whose limit is 10,000 levels.
func valid(t interface{ Errorf(string, ...any) }, in []byte) {
	err := jsonscan.Check(in)
	if errors.Is(err, jsonscan.ErrTooDeep) {
		return
	}
	if want := json.Valid(in); (err == nil) != want {
		t.Errorf("%q: %v, but encoding/json says valid %v", in, err, want)
	}
}

// walked compares what the walks hand over with encoding/json's raw messages.
func walked(t interface{ Errorf(string, ...any) }, in []byte) {
	trimmed := bytes.TrimLeft(in, " \t\r\n")
	if len(trimmed) == 0 || bytes.Count(in, []byte("["))+bytes.Count(in, []byte("{")) > 9000 {
		return
	}
	switch trimmed[0] {
	case '[':
		var want []json.RawMessage
		wantErr := json.Unmarshal(in, &want)
		got, err := elements(in)
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%q: %v, but encoding/json: %v", in, err, wantErr)
		}
		if err == nil && fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	case '{':
		var want map[string]json.RawMessage
		wantErr := json.Unmarshal(in, &want)
		list, err := members(in)
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%q: %v, but encoding/json: %v", in, err, wantErr)
		}
		if err != nil || !utf8.Valid(in) {
			return
		}
		got := map[string]json.RawMessage{}
		for _, m := range list {
			got[m.key] = json.RawMessage(m.value)
		}
		if !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func unquoted(t interface{ Errorf(string, ...any) }, in []byte) {
	var want string
	if !utf8.Valid(in) || json.Unmarshal(in, &want) != nil || len(in) == 0 || in[0] != '"' || in[len(in)-1] != '"' {
		return
	}
	if got, ok := jsonscan.AppendUnquoted(nil, in); !ok || string(got) != want {
		t.Errorf("%q: got %q %v, want %q", in, got, ok, want)
	}
}

func FuzzEqualToEncodingJSON(f *testing.F) {
	for _, s := range []string{
		`{"deviceImei":"867096903771954","gpsSpeed":-1,"msg":{"a":[1.5e-3,null,true]}}`,
		`[{"a":"\u00e9\ud83d\ude00\ud83d\"\\\/\b\f\n\r\t"},[],{}, -0.0E+1]`, `"\ud800\u0041"`, `{8193:23.4}`,
		"\"\xff\"", `{"a":1,"a":2}`, " [ ] ", `01`, string(nested(40)), string(nested(33)),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		valid(t, in)
		walked(t, in)
		unquoted(t, in)
	})
}

// Whatever encoding/json writes is walked to the same parts.
func TestWhatEncodingJSONWrites(t *testing.T) {
	scalar := rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Float64Range(-1e20, 1e20), func(f float64) any { return f }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Just[any](nil),
	)
	value := rapid.Deferred(func() *rapid.Generator[any] { return scalar })
	for range 3 {
		inner := value
		value = rapid.OneOf(scalar,
			rapid.Map(rapid.SliceOfN(inner, 0, 4), func(s []any) any { return s }),
			rapid.Map(rapid.MapOfN(rapid.String(), inner, 0, 4), func(m map[string]any) any { return m }))
	}
	rapid.Check(t, func(t *rapid.T) {
		in, err := json.Marshal(value.Draw(t, "value"))
		if err != nil {
			t.Fatal(err)
		}
		valid(t, in)
		walked(t, in)
		unquoted(t, in)
	})
}

func BenchmarkObject(b *testing.B) {
	in := []byte(`{"deviceImei":"867096903771954","gpsTime":"2023-01-13 02:24:37","gateTime":"2023-01-13 02:24:38","satelliteNum":7,"lng":113.942885,"lat":22.576539,"gpsMode":0,"gpsSpeed":0,"direction":155,"acc":1,"postType":1,"altitude":0,"distance":698,"status":262147}`)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		_ = jsonscan.Object(in, func(key, value []byte) error { n += len(value); return nil })
	}
}

func TestDecimal(t *testing.T) {
	for in, want := range map[string]float64{
		"0": 0, "-0": math.Copysign(0, -1), "7.0": 7, "+5": 5, "007": 7, ".5": 0.5, "5.": 5, "-1.292066": -1.292066,
		"113.91674845964586": 113.91674845964586, "1e3": 1000, "1.5E-3": 0.0015, "123456789012345678901234567890": 1.2345678901234568e29,
		"0.000000000000000000000000000001": 1e-30,
	} {
		if got, ok := jsonscan.Decimal([]byte(in)); !ok || got != want || math.Signbit(got) != math.Signbit(want) {
			t.Errorf("%s: %v %v, want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "-", ".", "+.", "1e", "1e+", "0x10", "NaN", "Infinity", "1_0", "1,5", "1 ", " 1", "1e999", "5km", "--1", "1.2.3"} {
		if got, ok := jsonscan.Decimal([]byte(in)); ok {
			t.Errorf("%q: %v, want none", in, got)
		}
	}
}

func FuzzDecimalEqualToStrconv(f *testing.F) {
	for _, s := range []string{"0", "-1.292066", "123456789012345", "1234567890123456.7", "1e-7", "00.10", "9007199254740993"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		want, err := strconv.ParseFloat(string(in), 64)
		got, ok := jsonscan.Decimal(in)
		if bytes.ContainsAny(in, "xXpP_iInN") {
			if ok {
				t.Errorf("%q: %v, not in decimal form", in, got)
			}
			return
		}
		if ok != (err == nil) || ok && (got != want || math.Signbit(got) != math.Signbit(want)) {
			t.Errorf("%q: %v %v, strconv says %v %v", in, got, ok, want, err)
		}
	})
}
