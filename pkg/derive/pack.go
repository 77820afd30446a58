package derive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

// Contents are stored as a byte for the record's type and the fields of the
// record in the order of the type: whole numbers as varints, fractions as
// decimals where that is exact, times as seconds from the event's start, words
// that come often as one byte. A type may only gain fields at its end: a field
// that is not in the bytes is left zero.

var errPacked = errors.New("not a packed record")

// recordTypes are the types of records by their number, which is stored: never
// change one.
var recordTypes = [...]reflect.Type{
	1: reflect.TypeFor[schema.DrivingEvent](),
	2: reflect.TypeFor[schema.Trip](),
	3: reflect.TypeFor[schema.Stop](),
	4: reflect.TypeFor[schema.ConditionEvent](),
	5: reflect.TypeFor[schema.GeofenceEvent](),
}

// packRecord adds a record of an event with a start to dst.
func packRecord(dst []byte, record any, start int64) []byte {
	v := reflect.ValueOf(record).Elem()
	for n, t := range recordTypes {
		if t == v.Type() {
			dst = append(dst, byte(n))
			dst = binary.AppendUvarint(dst, uint64(v.NumField()))
			return packFields(dst, v, start)
		}
	}
	panic(fmt.Sprintf("derive: %T has no number", record))
}

func unpackRecord(b []byte, start int64) (record any, rest []byte, err error) {
	if len(b) < 2 || int(b[0]) >= len(recordTypes) || recordTypes[b[0]] == nil {
		return nil, nil, errPacked
	}
	p := reflect.New(recordTypes[b[0]])
	fields, n := binary.Uvarint(b[1:])
	if n <= 0 || fields > uint64(p.Elem().NumField()) {
		return nil, nil, fmt.Errorf("%w: a %s of a later version", errPacked, p.Elem().Type())
	}
	u := unpacker{b: b[1+n:], start: start}
	for i := range int(fields) {
		u.value(p.Elem().Field(i))
	}
	return p.Interface(), u.b, u.err
}

var timeType = reflect.TypeFor[time.Time]()

// optional tells whether a struct is a schema.Opt: of one that is not valid, the
// value is not stored.
func optional(t reflect.Type) bool {
	return t.NumField() == 2 && t.Field(0).Name == "Value" && t.Field(1).Name == "Valid"
}

func packFields(dst []byte, v reflect.Value, start int64) []byte {
	for i := range v.NumField() {
		dst = packValue(dst, v.Field(i), start)
	}
	return dst
}

func packValue(dst []byte, v reflect.Value, start int64) []byte {
	switch v.Kind() {
	case reflect.Struct:
		switch {
		case v.Type() == timeType:
			return packTime(dst, v.Interface().(time.Time), start)
		case !optional(v.Type()):
			return packFields(dst, v, start)
		case !v.Field(1).Bool():
			return append(dst, 0)
		}
		return packValue(append(dst, 1), v.Field(0), start)
	case reflect.String:
		return appendWord(dst, v.String())
	case reflect.Bool:
		return appendBool(dst, v.Bool())
	case reflect.Int32, reflect.Int64:
		return binary.AppendVarint(dst, v.Int())
	case reflect.Uint32:
		return binary.AppendUvarint(dst, v.Uint())
	case reflect.Float64:
		return packFloat(dst, v.Float())
	case reflect.Slice:
		dst = binary.AppendUvarint(dst, uint64(v.Len()))
		for i := range v.Len() {
			dst = packValue(dst, v.Index(i), start)
		}
		return dst
	}
	panic(fmt.Sprintf("derive: cannot pack a %s", v.Type()))
}

// The forms of a time.
const (
	timeNone    = 0
	timeMillis  = 1 // milliseconds since 1970
	timeSeconds = 2 // from the start
)

func packTime(dst []byte, t time.Time, start int64) []byte {
	switch {
	case t.IsZero():
		return append(dst, timeNone)
	case t.Nanosecond() == 0:
		return binary.AppendVarint(append(dst, timeSeconds), t.Unix()-start)
	}
	return binary.AppendVarint(append(dst, timeMillis), t.UnixMilli())
}

func (u *unpacker) time() time.Time {
	switch u.byte() {
	case timeNone:
		return time.Time{}
	case timeMillis:
		return time.UnixMilli(u.varint()).UTC()
	case timeSeconds:
		return moment(u.start + u.varint())
	}
	u.fail()
	return time.Time{}
}

// The forms of a fraction. From floatDecimal on it is a whole number over a power
// of ten.
const (
	floatZero    = 0
	floatBits    = 1
	floatDecimal = 2
)

