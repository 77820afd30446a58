package jimi

import (
	"math"

	"github.com/odograph/odograph/internal/jsonscan"
	"github.com/odograph/odograph/pkg/schema"
)

// fields are an item's members by the vendor's names, each the raw text of its
// value. Fixes are decoded in one walk without it; every other kind is rare
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
	f[string(key)] = value
	return nil
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

func (f fields) percent(name string) schema.Opt[float64] { return option(between(f[name], 100)) }

func (f fields) count(names ...string) schema.Opt[int32] {
	v, _ := f.first(names...)
	n, s := whole(v, 0, math.MaxInt32)
	return option(int32(n), s)
}

func (f fields) onOff(name string) schema.Opt[bool] { return option(onOff(f[name])) }

// position is the item's place: absent as a whole unless both coordinates can
// be read and lie on the planet, and where both are 0, which is what the
// platform sends when there is no fix.
func (f fields) position() (lat, lng schema.Opt[float64]) {
	lat, lng = f.number("lat"), f.number("lng")
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
