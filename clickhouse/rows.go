package clickhouse

import (
	"time"

	"github.com/ClickHouse/ch-go/proto"
)

// Rows are rows of one table in the order in which they were added.
type Rows interface {
	// Table is the name of the table.
	Table() string
	// Len is the number of rows.
	Len() int
	// Month is the table partition that row i belongs to, such as 202611; 0
	// where the table has no partitions.
	Month(i int) int
	// Received is when the collector took the item of row i; zero where rows
	// do not say.
	Received(i int) time.Time
	// Columns fills native columns with the rows of index, in that order. They
	// are valid until the next call.
	Columns(index []int) proto.Input
	// Reset forgets all rows and keeps the memory for the next ones.
	Reset()

	presence(index []int) presence
}

// presence is the question which rows are stored.
type presence struct {
	table, identity, version, scope string
	keys                            []string // identity of each row
	versions                        []int64  // what is stored must be this or higher
}

// rows are Rows of type T.
type rows[T any] struct {
	table *table[T]
	data  []T
	cols  columns[T] // made at the first use
}

func newRows[T any](t *table[T]) *rows[T] { return &rows[T]{table: t} }

func (r *rows[T]) Table() string { return r.table.name }
func (r *rows[T]) Len() int      { return len(r.data) }

func (r *rows[T]) Month(i int) int {
	if r.table.at == nil {
		return 0
	}
	at := r.table.at(&r.data[i]).UTC()
	return at.Year()*100 + int(at.Month())
}

func (r *rows[T]) Received(i int) time.Time {
	if r.table.received == nil {
		return time.Time{}
	}
	return r.table.received(&r.data[i])
}

func (r *rows[T]) Columns(index []int) proto.Input {
	if r.cols == nil {
		r.cols = r.table.columns()
	}
	r.cols.reset()
	for _, i := range index {
		r.cols.append(&r.data[i])
	}
	return r.cols.input()
}

func (r *rows[T]) Reset() {
	clear(r.data) // lets go of strings and bytes
	r.data = r.data[:0]
}

// add appends a row and gives its number.
func (r *rows[T]) add(row T) int {
	r.data = append(r.data, row)
	return len(r.data) - 1
}

func (r *rows[T]) presence(index []int) presence {
	p := presence{
		table: r.table.name, identity: r.table.identity, version: "toInt64(0)", scope: r.table.scope(r.data, index),
		keys: make([]string, len(index)), versions: make([]int64, len(index)),
	}
	if r.table.version != "" {
		p.version = r.table.version
	}
	var buf []byte
	for n, i := range index {
		buf = r.table.key(buf[:0], &r.data[i])
		p.keys[n] = string(buf)
		if r.table.revision != nil {
			p.versions[n] = r.table.revision(&r.data[i])
		}
	}
	return p
}
