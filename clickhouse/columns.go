package clickhouse

import (
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/odograph/odograph/pkg/schema"
)

// A column fills one native column from rows of type T.
type column[T any] struct {
	name   string
	input  proto.ColInput
	reset  func()
	append func(*T)
}

// columns are the columns of one block. They are reused from block to block,
// so a filled block is valid until the next is begun.
type columns[T any] interface {
	reset()
	append(*T)
	input() proto.Input
}

// columnList is a block of any columns. One call per value is quick enough for
// all tables but the fixes, see fixColumns.
type columnList[T any] []column[T]

func (l columnList[T]) reset() {
	for _, c := range l {
		c.reset()
	}
}

func (l columnList[T]) append(row *T) {
	for _, c := range l {
		c.append(row)
	}
}

func (l columnList[T]) input() proto.Input {
	in := make(proto.Input, len(l))
	for i, c := range l {
		in[i] = proto.InputColumn{Name: c.name, Data: c.input}
	}
	return in
}

func text[T any](name string, get func(*T) string) column[T] {
	c := new(proto.ColStr)
	return column[T]{name, c, c.Reset, func(r *T) { c.Append(get(r)) }}
}

func blob[T any](name string, get func(*T) []byte) column[T] {
	c := new(proto.ColStr)
	return column[T]{name, c, c.Reset, func(r *T) { c.AppendBytes(get(r)) }}
}

// word is a LowCardinality(String).
func word[T any](name string, get func(*T) string) column[T] {
	c := newWords()
	return column[T]{name, &c.ColLowCardinalityRaw, c.reset, func(r *T) { c.append(get(r)) }}
}

func number[T any, V int32 | int64 | uint32 | float64](name string, get func(*T) V) column[T] {
	c := numbers[V]()
	return column[T]{name, c, c.Reset, func(r *T) { c.Append(get(r)) }}
}

func truth[T any](name string, get func(*T) bool) column[T] {
	c := new(proto.ColBool)
	return column[T]{name, c, c.Reset, func(r *T) { c.Append(get(r)) }}
}

// moment is a DateTime64 with the given number of fractional digits, 0 or 3;
// what is finer is cut off.
func moment[T any](name string, digits proto.Precision, get func(*T) time.Time) column[T] {
	c := newTimes(digits)
	return column[T]{name, c, c.Reset, func(r *T) { c.Data = append(c.Data, ticks(get(r), digits)) }}
}

func optNumber[T any, V int32 | int64 | uint32 | float64](name string, get func(*T) schema.Opt[V]) column[T] {
	c := proto.NewColNullable(numbers[V]())
	return column[T]{name, c, c.Reset, func(r *T) { o := get(r); c.Append(proto.Nullable[V]{Set: o.Valid, Value: o.Value}) }}
}

// optFloat32 is a Nullable(Float32): enough digits for a speed or a heading.
func optFloat32[T any](name string, get func(*T) schema.Opt[float64]) column[T] {
	c := proto.NewColNullable[float32](new(proto.ColFloat32))
	return column[T]{name, c, c.Reset, func(r *T) {
		o := get(r)
		c.Append(proto.Nullable[float32]{Set: o.Valid, Value: float32(o.Value)})
	}}
}

func optTruth[T any](name string, get func(*T) schema.Opt[bool]) column[T] {
	c := proto.NewColNullable[bool](new(proto.ColBool))
	return column[T]{name, c, c.Reset, func(r *T) { o := get(r); c.Append(proto.Nullable[bool]{Set: o.Valid, Value: o.Value}) }}
}

func optMoment[T any](name string, digits proto.Precision, get func(*T) schema.Opt[time.Time]) column[T] {
	c := newOptTimes(digits)
	return column[T]{name, &c.ColNullable, c.Reset, func(r *T) { c.append(get(r)) }}
}

func texts[T any](name string, get func(*T) []string) column[T] {
	c := new(proto.ColStr).Array()
	return column[T]{name, c, c.Reset, func(r *T) { c.Append(get(r)) }}
}

func words[T any](name string, get func(*T) []string) column[T] {
	c := proto.NewArray[string](new(proto.ColStr).LowCardinality())
	return column[T]{name, c, c.Reset, func(r *T) { c.Append(get(r)) }}
}

// labels is a Map(String, String).
func labels[T any](name string, get func(*T) map[string]string) column[T] {
	c := proto.NewMap[string, string](new(proto.ColStr), new(proto.ColStr))
	return column[T]{name, c, c.Reset, func(r *T) { c.AppendKV(inOrder(get(r))) }}
}

