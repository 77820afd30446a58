package openapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/jimi"
)

// A Method is one method of the platform: what it takes (P), what one row of
// its answer is (R), and its limits.
//
// P is a struct whose fields carry their parameter's name in the tag api,
// followed by "required" and by their role: account (the account's target
// where it is not given), imeis, begin, end, page, size or row. Times are sent
// in UTC.
type Method[P, R any] struct {
	Name    string
	Ref     string // section of the reference, or the difference that describes it
	Does    string
	Mutates bool // changes something: is never sent twice

	IMEIs   int           // most devices of a call; 0: it takes no list
	Span    time.Duration // longest time of a call; 0: no limit
	Paging  Paging
	Size    int           // rows of a page
	MaxRows int           // most rows over all pages: as many mean that some may be missing
	Timeout time.Duration // 0: a minute
}

// Paging is how a method gives its pages.
type Paging int

// The ways.
const (
	NoPages   Paging = iota
	ByPage           // page_no from 1, page_size
	ByPageOf0        // page_no from 0
	ByRow            // start_row from 0
)

// Info is what a list of methods shows.
type Info struct {
	Name, Ref, Does string
	Mutates         bool
	Params          []Param
	IMEIs           int
	Span            time.Duration
	MaxRows         int
}

// A Param is one parameter of a method.
type Param struct {
	Name     string
	Type     string // text, number, time, list, switch
	Required bool
}

// AnyMethod is a method whose types do not matter.
type AnyMethod interface {
	Info() Info
	// CallByName calls with parameters given as texts; times are RFC 3339 or
	// yyyy-MM-dd HH:mm:ss in UTC, lists separated by commas. Every row goes to
	// yield as the vendor's bytes.
	CallByName(ctx context.Context, c *Client, params map[string]string, yield func(row json.RawMessage) error) error
}

// Info describes the method.
func (m *Method[P, R]) Info() Info {
	i := Info{Name: m.Name, Ref: m.Ref, Does: m.Does, Mutates: m.Mutates, IMEIs: m.IMEIs, Span: m.Span, MaxRows: m.MaxRows}
	for _, f := range fieldsOf(reflect.TypeFor[P]()) {
		if f.role != "page" && f.role != "size" && f.role != "row" {
			i.Params = append(i.Params, Param{Name: f.name, Type: f.typeName(), Required: f.required && f.role != "account"})
		}
	}
	return i
}

// CallByName implements AnyMethod.
func (m *Method[P, R]) CallByName(ctx context.Context, c *Client, params map[string]string, yield func(json.RawMessage) error) error {
	var p P
	if err := setParams(m.Name, &p, params); err != nil {
		return err
	}
	return Each(ctx, c, m, p, func(r Row[R]) error { return yield(r.JSON) })
}

// A paramField is one field of a parameter struct.
type paramField struct {
	index    int
	name     string
	required bool
	role     string
	typ      reflect.Type
}

var timeType, listType = reflect.TypeFor[time.Time](), reflect.TypeFor[[]string]()

func (f *paramField) typeName() string {
	switch {
	case f.typ == timeType:
		return "time"
	case f.typ == listType:
		return "list"
	case f.typ.Kind() == reflect.Bool:
		return "switch"
	case f.typ.Kind() == reflect.String:
		return "text"
	}
	return "number"
}

func fieldsOf(t reflect.Type) []paramField {
	out := make([]paramField, 0, t.NumField())
	for i := range t.NumField() {
		words := strings.Split(t.Field(i).Tag.Get("api"), ",")
		f := paramField{index: i, name: words[0], typ: t.Field(i).Type}
		for _, w := range words[1:] {
			if w == "required" {
				f.required = true
			} else {
				f.role = w
			}
		}
		out = append(out, f)
	}
	return out
}

