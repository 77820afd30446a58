package jimi

import (
	"errors"
	"fmt"

	"github.com/odograph/odograph/internal/jsonscan"
	"github.com/odograph/odograph/pkg/schema"
)

// An Error says why an item cannot become a record. The same bytes will fail
// again, so the item belongs to the dead letters.
type Error struct {
	Reason schema.Reason
	Kind   string // kind of the item
	Field  string // the vendor's name of the field at fault, empty where it is the whole item
	Err    error  // what is wrong with it and what was wanted
}

func (e *Error) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("%s: %v", e.Kind, e.Err)
	}
	return fmt.Sprintf("%s: field %s: %v", e.Kind, e.Field, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// ErrNotAlarm tells that an item of the alarm push is no alarm (its type is
// ICCID or VIN): it is a message, see DecodeMessage.
var ErrNotAlarm = errors.New("the item of the alarm push announces an ICCID or a VIN, it is not an alarm")

// itemError gives the error of a walk over a whole item its reason.
func itemError(kind string, err error) error {
	var known *Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, jsonscan.ErrTooDeep):
		return &Error{Reason: schema.ReasonTooDeep, Kind: kind, Err: err}
	default:
		return &Error{Reason: schema.ReasonNotJSON, Kind: kind, Err: fmt.Errorf("want one JSON object: %w", err)}
	}
}

func missing(kind, field string) error {
	return &Error{Reason: schema.ReasonMissingField, Kind: kind, Field: field,
		Err: errors.New("absent, empty or null; the record means nothing without it")}
}

// invalid reports a field that is there and cannot be read; value is quoted in
// the message, cut to a size that fits a log line.
func invalid(kind, field string, value []byte, want string) error {
	return &Error{Reason: schema.ReasonInvalidField, Kind: kind, Field: field,
		Err: fmt.Errorf("%s, want %s", clip(value), want)}
}

const clipBytes = 64

func clip(value []byte) string {
	if len(value) > clipBytes {
		return fmt.Sprintf("%s… (%d bytes)", value[:clipBytes], len(value))
	}
	return string(value)
}
