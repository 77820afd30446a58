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
// record in the order of the type, numbers as varints. A type may only gain
// fields at its end: a field that is not in the bytes is left zero.

var errPacked = errors.New("not a packed record")

// recordTypes are the types of records by their number, which is stored: never
// change one.
var recordTypes = [...]reflect.Type{
	1: reflect.TypeFor[schema.DrivingEvent](),
	2: reflect.TypeFor[schema.Trip](),
	3: reflect.TypeFor[schema.Stop](),
	4: reflect.TypeFor[schema.ConditionEvent](),
}

func packRecord(dst []byte, record any) []byte {
	v := reflect.ValueOf(record).Elem()
	for n, t := range recordTypes {
		if t == v.Type() {
			dst = append(dst, byte(n))
			dst = binary.AppendUvarint(dst, uint64(v.NumField()))
			return packValue(dst, v)
		}
	}
	panic(fmt.Sprintf("derive: %T has no number", record))
}

func unpackRecord(b []byte) (record any, rest []byte, err error) {
	if len(b) < 2 || int(b[0]) >= len(recordTypes) || recordTypes[b[0]] == nil {
		return nil, nil, errPacked
	}
	p := reflect.New(recordTypes[b[0]])
	fields, n := binary.Uvarint(b[1:])
	if n <= 0 || fields > uint64(p.Elem().NumField()) {
		return nil, nil, fmt.Errorf("%w: a %s of a later version", errPacked, p.Elem().Type())
	}
	u := unpacker{b: b[1+n:]}
	for i := range int(fields) {
		u.value(p.Elem().Field(i))
	}
	return p.Interface(), u.b, u.err
}

var timeType = reflect.TypeFor[time.Time]()

func packValue(dst []byte, v reflect.Value) []byte {
	switch {
	case v.Type() == timeType:
		t := v.Interface().(time.Time)
		if t.IsZero() {
			return append(dst, 0)
		}
		return binary.AppendVarint(append(dst, 1), t.UnixMilli())
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			dst = packValue(dst, v.Field(i))
		}
		return dst
	}
	switch v.Kind() {
	case reflect.String:
		dst = binary.AppendUvarint(dst, uint64(v.Len()))
		return append(dst, v.String()...)
	case reflect.Bool:
		if v.Bool() {
			return append(dst, 1)
		}
		return append(dst, 0)
	case reflect.Int32, reflect.Int64:
		return binary.AppendVarint(dst, v.Int())
	case reflect.Uint32:
		return binary.AppendUvarint(dst, v.Uint())
	case reflect.Float64:
		if v.Float() == 0 {
			return append(dst, 0)
		}
		return binary.LittleEndian.AppendUint64(append(dst, 1), math.Float64bits(v.Float()))
	case reflect.Slice:
		dst = binary.AppendUvarint(dst, uint64(v.Len()))
		for i := range v.Len() {
			dst = packValue(dst, v.Index(i))
		}
		return dst
	}
	panic(fmt.Sprintf("derive: cannot pack a %s", v.Type()))
}

type unpacker struct {
	b   []byte
	err error
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
	switch {
	case v.Type() == timeType:
		if u.byte() != 0 {
			v.Set(reflect.ValueOf(time.UnixMilli(u.varint()).UTC()))
		}
		return
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			u.value(v.Field(i))
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(u.string())
	case reflect.Bool:
		v.SetBool(u.byte() != 0)
	case reflect.Int32, reflect.Int64:
		v.SetInt(u.varint())
	case reflect.Uint32:
		v.SetUint(u.uvarint())
	case reflect.Float64:
		if u.byte() != 0 {
			if b := u.bytes(8); b != nil {
				v.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64(b)))
			}
		}
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
