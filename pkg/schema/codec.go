package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/odograph/odograph/internal/jsonscan"
)

// An appender is a record with an encoder of its own.
type appender interface{ AppendJSON(dst []byte) []byte }

// A decoder is a record with a decoder of its own.
type decoder interface{ DecodeJSON(b []byte) error }

// Encode gives the JSON of a record, v a pointer to it. Fix and Repeat, of
// which there are most, have an AppendJSON that reuses memory.
func Encode(v any) ([]byte, error) {
	if a, ok := v.(appender); ok {
		return a.AppendJSON(nil), nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return b, nil
}

// Decode reads a record's JSON into v, a pointer to a zero value of its type.
// Members that this version does not know are left alone, since a version may
// gain some; a member that every such record has must be there, or its zero
// value would be stored as if somebody had sent it.
func Decode(b []byte, v any) error {
	if d, ok := v.(decoder); ok {
		return d.DecodeJSON(b)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("decode %T: %w", v, err)
	}
	if err := checkRequired(b, reflect.TypeOf(v).Elem()); err != nil {
		return fmt.Errorf("decode %T: %w", v, err)
	}
	return nil
}

// checkRequired looks for the members of t that are written even where zero.
func checkRequired(b []byte, t reflect.Type) error {
	var names required
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && options != "omitzero" {
			names = append(names, name)
		}
	}
	var seen uint
	err := jsonscan.Object(b, func(key, value []byte) error {
		for i, name := range names {
			if string(key) == name && value[0] != 'n' {
				seen |= 1 << i
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return names.check(seen)
}
