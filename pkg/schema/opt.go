package schema

import (
	"bytes"
	"encoding/json"
)

// Opt is a value that may be absent. It takes no allocation, is left out of
// JSON through the omitzero option where absent, and becomes NULL in
// ClickHouse. The zero Opt is absent.
type Opt[T any] struct {
	Value T
	Valid bool
}

// Some is a present value.
func Some[T any](v T) Opt[T] { return Opt[T]{Value: v, Valid: true} }

// IsZero tells whether the value is absent, for omitzero.
func (o Opt[T]) IsZero() bool { return !o.Valid }

// MarshalJSON writes the value, or null where it is absent.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if !o.Valid {
		return []byte("null"), nil
	}
	return json.Marshal(o.Value)
}

// UnmarshalJSON reads a value; null is absent.
func (o *Opt[T]) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		*o = Opt[T]{}
		return nil
	}
	if err := json.Unmarshal(b, &o.Value); err != nil {
		return err
	}
	o.Valid = true
	return nil
}
