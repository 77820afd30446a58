// Package jsonscan walks a complete JSON text without allocating and without
// building values: the caller is given the raw text of each member or element
// and reads what it needs of it.
//
// The grammar is RFC 8259, the same that encoding/json accepts. Every walk is
// one linear pass and validates the whole text, so a value that a callback
// receives is well formed. Nesting costs no stack beyond MaxDepth levels.
package jsonscan

import (
	"errors"
	"fmt"
)

// MaxDepth is how many objects and arrays may lie inside one another for Check
// to accept a text. No item of the platform goes deeper than 6.
const MaxDepth = 32

// ErrTooDeep tells that a text is nested deeper than MaxDepth.
var ErrTooDeep = fmt.Errorf("JSON is nested deeper than %d levels", MaxDepth)

// ErrNotObject and ErrNotArray tell that a text is valid JSON, but of another
// type than the walk was asked for.
var (
	ErrNotObject = errors.New("JSON is not an object")
	ErrNotArray  = errors.New("JSON is not an array")
)

// A SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Offset int    // byte offset of the first byte that cannot be
	Want   string // what was expected there
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("JSON syntax at byte %d: want %s", e.Offset, e.Want)
}

func syntax(at int, want string) error { return &SyntaxError{Offset: at, Want: want} }

// Object calls field for each member of the object b, in order and with
// duplicate names as often as they occur. key is the text between the quotes,
// unescaped where it contains a backslash; value is the exact text of the
// value. Both lie inside b (an unescaped key excepted) and must not be
// modified. An error of field ends the walk and is returned as it is.
//
// Values of any depth are handed over: a request body is walked by this, and
// one item that is nested too deep must not cost the others.
func Object(b []byte, field func(key, value []byte) error) error {
	return object(b, skip, field)
}

// ShallowObject is Object for one item: a text deeper than MaxDepth ends the
// walk with ErrTooDeep.
func ShallowObject(b []byte, field func(key, value []byte) error) error {
	return object(b, skipShallow, field)
}

func object(b []byte, skip skipper, field func(key, value []byte) error) error {
	i := space(b, 0)
	if i == len(b) || b[i] != '{' {
		return wrongType(b, i, skip, ErrNotObject)
	}
	if i = space(b, i+1); i < len(b) && b[i] == '}' {
		return end(b, i+1)
	}
	for {
		key, colon, err := name(b, i)
		if err != nil {
			return err
		}
		start := space(b, colon+1)
		if i, err = skip(b, start, 1); err != nil {
			return err
		}
		if err := field(key, b[start:i]); err != nil {
			return err
		}
		if i = space(b, i); i == len(b) {
			return syntax(i, "',' or '}'")
		}
		switch b[i] {
		case ',':
			i = space(b, i+1)
		case '}':
			return end(b, i+1)
		default:
			return syntax(i, "',' or '}'")
		}
	}
}

// Array calls elem for each element of the array b, in order, with the exact
// text of the element, which lies inside b. An error of elem ends the walk and
// is returned as it is.
//
// Elements of any depth are handed over, so that one that is nested too deep
// does not cost the others; Check is what refuses deep ones.
func Array(b []byte, elem func(value []byte) error) error {
	i := space(b, 0)
	if i == len(b) || b[i] != '[' {
		return wrongType(b, i, skip, ErrNotArray)
	}
	if i = space(b, i+1); i < len(b) && b[i] == ']' {
		return end(b, i+1)
	}
	for {
		start := i
		var err error
		if i, err = skip(b, start, 1); err != nil {
			return err
		}
		if err := elem(b[start:i]); err != nil {
			return err
		}
		if i = space(b, i); i == len(b) {
			return syntax(i, "',' or ']'")
		}
		switch b[i] {
		case ',':
			i = space(b, i+1)
		case ']':
			return end(b, i+1)
		default:
			return syntax(i, "',' or ']'")
		}
	}
}

// Check validates the whole text: nil, ErrTooDeep, or a *SyntaxError. A text
// that is both too deep and not JSON may be reported as either.
func Check(b []byte) error {
	i, err := skipShallow(b, space(b, 0), 0)
	if err != nil {
		return err
	}
	return end(b, i)
}

// wrongType tells a text of another type from one that is no JSON at all.
func wrongType(b []byte, i int, skip skipper, other error) error {
	i, err := skip(b, i, 0)
	if err != nil {
		return err
	}
	if err := end(b, i); err != nil {
		return err
	}
	return other
}

// end demands that only white space follows.
func end(b []byte, i int) error {
	if i = space(b, i); i < len(b) {
		return syntax(i, "the end of the text")
	}
	return nil
}

// name reads a member's name at b[i] and finds the colon after it.
func name(b []byte, i int) (key []byte, colon int, err error) {
	if i == len(b) || b[i] != '"' {
		return nil, 0, syntax(i, "a name in double quotes")
	}
	stop, escaped, err := skipString(b, i)
	if err != nil {
		return nil, 0, err
	}
	key = b[i+1 : stop-1]
	if escaped {
		key, _ = AppendUnquoted(nil, b[i:stop])
	}
	if colon = space(b, stop); colon == len(b) || b[colon] != ':' {
		return nil, 0, syntax(colon, "':'")
	}
	return key, colon, nil
}
