package jimi

import (
	"bytes"
	"maps"
	"math"
	"strings"
	"time"

	"github.com/odograph/odograph/internal/jsonscan"
	"github.com/odograph/odograph/pkg/schema"
)

// fields are an item's members by the vendor's names, each the raw text of its
// value; a name in another spelling stands in where the vendor's own is not
// there. Fixes are decoded in one walk without it; every other kind is rare
// enough for the clearer way.
type fields map[string][]byte

func readFields(kind string, item []byte) (fields, error) {
	f := make(fields, 16)
	if err := jsonscan.ShallowObject(item, f.put); err != nil {
		return nil, itemError(kind, err)
	}
	return f, nil
}

func (f fields) put(key, value []byte) error {
	name := vendorName(key)
	if name == "" {
		f[string(key)] = value
	} else if f[name] == nil {
		f[name] = value
	}
	return nil
}

// readContents is readFields for items that may come in an envelope, as alarms
// do: a type, the device and the contents in msg, or an answer with its data.
func readContents(kind string, item []byte) (fields, error) {
	f, err := readFields(kind, item)
	if err != nil {
		return nil, err
	}
	for _, envelope := range [...]string{"msg", "data"} {
		maps.Copy(f, f.object(envelope))
	}
	return f, nil
}

// first is the value of the first of names that holds something, and that
// name; nil and the first name where none does.
func (f fields) first(names ...string) (value []byte, name string) {
	for _, name := range names {
		if v := f[name]; v != nil {
			if _, s := text(v); s != absent {
				return v, name
			}
		}
	}
	return nil, names[0]
}

// The readers below give an optional field: absent where it is not there, is
// empty or a sentinel, and where it cannot be read. The item's bytes stay in
// the record, so the last case is not lost.

func (f fields) text(names ...string) string {
	v, _ := f.first(names...)
	return textOf(v)
}

func (f fields) number(names ...string) schema.Opt[float64] {
	v, _ := f.first(names...)
	return option(number(v))
}

func (f fields) atLeastZero(names ...string) schema.Opt[float64] {
	v, _ := f.first(names...)
	return option(atLeastZero(v))
}

// measure is number for what may carry its unit.
func (f fields) measure(names ...string) schema.Opt[float64] {
	v, _ := f.first(names...)
	n, _, s := measure(v)
	return option(n, s)
}

// tenths is a positive quantity in tenths of its unit.
func (f fields) tenths(names ...string) schema.Opt[float64] {
	v := f.atLeastZero(names...)
	v.Value /= 10
	return v
}

// km is a distance in kilometres, as metres.
func (f fields) km(names ...string) schema.Opt[float64] {
	v := f.atLeastZero(names...)
	v.Value = metres(v.Value)
	return v
}

// percent may carry its sign, as in "85%".
func (f fields) percent(names ...string) schema.Opt[float64] {
	v, _ := f.first(names...)
	n, unit, s := measure(v)
	if unit != "" && unit != "%" || n < 0 || n > 100 {
		return schema.Opt[float64]{}
	}
	return option(n, s)
}

// flags is a set of bits, or any other whole number of that size.
func (f fields) flags(names ...string) schema.Opt[int64] {
	v, _ := f.first(names...)
	return option(whole(v, 0, 1<<53))
}

// moment is a time beside the item's own: absent where no device can have it.
func (f fields) moment(received time.Time, names ...string) schema.Opt[time.Time] {
	v, _ := f.first(names...)
	t, s := instant(v)
	if s != present || !plausible(t, received) {
		return schema.Opt[time.Time]{}
	}
	return schema.Some(t)
}

// object is the members of a value that is an object, or a string that holds
// one; nil where it is neither.
func (f fields) object(names ...string) fields {
	v := f.container(names...)
	if len(v) == 0 || v[0] != '{' {
		return nil
	}
	out := fields{}
	if jsonscan.ShallowObject(v, out.put) != nil {
		return nil
	}
	return out
}

// list is the elements of a value that is an array, or a string that holds one.
func (f fields) list(names ...string) [][]byte {
	v := f.container(names...)
	if len(v) == 0 || v[0] != '[' {
		return nil
	}
	var out [][]byte
	if jsonscan.Array(v, func(elem []byte) error { out = append(out, elem); return nil }) != nil {
		return nil
	}
	return out
}

// container is the first of names that holds an object or an array, be it
// inside a string.
func (f fields) container(names ...string) []byte {
	for _, name := range names {
		v := f[name]
		if len(v) > 0 && v[0] == '"' {
			v, _ = jsonscan.AppendUnquoted(nil, v)
			v = bytes.TrimSpace(v)
		}
		if len(v) > 0 && (v[0] == '{' || v[0] == '[') {
			return v
		}
	}
	return nil
}

// content is a value as it came: the text of a string, the JSON of anything
// else.
func (f fields) content(names ...string) string {
	for _, name := range names {
		switch v := f[name]; {
		case len(v) == 0:
		case v[0] == '{' || v[0] == '[':
			return string(v)
		default:
			if s := textOf(v); s != "" {
				return s
			}
		}
	}
	return ""
}

// folded is the same fields by their names in lower case, for documents that
// do not agree on it.
func (f fields) folded() fields {
	out := make(fields, len(f))
	for name, v := range f {
		out[strings.ToLower(name)] = v
	}
	return out
}

func (f fields) count(names ...string) schema.Opt[int32] {
	v, _ := f.first(names...)
	n, s := whole(v, 0, math.MaxInt32)
	return option(int32(n), s)
}

func (f fields) onOff(names ...string) schema.Opt[bool] {
	v, _ := f.first(names...)
	return option(onOff(v))
}

// position is the item's place: absent as a whole unless both coordinates can
// be read and lie on the planet, and where both are 0, which is what the
// platform sends when there is no fix.
func (f fields) position() (lat, lng schema.Opt[float64]) { return f.positionOf("lat", "lng") }

func (f fields) positionOf(latName, lngName string) (lat, lng schema.Opt[float64]) {
	lat, lng = f.number(latName), f.number(lngName)
	if !lat.Valid || !lng.Valid || math.Abs(lat.Value) > 90 || math.Abs(lng.Value) > 180 ||
		lat.Value == 0 && lng.Value == 0 {
		return schema.Opt[float64]{}, schema.Opt[float64]{}
	}
	return lat, lng
}

func option[T any](v T, s state) schema.Opt[T] {
	if s != present {
		return schema.Opt[T]{}
	}
	return schema.Some(v)
}

// time is one of the item's times, for firstTime.
func (f fields) time(names ...string) timeField {
	v, name := f.first(names...)
	return timeField{name, v}
}