var tens = [...]float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6}

func packFloat(dst []byte, v float64) []byte {
	if v == 0 {
		return append(dst, floatZero)
	}
	for k, ten := range tens {
		if n := math.Round(v * ten); math.Abs(n) < 1<<48 && n/ten == v {
			return binary.AppendVarint(append(dst, byte(floatDecimal+k)), int64(n))
		}
	}
	return binary.LittleEndian.AppendUint64(append(dst, floatBits), math.Float64bits(v))
}

func (u *unpacker) float() float64 {
	switch form := u.byte(); {
	case form == floatZero:
		return 0
	case form == floatBits:
		if b := u.bytes(8); b != nil {
			return math.Float64frombits(binary.LittleEndian.Uint64(b))
		}
	case int(form-floatDecimal) < len(tens):
		return float64(u.varint()) / tens[form-floatDecimal]
	default:
		u.fail()
	}
	return 0
}

// words are stored by their place: never change one, only add at the end.
var words = [...]string{
	"trip", "stop", "harsh_braking", "harsh_acceleration", "harsh_cornering", "collision", "speeding", "idling",
	"fuel_refuel", "fuel_theft", "temperature_out_of_range", "fault",
	"low", "medium", "high", "none", "device", "gps", "measured", "inferred", "own", "fence", "road",
	"car", "van", "truck", "bus", "motorcycle", "parking", "rest", "ignition_off", "silence", "rfid", "sign_in",
	"0/48", "L", "percent", "cm", "V", "C", "/",
}

var placeOfWord = func() map[string]byte {
	m := make(map[string]byte, len(words))
	for i, w := range words {
		m[w] = byte(wordFirst + i)
	}
	return m
}()

// The forms of a text. From wordFirst on it is one of the words.
const (
	wordNone    = 0
	wordLiteral = 1 // with its length behind
	wordFirst   = 2
)

func appendWord(dst []byte, s string) []byte {
	if s == "" {
		return append(dst, wordNone)
	}
	if place, known := placeOfWord[s]; known {
		return append(dst, place)
	}
	return appendString(append(dst, wordLiteral), s)
}

func (u *unpacker) word() string {
	switch form := u.byte(); {
	case form == wordNone:
		return ""
	case form == wordLiteral:
		return u.string()
	case int(form-wordFirst) < len(words):
		return words[form-wordFirst]
	}
	u.fail()
	return ""
}

type unpacker struct {
	b     []byte
	start int64 // of the event whose record is read
	err   error
}

func (u *unpacker) fail() {
	if u.err == nil {
		u.err = fmt.Errorf("%w: cut off", errPacked)
	}
	u.b = nil
}

func (u *unpacker) byte() byte {
	if len(u.b) == 0 {
		u.fail()
		return 0
	}
	c := u.b[0]
	u.b = u.b[1:]
	return c
}

func (u *unpacker) uvarint() uint64 {
	x, n := binary.Uvarint(u.b)
	if n <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[n:]
	return x
}

func (u *unpacker) varint() int64 {
	x, n := binary.Varint(u.b)
	if n <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[n:]
	return x
}

func (u *unpacker) bytes(n uint64) []byte {
	if n > uint64(len(u.b)) {
		u.fail()
		return nil
	}
	c := u.b[:n]
	u.b = u.b[n:]
	return c
}

func (u *unpacker) string() string { return string(u.bytes(u.uvarint())) }

func (u *unpacker) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		u.fields(v)
	case reflect.String:
		v.SetString(u.word())
	case reflect.Bool:
		v.SetBool(u.byte() != 0)
	case reflect.Int32, reflect.Int64:
		v.SetInt(u.varint())
	case reflect.Uint32:
		v.SetUint(u.uvarint())
	case reflect.Float64:
		v.SetFloat(u.float())
	case reflect.Slice:
		n := u.uvarint()
		if n > uint64(len(u.b)) {
			u.fail()
			return
		}
		if n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), int(n), int(n)))
		}
		for i := range int(n) {
			u.value(v.Index(i))
		}
	default:
		panic(fmt.Sprintf("derive: cannot unpack a %s", v.Type()))
	}
}

func (u *unpacker) fields(v reflect.Value) {
	switch {
	case v.Type() == timeType:
		v.Set(reflect.ValueOf(u.time()))
	case !optional(v.Type()):
		for i := range v.NumField() {
			u.value(v.Field(i))
		}
	case u.byte() != 0:
		u.value(v.Field(0))
		v.Field(1).SetBool(true)
	}
}
