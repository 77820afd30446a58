package jsonscan

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// space returns the first position from i on that is not white space.
func space(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// A skipper validates the value at b[i] and returns the position after it.
type skipper func(b []byte, i, depth int) (int, error)

// skip validates the value at b[i] and returns the position after it, whatever
// its depth; depth counts the containers around it.
func skip(b []byte, i, depth int) (int, error) {
	stop, err := skipShallow(b, i, depth)
	if err != nil && errors.Is(err, ErrTooDeep) {
		return skipDeep(b, i)
	}
	return stop, err
}

// skipShallow is skip for values that do not pass MaxDepth. It recurses, which
// is fastest, and the depth bounds the recursion.
func skipShallow(b []byte, i, depth int) (int, error) {
	if i == len(b) {
		return 0, syntax(i, "a value")
	}
	switch c := b[i]; c {
	case '"':
		stop, _, err := skipString(b, i)
		return stop, err
	case '{', '[':
		if depth == MaxDepth {
			return 0, ErrTooDeep
		}
		if c == '{' {
			return skipMembers(b, i, depth+1)
		}
		return skipElements(b, i, depth+1)
	case 't':
		return skipWord(b, i, "true")
	case 'f':
		return skipWord(b, i, "false")
	case 'n':
		return skipWord(b, i, "null")
	default:
		return skipNumber(b, i)
	}
}

func skipMembers(b []byte, i, depth int) (int, error) {
	if i = space(b, i+1); i < len(b) && b[i] == '}' {
		return i + 1, nil
	}
	for {
		if i == len(b) || b[i] != '"' {
			return 0, syntax(i, "a name in double quotes")
		}
		stop, _, err := skipString(b, i)
		if err != nil {
			return 0, err
		}
		if i = space(b, stop); i == len(b) || b[i] != ':' {
			return 0, syntax(i, "':'")
		}
		if i, err = skipShallow(b, space(b, i+1), depth); err != nil {
			return 0, err
		}
		i = space(b, i)
		switch {
		case i < len(b) && b[i] == ',':
			i = space(b, i+1)
		case i < len(b) && b[i] == '}':
			return i + 1, nil
		default:
			return 0, syntax(i, "',' or '}'")
		}
	}
}

func skipElements(b []byte, i, depth int) (int, error) {
	if i = space(b, i+1); i < len(b) && b[i] == ']' {
		return i + 1, nil
	}
	for {
		var err error
		if i, err = skipShallow(b, i, depth); err != nil {
			return 0, err
		}
		i = space(b, i)
		switch {
		case i < len(b) && b[i] == ',':
			i = space(b, i+1)
		case i < len(b) && b[i] == ']':
			return i + 1, nil
		default:
			return 0, syntax(i, "',' or ']'")
		}
	}
}

// skipDeep is skip for values of any depth: the open containers lie on a stack
// of its own, one byte each, so the cost stays linear and bounded by the text.
func skipDeep(b []byte, i int) (int, error) {
	var open []byte
	for {
		i = space(b, i)
		switch {
		case i < len(b) && (b[i] == '{' || b[i] == '['):
			c := b[i]
			i = space(b, i+1)
			if i < len(b) && b[i] == c+2 { // '}' and ']' follow their openers at a distance of 2
				i++
				break
			}
			open = append(open, c)
			if c == '{' {
				_, colon, err := name(b, i)
				if err != nil {
					return 0, err
				}
				i = colon + 1
			}
			continue
		default:
			var err error
			if i, err = skipShallow(b, i, MaxDepth); err != nil {
				return 0, err
			}
		}
		var more bool
		var err error
		if i, open, more, err = closeContainers(b, i, open); err != nil || !more {
			return i, err
		}
	}
}

// closeContainers goes on after a value: it closes what ends there and steps
// to the next value, or tells that the outermost value is complete.
func closeContainers(b []byte, i int, open []byte) (int, []byte, bool, error) {
	for len(open) > 0 {
		opener := open[len(open)-1]
		i = space(b, i)
		switch {
		case i < len(b) && b[i] == opener+2:
			open = open[:len(open)-1]
			i++
		case i < len(b) && b[i] == ',':
			if opener == '[' {
				return i + 1, open, true, nil
			}
			_, colon, err := name(b, space(b, i+1))
			if err != nil {
				return 0, nil, false, err
			}
			return colon + 1, open, true, nil
		default:
			return 0, nil, false, syntax(i, "',' or '"+string(rune(opener+2))+"'")
		}
	}
	return i, open, false, nil
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plain returns the first position from i on that holds a quote, a backslash or
// a control character, len(b) where there is none. It looks at eight bytes at a
// time: each of the three tests sets the high bit of the bytes it is about, and
// of none below the first of them.
func plain(b []byte, i int) int {
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		quote, slash := w^(ones*'"'), w^(ones*'\\')
		if found := ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*' ')&^w) & highs; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
		i += 8
	}
	for i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}

// skipString validates the string at b[i] (a double quote) and returns the
// position after its closing quote, and whether it contains an escape.
func skipString(b []byte, i int) (stop int, escaped bool, err error) {
	for i++; ; {
		i = plain(b, i)
		switch {
		case i == len(b):
			return 0, false, syntax(i, "a closing double quote")
		case b[i] == '"':
			return i + 1, escaped, nil
		case b[i] != '\\':
			return 0, false, syntax(i, "no bare control character in a string")
		}
		escaped = true
		if i, err = skipEscape(b, i); err != nil {
			return 0, false, err
		}
	}
}

// skipEscape validates the escape sequence at b[i] (a backslash).
func skipEscape(b []byte, i int) (int, error) {
	if i+1 == len(b) {
		return 0, syntax(i+1, "an escaped character")
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, nil
	case 'u':
		for k := i + 2; k < i+6; k++ {
			if k >= len(b) || !isHex(b[k]) {
				return 0, syntax(min(k, len(b)), "four hexadecimal digits")
			}
		}
		return i + 6, nil
	}
	return 0, syntax(i+1, "an escape of JSON")
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func skipWord(b []byte, i int, word string) (int, error) {
	if len(b)-i >= len(word) && string(b[i:i+len(word)]) == word {
		return i + len(word), nil
	}
	return 0, syntax(i, word)
}

// skipNumber validates the number at b[i].
func skipNumber(b []byte, i int) (int, error) {
	if b[i] == '-' {
		i++
	}
	switch {
	case i < len(b) && b[i] == '0':
		i++
	case i < len(b) && b[i] >= '1' && b[i] <= '9':
		i = digits(b, i)
	default:
		return 0, syntax(i, "a value")
	}
	if i < len(b) && b[i] == '.' {
		start := i + 1
		if i = digits(b, start); i == start {
			return 0, syntax(i, "a digit after the decimal point")
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		start := i
		if i = digits(b, start); i == start {
			return 0, syntax(i, "a digit of the exponent")
		}
	}
	return i, nil
}

func digits(b []byte, i int) int {
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}
