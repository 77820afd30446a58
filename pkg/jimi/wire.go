package jimi

import (
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

// The readers below are the package's own, for other readers of the vendor's
// JSON: value is the raw text of one value.

// Text reads a string, a number or a word; "", null and "null" are empty.
func Text(value []byte) string { return textOf(value) }

// Number reads a number or a string with one; "", null and what is no number
// is absent.
func Number(value []byte) schema.Opt[float64] { return option(number(value)) }

// Amount is Number for quantities that are never below 0; -1, by which the
// platform says that it does not know one, is absent.
func Amount(value []byte) schema.Opt[float64] { return option(atLeastZero(value)) }

// Time reads a time in any of the vendor's forms, UTC where no zone is given.
func Time(value []byte) schema.Opt[time.Time] { return option(instant(value)) }

// Switch reads 0/1, ON/OFF, true/false.
func Switch(value []byte) schema.Opt[bool] { return option(onOff(value)) }
