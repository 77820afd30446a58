package clickhouse

import (
	"errors"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"
)

// A Fault says what an error of ClickHouse asks for.
type Fault int

// The faults.
const (
	// Unsure: a lost connection, a timeout, an overloaded or stopping server.
	// Nobody knows whether the rows are stored; try again.
	Unsure Fault = iota
	// Refused: a row of the block has a value that the table does not take.
	// Nothing was stored, and trying again is in vain.
	Refused
	// Misconfigured: tables, rights or versions do not fit. No row is at
	// fault: try again, and tell somebody.
	Misconfigured
)

func (f Fault) String() string {
	return [...]string{"unsure", "refused", "misconfigured"}[f]
}

// refusals are the errors that a value in a native block can cause. Errors of
// types and columns are not among them: they would be the same for every row.
var refusals = []proto.Error{
	proto.ErrViolatedConstraint,
	proto.ErrValueIsOutOfRangeOfDataType,
	proto.ErrArgumentOutOfBound,
	proto.ErrTooLargeStringSize,
	proto.ErrTooLargeArraySize,
	proto.ErrCannotInsertNullInOrdinaryColumn,
	proto.ErrFunctionThrowIfValueIsNonZero,
	proto.ErrIncorrectData,
	proto.ErrCannotParseText,
	proto.ErrDecimalOverflow,
}

var misconfigurations = []proto.Error{
	proto.ErrUnknownTable,
	proto.ErrUnknownDatabase,
	proto.ErrNoSuchColumnInTable,
	proto.ErrUnknownIdentifier,
	proto.ErrTypeMismatch,
	proto.ErrUnknownType,
	proto.ErrUnknownSetting,
	proto.ErrAuthenticationFailed,
	proto.ErrUnknownUser,
	proto.ErrWrongPassword,
	proto.ErrRequiredPassword,
	proto.ErrAccessDenied,
	proto.ErrReadonly,
	proto.ErrDatabaseAccessDenied,
	proto.ErrNumberOfColumnsDoesntMatch,
	proto.ErrThereIsNoColumn,
}

// FaultOf classifies an error of Insert, Present or LookUp. What is not known
// is Unsure, since trying again never loses anything.
func FaultOf(err error) Fault {
	var ex *ch.Exception
	if !errors.As(err, &ex) {
		return Unsure
	}
	switch {
	case ex.IsCode(refusals...):
		return Refused
	case ex.IsCode(misconfigurations...):
		return Misconfigured
	}
	return Unsure
}
