package clickhouse

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

// A table says how rows of type T are stored and found again.
type table[T any] struct {
	name    string
	columns func() columns[T] // new ones at each call
	// at decides the table partition, a month; nil where there are none.
	at func(*T) time.Time
	// identity is an SQL expression that tells a row from every other one, and
	// key the same text made in Go.
	identity string
	key      func(dst []byte, row *T) []byte
	// version is an SQL expression, and revision the same in Go: of two rows of
	// one identity the higher is the truth, and the other may be gone. Nil
	// where rows of one identity are equal.
	version  string
	revision func(*T) int64
	// received is when the collector took the item; nil where rows do not say.
	received func(*T) time.Time
	// scope is an SQL condition that all the given rows meet, and few others.
	scope func(rows []T, index []int) string
}

const separator = "\x1f" // no identity contains it

func identityOf(parts ...string) string {
	return `concatWithSeparator('\x1f', ` + strings.Join(parts, ", ") + ")"
}

func milliseconds(column string) string { return "toString(toUnixTimestamp64Milli(" + column + "))" }

func appendKey(dst []byte, parts ...string) []byte {
	for i, p := range parts {
		if i > 0 {
			dst = append(dst, separator...)
		}
		dst = append(dst, p...)
	}
	return dst
}

func appendPlace(dst []byte, p schema.Place) []byte {
	dst = append(dst, separator...)
	dst = strconv.AppendInt(dst, int64(p.RawPartition), 10)
	dst = append(dst, separator...)
	return strconv.AppendInt(dst, p.RawOffset, 10)
}

// timeSpan is the shortest one that holds all added times.
type timeSpan struct {
	first, last time.Time
	any         bool
}

func (s *timeSpan) add(t time.Time) {
	if !s.any || t.Before(s.first) {
		s.first = t
	}
	if !s.any || t.After(s.last) {
		s.last = t
	}
	s.any = true
}

// condition has whole seconds on both sides, since a column may hold fewer
// digits than the row.
func (s *timeSpan) condition(column string) string {
	return fmt.Sprintf("%s BETWEEN fromUnixTimestamp64Second(toInt64(%d), 'UTC') AND fromUnixTimestamp64Second(toInt64(%d), 'UTC')",
		column, s.first.Unix(), s.last.Unix()+1)
}

// places is the scope of rows that carry a time and their raw place.
func places[T any](column string, at func(*T) time.Time, place func(*T) schema.Place) func([]T, []int) string {
	return func(rows []T, index []int) string {
		var span timeSpan
		low, high := place(&rows[index[0]]), place(&rows[index[0]])
		for _, i := range index {
			span.add(at(&rows[i]))
			p := place(&rows[i])
			low.RawPartition, high.RawPartition = min(low.RawPartition, p.RawPartition), max(high.RawPartition, p.RawPartition)
			low.RawOffset, high.RawOffset = min(low.RawOffset, p.RawOffset), max(high.RawOffset, p.RawOffset)
		}
		return fmt.Sprintf("%s AND raw_partition BETWEEN %d AND %d AND raw_offset BETWEEN %d AND %d",
			span.condition(column), low.RawPartition, high.RawPartition, low.RawOffset, high.RawOffset)
	}
}

// itemTable is a table of items. discern are further columns that tell rows of
// one item apart, and discriminate the same in Go.
func itemTable[T any](name, timeColumn string, at func(*T) time.Time, item func(*T) *schema.Item,
	discern []string, discriminate func(*T) []string, cols func() columnList[T],
) *table[T] {
	identity := append([]string{"imei", milliseconds(timeColumn)}, discern...)
	place := func(r *T) schema.Place { return item(r).Place }
	return &table[T]{
		name: name,
		columns: func() columns[T] {
			return append(cols(),
				text("imei", func(r *T) string { return item(r).IMEI }),
				moment("received_time", 3, func(r *T) time.Time { return item(r).ReceivedTime }),
				word("source", func(r *T) string { return string(item(r).Source) }),
				word("account", func(r *T) string { return item(r).Account }),
				number("raw_partition", func(r *T) int32 { return item(r).RawPartition }),
				number("raw_offset", func(r *T) int64 { return item(r).RawOffset }),
			)
		},
		at:       at,
		received: func(r *T) time.Time { return item(r).ReceivedTime },
		identity: identityOf(append(identity, "toString(raw_partition)", "toString(raw_offset)")...),
		key: func(dst []byte, r *T) []byte {
			dst = appendKey(dst, item(r).IMEI, strconv.FormatInt(at(r).UnixMilli(), 10))
			if discriminate != nil {
				dst = append(dst, separator...)
				dst = appendKey(dst, discriminate(r)...)
			}
			return appendPlace(dst, item(r).Place)
		},
		scope: places(timeColumn, at, place),
	}
}

// derived are the fields that every derived event has.
type derived struct {
	id, imei string
	at       time.Time
	schema.Revised
	schema.Place
}

// derivedTable is a table of events that a later revision may correct.
func derivedTable[T any](name, idColumn, timeColumn string, get func(*T) derived, cols func() columnList[T]) *table[T] {
	at := func(r *T) time.Time { return get(r).at }
	return &table[T]{
		name: name,
		columns: func() columns[T] {
			return append(cols(),
				text(idColumn, func(r *T) string { return get(r).id }),
				text("imei", func(r *T) string { return get(r).imei }),
				moment(timeColumn, 3, at),
				number("revision", func(r *T) uint32 { return get(r).Revision }),
				truth("retracted", func(r *T) bool { return get(r).Retracted }),
				number("raw_partition", func(r *T) int32 { return get(r).RawPartition }),
				number("raw_offset", func(r *T) int64 { return get(r).RawOffset }),
			)
		},
		at:       at,
		identity: identityOf("imei", idColumn),
		key:      func(dst []byte, r *T) []byte { e := get(r); return appendKey(dst, e.imei, e.id) },
		version:  "toInt64(revision)",
		revision: func(r *T) int64 { return int64(get(r).Revision) },
		scope: func(rows []T, index []int) string {
			var span timeSpan
			for _, i := range index {
				span.add(at(&rows[i]))
			}
			return span.condition(timeColumn)
		},
	}
}
