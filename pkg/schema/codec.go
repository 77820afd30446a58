package schema

import (
	"encoding/json"
	"fmt"
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

// Decode reads a record's JSON into v, a pointer to it. Members that this
// version does not know are left alone, since a version may gain some.
func Decode(b []byte, v any) error {
	if d, ok := v.(decoder); ok {
		return d.DecodeJSON(b)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("decode %T: %w", v, err)
	}
	return nil
}
