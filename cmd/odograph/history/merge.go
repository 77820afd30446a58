package history

import (
	"cmp"

	"github.com/odograph/odograph/pkg/schema"
)

// A Row is an item as it is stored.
type Row struct {
	IMEI   string
	Second int64 // seconds since 1970, of the item's own time
	Place  schema.Place
	Record any // *schema.Fix, *schema.Alarm, …; valid until the source goes on
}

func (r *Row) compare(o *Row) int {
	return cmp.Or(cmp.Compare(r.IMEI, o.IMEI), cmp.Compare(r.Second, o.Second))
}

// A Source gives rows by device and time. ok is false at its end.
type Source interface {
	Next() (row Row, ok bool, err error)
}

// A Merge gives the rows of several sources in one order, by device and time;
// of rows of one second those of the earlier source first. It holds one row of
// each.
type Merge struct {
	sources []Source
	heads   []Row
	live    []bool
	last    int // source of the row that was given last, whose record may still be in use; -1: none
}

// NewMerge reads the first row of each source.
func NewMerge(sources ...Source) (*Merge, error) {
	m := &Merge{sources: sources, heads: make([]Row, len(sources)), live: make([]bool, len(sources)), last: -1}
	for i := range sources {
		if err := m.advance(i); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Merge) advance(i int) (err error) {
	m.heads[i], m.live[i], err = m.sources[i].Next()
	return err
}

// Next gives the next row; its record is valid until the next call.
func (m *Merge) Next() (row Row, ok bool, err error) {
	if m.last >= 0 {
		if err := m.advance(m.last); err != nil {
			return Row{}, false, err
		}
	}
	m.last = -1
	for i := range m.sources {
		if m.live[i] && (m.last < 0 || m.heads[i].compare(&m.heads[m.last]) < 0) {
			m.last = i
		}
	}
	if m.last < 0 {
		return Row{}, false, nil
	}
	return m.heads[m.last], true, nil
}
