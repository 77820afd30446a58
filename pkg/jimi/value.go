package jimi

import (
	"bytes"
	"math"
	"strconv"

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
	if len(b) > 0 && (b[0] <= ' ' || b[len(b)-1] <= ' ') {
		b = bytes.TrimSpace(b)
	}
	if len(b) == 0 || equalFold(b, "NULL") {
		return nil, absent
	}
	return b, present
}

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
	b, s := text(value)
	if s != present {
		return 0, s
	}
	v, ok := parseDecimal(b)
	if !ok {
		return 0, garbage
	}
	return v, present
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
	b, s := text(value)
	if s != present {
		return false, s
	}
	switch {
	case len(b) == 1 && b[0] == '1', equalFold(b, "ON"), equalFold(b, "TRUE"):
		return true, present
	case len(b) == 1 && b[0] == '0', equalFold(b, "OFF"), equalFold(b, "FALSE"):
		return false, present
	}
	if v, ok := parseDecimal(b); ok && (v == 0 || v == 1) { // 1.0
		return v == 1, present
	} else if ok && v == -1 {
		return false, absent
	}
	return false, garbage
}

// exactPowers are the powers of ten that float64 holds exactly.
var exactPowers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// parseDecimal reads sign, digits, fraction and exponent, correctly rounded;
// hexadecimal, infinite and not-a-number forms are no numbers here.
func parseDecimal(b []byte) (float64, bool) {
	i, negative := 0, false
	if b[0] == '-' || b[0] == '+' {
		negative, i = b[0] == '-', 1
	}
	var mantissa uint64
	digits, fraction := 0, 0
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		mantissa = mantissa*10 + uint64(b[i]-'0')
		digits++
	}
	if i < len(b) && b[i] == '.' {
		start := i + 1
		for i = start; i < len(b) && b[i]-'0' <= 9; i++ {
			mantissa = mantissa*10 + uint64(b[i]-'0')
		}
		fraction = i - start
		digits += fraction
	}
	if digits == 0 {
		return 0, false
	}
	// Up to 15 digits over an exact power of ten: one rounding, so the result
	// is the nearest float64.
	if i == len(b) && digits <= 15 {
		v := float64(mantissa) / exactPowers[fraction]
		if negative {
			v = -v
		}
		return v, true
	}
	if i < len(b) && !isExponent(b[i:]) {
		return 0, false
	}
	v, err := strconv.ParseFloat(string(b), 64)
	return v, err == nil
}

func isExponent(b []byte) bool {
	if b[0] != 'e' && b[0] != 'E' {
		return false
	}
	b = b[1:]
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		b = b[1:]
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}
