package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Row is one row of an answer.
type Row[R any] struct {
	JSON  json.RawMessage // the vendor's bytes
	IMEI  string          // of the row, else of the one device that the call was about
	Value R
	Err   error // the row is not of the documented form; JSON has it
}

// Each calls a method and gives every row of all its answers to yield, in the
// order of devices, times and pages. What exceeds the method's limits goes out
// as several calls. An error of yield ends it.
func Each[P, R any](ctx context.Context, c *Client, m *Method[P, R], p P, yield func(Row[R]) error) error {
	pl, err := planOf(m.Name, p, c.account.Target)
	if err != nil {
		return err
	}
	f := fetch{ctx: ctx, c: c, plan: pl, info: m.Info(), size: m.Size, paging: m.Paging, timeout: m.Timeout}
	give := func(rows []json.RawMessage, imeis []string) error {
		only := pl.imei
		if len(imeis) == 1 {
			only = imeis[0]
		}
		for _, raw := range rows {
			row := Row[R]{JSON: raw, IMEI: imeiOf(raw)}
			if row.IMEI == "" {
				row.IMEI = only
			}
			row.Err = json.Unmarshal(raw, &row.Value)
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	}
	for _, imeis := range f.portions() {
		for _, s := range f.spans() {
			if err := f.stretch(imeis, s, give); err != nil {
				return err
			}
		}
	}
	return nil
}

// Call makes one logical call and gives the first row of its answer; zero
// where there is none.
func Call[P, R any](ctx context.Context, c *Client, m *Method[P, R], p P) (out R, err error) {
	first := true
	err = Each(ctx, c, m, p, func(r Row[R]) error {
		if first {
			first = false
			out = r.Value
			return r.Err
		}
		return nil
	})
	return out, err
}

// fetch is one logical call on its way.
type fetch struct {
	ctx     context.Context
	c       *Client
	plan    *plan
	info    Info
	paging  Paging
	size    int
	timeout time.Duration
}

// portions shares the devices out among calls.
func (f *fetch) portions() [][]string {
	if f.plan.imeisName == "" || len(f.plan.imeis) == 0 || f.info.IMEIs == 0 {
		return [][]string{f.plan.imeis}
	}
	return slices.Collect(slices.Chunk(f.plan.imeis, f.info.IMEIs))
}

// A stretch of time, both ends included, to the second.
type stretch struct{ begin, end time.Time }

// spans cut the time into what one call may ask for.
func (f *fetch) spans() []stretch {
	begin, end := f.plan.begin, f.plan.end
	if f.info.Span == 0 || begin.IsZero() || end.IsZero() {
		return []stretch{{begin, end}}
	}
	var out []stretch
	for !begin.After(end) {
		s := stretch{begin, begin.Add(f.info.Span - time.Second)}
		if s.end.After(end) {
			s.end = end
		}
		out = append(out, s)
		begin = s.end.Add(time.Second)
	}
	return out
}

// stretch reads all rows of a time. As many rows as the platform gives at most
// mean that others may be missing: then the time is halved.
func (f *fetch) stretch(imeis []string, s stretch, give func([]json.RawMessage, []string) error) error {
	rows, full, err := f.pages(imeis, s)
	if err != nil {
		return err
	}
	if !full {
		return give(rows, imeis)
	}
	if len(imeis) > 1 { // fewer devices first: their rows of one second are fewer, too
		half := len(imeis) / 2
		if err := f.stretch(imeis[:half], s, give); err != nil {
			return err
		}
		return f.stretch(imeis[half:], s, give)
	}
	if s.begin.IsZero() || s.end.IsZero() {
		return &Error{
			Method: f.info.Name, Class: ClassParameter, Message: fmt.Sprintf("%d rows, as many as the platform gives at most", len(rows)),
			Hint: "give begin and end, so that the time can be split",
		}
	}
	if !s.end.After(s.begin) {
		return &Error{
			Method: f.info.Name, Class: ClassBusiness,
			Message: fmt.Sprintf("%d rows within one second, as many as the platform gives at most", len(rows)),
			Hint:    "some of them cannot be asked for: filter by type if the method can",
		}
	}
	middle := s.begin.Add(s.end.Sub(s.begin) / 2).Truncate(time.Second)
	if err := f.stretch(imeis, stretch{s.begin, middle}, give); err != nil {
		return err
	}
	return f.stretch(imeis, stretch{middle.Add(time.Second), s.end}, give)
}

// maxPages bounds a node that never comes to an end.
const maxPages = 10_000

// pages reads all pages of one question. A page that is not full is the last
// one, unless the answer says that there are more rows: some nodes give
// smaller pages than they are asked for.
func (f *fetch) pages(imeis []string, s stretch) (all []json.RawMessage, full bool, err error) {
	first := 0 // of start_row
	for page := 0; page < maxPages; page++ {
		params := f.params(imeis, s, page, first+len(all))
		a, err := f.c.send(f.ctx, request{method: f.info.Name, mutates: f.info.Mutates, timeout: f.timeout, params: params})
		var refused *Error
		if errors.As(err, &refused) && refused.Code == "1001" && f.paging == ByRow && page == 0 && first == 0 {
			first, page = 1, -1 // some nodes count rows from 1 (A22)
			continue
		}
		if err != nil {
			return nil, false, err
		}
		if n := len(a.rows); page > 0 && n > 0 && n <= len(all) && bytes.Equal(all[len(all)-n], a.rows[0]) && bytes.Equal(all[len(all)-1], a.rows[n-1]) {
			return nil, false, &Error{
				Method: f.info.Name, Class: ClassBusiness, Message: "the platform gives the same page again",
				Hint: "ask for a shorter time or fewer devices, so that one page holds all",
			}
		}
		all = append(all, a.rows...)
		if f.info.MaxRows > 0 && len(all) >= f.info.MaxRows {
			return all, true, nil
		}
		if f.paging == NoPages || len(a.rows) == 0 || len(a.rows) < f.size && len(all) >= a.total {
			return all, false, nil
		}
	}
	return nil, false, &Error{Method: f.info.Name, Class: ClassBusiness, Message: "the pages do not end", Hint: "ask for a shorter time"}
}

// params are those of one page of a question.
func (f *fetch) params(imeis []string, s stretch, page, row int) map[string]string {
	params := maps.Clone(f.plan.fixed)
	set := func(name, value string) {
		if name != "" && value != "" {
			params[name] = value
		}
	}
	set(f.plan.imeisName, strings.Join(imeis, ","))
	if !s.begin.IsZero() {
		set(f.plan.beginName, s.begin.Format(platformTime))
	}
	if !s.end.IsZero() {
		set(f.plan.endName, s.end.Format(platformTime))
	}
	switch f.paging {
	case ByPage:
		set(f.plan.pageName, strconv.Itoa(page+1))
	case ByPageOf0:
		set(f.plan.pageName, strconv.Itoa(page))
	case ByRow:
		set(f.plan.rowName, strconv.Itoa(row))
	}
	if f.size > 0 {
		set(f.plan.sizeName, strconv.Itoa(f.size))
	}
	return params
}
