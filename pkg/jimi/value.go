package jimi

import (
	"bytes"
	"math"
	"unicode/utf8"

	"github.com/odograph/odograph/internal/jsonscan"
)

// A state says what a field holds once it has been read.
type state uint8

const (
	absent  state = iota // not there, empty, null, or a sentinel
	present              // a value of the wanted form
	garbage              // there, and not of the wanted form
)

// scalar gives the text of a string, number or word; false for an object or
// an array. Only a string with escapes allocates.
func scalar(value []byte) ([]byte, bool) {
	switch {
	case len(value) == 0 || value[0] == '{' || value[0] == '[':
		return nil, false
	case value[0] != '"':
		return value, true
	case bytes.IndexByte(value, '\\') < 0:
		return value[1 : len(value)-1], true
	default:
		return jsonscan.AppendUnquoted(nil, value)
	}
}

// text reads a string, a number or a word as trimmed text: "", null and "null"
// are absent.
func text(value []byte) ([]byte, state) {
	b, ok := scalar(value)
	if !ok {
		if len(value) == 0 {
			return nil, absent
		}
		return nil, garbage
	}
	if len(b) > 0 && (mayBeSpace(b[0]) || mayBeSpace(b[len(b)-1])) {
		b = bytes.TrimSpace(b)
	}
	if len(b) == 0 || equalFold(b, "NULL") {
		return nil, absent
	}
	return b, present
}

// mayBeSpace tells whether c is, or begins or ends, a space of Unicode.
func mayBeSpace(c byte) bool { return c <= ' ' || c >= utf8.RuneSelf }

// equalFold compares with an upper-case word of ASCII letters without case.
func equalFold(b []byte, upper string) bool {
	if len(b) != len(upper) {
		return false
	}
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != upper[i] {
			return false
		}
	}
	return true
}

// textOf is text as a string; what is no text is left out.
func textOf(value []byte) string {
	b, _ := text(value)
	return string(b)
}

// number reads a number or a string with one, in decimal form.
func number(value []byte) (float64, state) {
	if len(value) > 0 && value[0] != '"' { // the usual form
		if v, ok := jsonscan.Decimal(value); ok {
			return v, present
		}
	}
	b, s := text(value)
	if s != present {
		return 0, s
	}
	v, ok := jsonscan.Decimal(b)
	if !ok {
		return 0, garbage
	}
	return v, present
}

// measure is number for quantities that may carry their unit, as "0.00L" and
// "23.5 ℃" do; unit is empty where the value is a plain number.
func measure(value []byte) (v float64, unit string, s state) {
	b, s := text(value)
	if s != present {
		return 0, "", s
	}
	end := len(b)
	for end > 0 && b[end-1]-'0' > 9 && b[end-1] != '.' {
		end--
	}
	v, ok := jsonscan.Decimal(b[:end])
	if !ok {
		return 0, "", garbage
	}
	return v, string(bytes.TrimSpace(b[end:])), present
}

// atLeastZero is number for quantities of which the platform says -1 where it
// does not know them: speed, direction, distance, satellites.
func atLeastZero(value []byte) (float64, state) {
	v, s := number(value)
	switch {
	case s == present && v == -1:
		return 0, absent
	case s == present && v < 0:
		return 0, garbage
	}
	return v, s
}

// between is atLeastZero with an upper bound.
func between(value []byte, most float64) (float64, state) {
	v, s := atLeastZero(value)
	if s == present && v > most {
		return 0, garbage
	}
	return v, s
}

// whole reads a whole number within [least, most]; 7.0 is whole.
func whole(value []byte, least, most float64) (int64, state) {
	v, s := number(value)
	if s == present && (v != math.Trunc(v) || v < least || v > most) {
		return 0, garbage
	}
	return int64(v), s
}

// onOff reads a switch: 0/1, "0"/"1", "ON"/"OFF", true/false.
func onOff(value []byte) (on bool, s state) {
	if len(value) == 1 && (value[0] == '0' || value[0] == '1') { // the usual form
		return value[0] == '1', present
	}
	b, s := text(value)
	if s != present {
		return false, s
	}
	switch {
	case equalFold(b, "ON"), equalFold(b, "TRUE"):
		return true, present
	case equalFold(b, "OFF"), equalFold(b, "FALSE"):
		return false, present
	}
	if v, ok := jsonscan.Decimal(b); ok && (v == 0 || v == 1) { // "1", 1.0
		return v == 1, present
	} else if ok && v == -1 {
		return false, absent
	}
	return false, garbage
}
