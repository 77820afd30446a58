package schema

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Bytes are a vendor's bytes kept exactly as they came. In JSON they are a
// string where they are valid UTF-8, and {"base64": "…"} otherwise, because a
// JSON string would silently replace what is not UTF-8; or where they are many and
// the string would be more than half as long again, because some bytes become
// six and the record would be larger than a topic takes.
type Bytes []byte

// swelling is what a string may take beyond that, so that short ones stay
// readable.
const swelling = 64 << 10

type base64Bytes struct {
	Base64 string `json:"base64"`
}

// MarshalJSON writes a string or a base64 object.
func (b Bytes) MarshalJSON() ([]byte, error) {
	if utf8.Valid(b) {
		s, err := json.Marshal(string(b))
		if err != nil || len(s) <= len(b)*3/2+swelling {
			return s, err
		}
	}
	return json.Marshal(base64Bytes{base64.StdEncoding.EncodeToString(b)})
}

// UnmarshalJSON reads either form back to the same bytes.
func (b *Bytes) UnmarshalJSON(in []byte) error {
	if len(in) > 0 && in[0] == '"' {
		var s string
		if err := json.Unmarshal(in, &s); err != nil {
			return err
		}
		*b = Bytes(s)
		return nil
	}
	var o base64Bytes
	if err := json.Unmarshal(in, &o); err != nil {
		return fmt.Errorf("bytes: want a string or {\"base64\": …}: %w", err)
	}
	raw, err := base64.StdEncoding.DecodeString(o.Base64)
	if err != nil {
		return fmt.Errorf("bytes: base64: %w", err)
	}
	*b = raw
	return nil
}

// Cell is an H3 cell. In JSON it is the usual hexadecimal string, since a
// number of 64 bits does not survive every JSON reader; in ClickHouse UInt64.
type Cell uint64

// MarshalText writes the hexadecimal form.
func (c Cell) MarshalText() ([]byte, error) { return strconv.AppendUint(nil, uint64(c), 16), nil }

// UnmarshalText reads the hexadecimal form.
func (c *Cell) UnmarshalText(b []byte) error {
	var v Cell
	for _, d := range b {
		switch {
		case d >= '0' && d <= '9':
			d -= '0'
		case d >= 'a' && d <= 'f':
			d -= 'a' - 10
		case d >= 'A' && d <= 'F':
			d -= 'A' - 10
		default:
			return fmt.Errorf("H3 cell %q: want hexadecimal digits", b)
		}
		v = v<<4 | Cell(d)
	}
	if len(b) == 0 || len(b) > 16 {
		return fmt.Errorf("H3 cell %q: want 1 to 16 hexadecimal digits", b)
	}
	*c = v
	return nil
}
