package schema

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/odograph/odograph/internal/jsonscan"
)

// readMembers walks a record's object, gathering the bits of the members seen
// and naming the member at fault in an error. A null is the absence of a
// member, as in encoding/json, so it earns no bit.
func readMembers(b []byte, member func(key, value []byte) (uint, error)) (seen uint, err error) {
	err = jsonscan.ShallowObject(b, func(key, value []byte) error {
		bit, err := member(key, value)
		if err != nil {
			return fmt.Errorf("member %s: %w", key, err)
		}
		if value[0] != 'n' {
			seen |= bit
		}
		return nil
	})
	return seen, err
}

// required names the members of a record that must be there, in the order of
// their bits.
type required []string

func (r required) check(seen uint) error {
	for i, name := range r {
		if seen&(1<<i) == 0 {
			return fmt.Errorf("member %s is missing; every record of its topic has it, so another program wrote this one", name)
		}
	}
	return nil
}

func recordError(record string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("decode %s: %w", record, err)
}

func wrong(value []byte, want string) error {
	if len(value) > 40 {
		value = value[:40]
	}
	return fmt.Errorf("%s… is not %s", value, want)
}

// The read functions set *dst from the text of one value; null leaves it.

func readOpt[T any](dst *Opt[T], value []byte, read func(*T, []byte) error) error {
	if value[0] == 'n' {
		*dst = Opt[T]{}
		return nil
	}
	dst.Valid = true
	return read(&dst.Value, value)
}

// readString takes over known where the text is the same.
func readString(dst *string, value []byte, known string) error {
	if value[0] == 'n' {
		return nil
	}
	b, err := stringBytes(value)
	if err != nil {
		return err
	}
	if string(b) == known {
		*dst = known
		return nil
	}
	*dst = string(b)
	return nil
}

// readWord reads one of a few known words without allocating, and any other.
func readWord[T ~string](dst *T, value []byte, known ...T) error {
	if value[0] == 'n' {
		return nil
	}
	b, err := stringBytes(value)
	if err != nil {
		return err
	}
	for _, k := range known {
		if string(b) == string(k) {
			*dst = k
			return nil
		}
	}
	*dst = T(b)
	return nil
}

// stringBytes is the text of a string; what is not UTF-8 becomes U+FFFD as in
// encoding/json.
func stringBytes(value []byte) ([]byte, error) {
	if value[0] != '"' {
		return nil, wrong(value, "a string")
	}
	plain := true
	for _, c := range value {
		if c == '\\' || c >= utf8.RuneSelf {
			plain = false
			break
		}
	}
	if plain {
		return value[1 : len(value)-1], nil
	}
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return nil, err
	}
	return []byte(s), nil
}

func readTime(dst *time.Time, value []byte) error { return dst.UnmarshalJSON(value) }

func readFloat(dst *float64, value []byte) error {
	if value[0] == 'n' {
		return nil
	}
	v, ok := jsonscan.Decimal(value)
	if !ok {
		return wrong(value, "a number")
	}
	*dst = v
	return nil
}

func readInt64(dst *int64, value []byte) error { return readInt(dst, value, 64) }

func readInt32(dst *int32, value []byte) error {
	v := int64(*dst)
	err := readInt(&v, value, 32)
	*dst = int32(v)
	return err
}

func readInt(dst *int64, value []byte, bits int) error {
	if value[0] == 'n' {
		return nil
	}
	v, ok := wholeNumber(value)
	if half := int64(1) << (bits - 1); !ok || bits < 64 && (v < -half || v >= half) {
		return wrong(value, "a whole number of "+strconv.Itoa(bits)+" bits")
	}
	*dst = v
	return nil
}

// wholeNumber is strconv.ParseInt for a JSON number, quicker for up to 18
// digits, which cannot overflow.
func wholeNumber(value []byte) (int64, bool) {
	digits := value
	if value[0] == '-' {
		digits = value[1:]
	}
	if len(digits) > 18 {
		v, err := strconv.ParseInt(string(value), 10, 64)
		return v, err == nil
	}
	var v int64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	if value[0] == '-' {
		v = -v
	}
	return v, len(digits) > 0
}

func readBool(dst *bool, value []byte) error {
	switch value[0] {
	case 'n':
		return nil
	case 't', 'f':
		*dst = value[0] == 't'
		return nil
	}
	return wrong(value, "true or false")
}

func readCell(dst *Cell, value []byte) error {
	if value[0] == 'n' {
		return nil
	}
	b, err := stringBytes(value)
	if err != nil {
		return err
	}
	return dst.UnmarshalText(b)
}

var qualities = []Quality{QualityZeroPosition, QualityNoFix, QualityFuture, QualityJump, QualityLBS, QualityWiFi,
	QualityRepeatedPosition, QualityHemisphere, QualityUnverified, QualityFieldInvalid}

// readWords reads a list of strings, those that are known without allocating.
func readWords[T ~string](dst *[]T, value []byte, known ...T) error {
	*dst = nil
	if value[0] == 'n' {
		return nil
	}
	list := []T{}
	err := jsonscan.Array(value, func(elem []byte) error {
		var w T
		if err := readWord(&w, elem, known...); err != nil {
			return err
		}
		list = append(list, w)
		return nil
	})
	*dst = list
	return err
}
