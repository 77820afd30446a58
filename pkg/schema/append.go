package schema

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// The functions below write JSON exactly as encoding/json does, without
// reflection and without allocating.

const hexDigits = "0123456789abcdef"

// appendName starts a member: the comma where one is due, the name, the colon.
func appendName(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"', ':')
}

// appendString escapes what JSON demands and what encoding/json escapes
// besides, so that the text may stand in a web page; what is not UTF-8 becomes
// U+FFFD.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == utf8.RuneError && size == 1:
				dst = append(append(dst, s[start:i]...), `\ufffd`...)
			case r == '\u2028' || r == '\u2029':
				dst = append(append(dst, s[start:i]...), `\u202`...)
				dst = append(dst, hexDigits[r&0xf])
			default:
				i += size
				continue
			}
			i += size
			start = i
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' {
			i++
			continue
		}
		dst = appendEscaped(append(dst, s[start:i]...), c)
		i++
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

func appendEscaped(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}

// appendTime writes RFC 3339 with as many fractional digits as needed.
func appendTime(dst []byte, t time.Time) []byte {
	dst = append(dst, '"')
	dst = t.AppendFormat(dst, time.RFC3339Nano)
	return append(dst, '"')
}

// appendFloat writes the shortest decimal that reads back as v.
//
// A coordinate or a speed mostly has few decimals. If v is the float64 nearest
// to an integer of less than 15 digits over 10^7, that fraction is the shortest
// decimal (no other of at most 15 digits reads back as v), and an integer is
// quicker to print than a shortest decimal is to search.
func appendFloat(dst []byte, v float64) []byte {
	const scale = 1e7
	if scaled := math.Round(v * scale); math.Abs(scaled) < 1e15 && scaled/scale == v && (v >= 1e-6 || v <= -1e-6) {
		return appendFraction(dst, int64(scaled))
	}
	format := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	dst = strconv.AppendFloat(dst, v, format, -1, 64)
	if n := len(dst); format == 'e' && n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1] // e-09 is written e-9
		dst = dst[:n-1]
	}
	return dst
}

// appendFraction writes n over 10^7 without trailing zeros.
func appendFraction(dst []byte, n int64) []byte {
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	dst = strconv.AppendInt(dst, n/1e7, 10)
	rest := n % 1e7
	if rest == 0 {
		return dst
	}
	digits := [8]byte{'.'}
	for i := 7; i > 0; i-- {
		digits[i] = byte('0' + rest%10)
		rest /= 10
	}
	end := 8
	for digits[end-1] == '0' {
		end--
	}
	return append(dst, digits[:end]...)
}

func appendCell(dst []byte, c Cell) []byte {
	dst = append(dst, '"')
	dst = strconv.AppendUint(dst, uint64(c), 16)
	return append(dst, '"')
}

// The appendOpt functions write a member whose absent value is left out.

func appendOptFloat(dst []byte, name string, o Opt[float64]) []byte {
	if !o.Valid {
		return dst
	}
	return appendFloat(appendName(dst, name), o.Value)
}

func appendOptInt32(dst []byte, name string, o Opt[int32]) []byte {
	if !o.Valid {
		return dst
	}
	return strconv.AppendInt(appendName(dst, name), int64(o.Value), 10)
}

func appendOptInt64(dst []byte, name string, o Opt[int64]) []byte {
	if !o.Valid {
		return dst
	}
	return strconv.AppendInt(appendName(dst, name), o.Value, 10)
}

func appendOptBool(dst []byte, name string, o Opt[bool]) []byte {
	if !o.Valid {
		return dst
	}
	return strconv.AppendBool(appendName(dst, name), o.Value)
}

func appendOptTime(dst []byte, name string, o Opt[time.Time]) []byte {
	if !o.Valid {
		return dst
	}
	return appendTime(appendName(dst, name), o.Value)
}

func appendItem(dst []byte, it *Item) []byte {
	dst = appendString(appendName(dst, "imei"), it.IMEI)
	dst = appendTime(appendName(dst, "received_time"), it.ReceivedTime)
	dst = appendString(appendName(dst, "source"), string(it.Source))
	if it.Account != "" {
		dst = appendString(appendName(dst, "account"), it.Account)
	}
	dst = strconv.AppendInt(appendName(dst, "raw_partition"), int64(it.RawPartition), 10)
	return strconv.AppendInt(appendName(dst, "raw_offset"), it.RawOffset, 10)
}