// setParams fills a parameter struct from texts.
func setParams(method string, p any, given map[string]string) error {
	v := reflect.ValueOf(p).Elem()
	fields := fieldsOf(v.Type())
	var errs []error
	for name, text := range given {
		i := slices.IndexFunc(fields, func(f paramField) bool { return f.name == name })
		if i < 0 {
			names := make([]string, len(fields))
			for n, f := range fields {
				names[n] = f.name
			}
			errs = append(errs, wrongParam(method, name, "no such parameter, want one of "+strings.Join(names, ", ")))
			continue
		}
		if err := setField(v.Field(fields[i].index), text); err != nil {
			errs = append(errs, wrongParam(method, name, err.Error()))
		}
	}
	for _, f := range fields {
		if f.required && f.role != "account" && given[f.name] == "" {
			errs = append(errs, wrongParam(method, f.name, "is required"))
		}
	}
	return errors.Join(errs...)
}

func wrongParam(method, name, what string) error {
	return &Error{Method: method, Class: ClassParameter, Message: "parameter " + name + ": " + what}
}

func setField(v reflect.Value, text string) error {
	switch {
	case v.Type() == timeType:
		t := jimi.Time([]byte(strconv.Quote(text)))
		if !t.Valid {
			return fmt.Errorf("%q is not a time, want 2026-03-02T09:59:00Z or yyyy-MM-dd HH:mm:ss in UTC", text)
		}
		v.Set(reflect.ValueOf(t.Value))
	case v.Type() == listType:
		var list Texts
		_ = list.UnmarshalJSON([]byte(strconv.Quote(text)))
		v.Set(reflect.ValueOf([]string(list)))
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is not true or false", text)
		}
		v.SetBool(b)
	case v.Kind() == reflect.Float64:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return fmt.Errorf("%q is not a number", text)
		}
		v.SetFloat(n)
	default:
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		v.SetInt(n)
	}
	return nil
}

// A plan is a call's parameters taken apart by role.
type plan struct {
	fixed      map[string]string
	imeisName  string
	imeis      []string
	imei       string // the one device the call is about
	beginName  string
	endName    string
	begin, end time.Time
	pageName   string
	sizeName   string
	rowName    string
}

// planOf reads a parameter struct.
func planOf(method string, p any, target string) (*plan, error) {
	v := reflect.ValueOf(p)
	pl := &plan{fixed: map[string]string{}}
	var errs []error
	for _, f := range fieldsOf(v.Type()) {
		value := v.Field(f.index)
		number := value.Kind() == reflect.Float64 // 0 is a coordinate
		if value.IsZero() && f.required && f.role != "account" && !number {
			errs = append(errs, wrongParam(method, f.name, "is required"))
		}
		switch f.role {
		case "imeis":
			pl.imeisName, pl.imeis = f.name, value.Interface().([]string)
		case "begin":
			pl.beginName, pl.begin = f.name, value.Interface().(time.Time).UTC().Truncate(time.Second)
		case "end":
			pl.endName, pl.end = f.name, value.Interface().(time.Time).UTC().Truncate(time.Second)
		case "page":
			pl.pageName = f.name
		case "size":
			pl.sizeName = f.name
		case "row":
			pl.rowName = f.name
		default:
			text := paramText(value)
			if number && f.required && text == "" {
				text = "0"
			}
			if f.role == "account" && text == "" {
				text = target
			}
			if f.name == "imei" {
				pl.imei = text
			}
			if text != "" {
				pl.fixed[f.name] = text
			}
		}
	}
	if pl.beginName != "" && !pl.end.IsZero() && pl.end.Before(pl.begin) {
		errs = append(errs, wrongParam(method, pl.endName, "is before "+pl.beginName))
	}
	return pl, errors.Join(errs...)
}

// platformTime is how the platform writes times, in UTC.
const platformTime = time.DateTime

func paramText(v reflect.Value) string {
	if v.IsZero() {
		return ""
	}
	switch x := v.Interface().(type) {
	case string:
		return x
	case time.Time:
		return x.UTC().Format(platformTime)
	case []string:
		return strings.Join(x, ",")
	case bool:
		return strconv.FormatBool(x)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatInt(v.Int(), 10)
}