// inOrder are a map's members by key: a block that is inserted again must be
// the same block, byte for byte.
func inOrder[V any](m map[string]V) []proto.KV[string, V] {
	out := make([]proto.KV[string, V], 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, proto.KV[string, V]{Key: k, Value: m[k]})
	}
	return out
}

// The functions below are one column of a Nested: an array with one value for
// each element E of a list of T.

func eachOptNumber[T, E any, V int32 | int64 | uint32 | float64](name string, list func(*T) []E, get func(*E) schema.Opt[V]) column[T] {
	c := proto.NewArray[proto.Nullable[V]](proto.NewColNullable(numbers[V]()))
	return eachOf(name, c, list, func(e *E) proto.Nullable[V] {
		o := get(e)
		return proto.Nullable[V]{Set: o.Valid, Value: o.Value}
	})
}

func eachOptMoment[T, E any](name string, list func(*T) []E, get func(*E) schema.Opt[time.Time]) column[T] {
	c := proto.NewArray[proto.Nullable[time.Time]](proto.NewColNullable[time.Time](newTimes(3)))
	return eachOf(name, c, list, func(e *E) proto.Nullable[time.Time] {
		o := get(e)
		return proto.Nullable[time.Time]{Set: o.Valid, Value: o.Value}
	})
}

func eachText[T, E any](name string, list func(*T) []E, get func(*E) string) column[T] {
	return eachOf(name, new(proto.ColStr).Array(), list, get)
}

func eachOf[T, E, V any](name string, c *proto.ColArr[V], list func(*T) []E, get func(*E) V) column[T] {
	var values []V
	return column[T]{name, c, c.Reset, func(r *T) {
		elements := list(r)
		values = values[:0]
		for i := range elements {
			values = append(values, get(&elements[i]))
		}
		c.Append(values)
	}}
}

func numbers[V int32 | int64 | uint32 | float64]() proto.ColumnOf[V] {
	var v V
	var c any
	switch any(v).(type) {
	case int32:
		c = new(proto.ColInt32)
	case int64:
		c = new(proto.ColInt64)
	case uint32:
		c = new(proto.ColUInt32)
	case float64:
		c = new(proto.ColFloat64)
	}
	return c.(proto.ColumnOf[V])
}

func newTimes(digits proto.Precision) *proto.ColDateTime64 {
	return new(proto.ColDateTime64).WithPrecision(digits).WithLocation(time.UTC)
}

// ticks counts from 1970 in seconds or milliseconds.
func ticks(t time.Time, digits proto.Precision) proto.DateTime64 {
	if digits == 0 {
		return proto.DateTime64(t.Unix())
	}
	return proto.DateTime64(t.UnixMilli())
}

// optTimes is a Nullable(DateTime64).
type optTimes struct {
	proto.ColNullable[time.Time]
	times  *proto.ColDateTime64
	digits proto.Precision
}

func newOptTimes(digits proto.Precision) *optTimes {
	times := newTimes(digits)
	return &optTimes{*proto.NewColNullable[time.Time](times), times, digits}
}

func (c *optTimes) append(o schema.Opt[time.Time]) {
	if !o.Valid {
		c.Nulls = append(c.Nulls, 1)
		c.times.Data = append(c.times.Data, 0)
		return
	}
	c.Nulls = append(c.Nulls, 0)
	c.times.Data = append(c.times.Data, ticks(o.Value, c.digits))
}

// wordColumn is a LowCardinality(String) whose words mostly repeat the one
// before.
type wordColumn struct {
	proto.ColLowCardinalityRaw
	index   *proto.ColStr
	keys    map[string]uint32
	last    string
	lastKey uint32
}

func newWords() *wordColumn {
	index := new(proto.ColStr)
	return &wordColumn{
		ColLowCardinalityRaw: proto.ColLowCardinalityRaw{Index: index, Key: proto.KeyUInt32},
		index:                index,
		keys:                 map[string]uint32{},
	}
}

func (c *wordColumn) append(s string) {
	if s == c.last && len(c.Keys32) > 0 {
		c.Keys32 = append(c.Keys32, c.lastKey)
		return
	}
	key, ok := c.keys[s]
	if !ok {
		key = uint32(c.index.Rows())
		c.index.Append(s)
		c.keys[s] = key
	}
	c.last, c.lastKey = s, key
	c.Keys32 = append(c.Keys32, key)
}

func (c *wordColumn) reset() {
	c.Reset()
	clear(c.keys)
	c.last, c.lastKey = "", 0
}
