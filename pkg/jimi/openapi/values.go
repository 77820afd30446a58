package openapi

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
)

// The types of answers' fields. Each takes every form in which the platform
// writes it: strings for numbers, "" and null for nothing.

// A Text is a string, a number or a word.
type Text string

// A Number is a number or a string with one, absent where there is none.
type Number struct{ schema.Opt[float64] }

// An Amount is a Number that is never below 0; -1 says that the platform does
// not know it.
type Amount struct{ schema.Opt[float64] }

// A Time is a time in any of the vendor's forms.
type Time struct{ schema.Opt[time.Time] }

// A Switch is 0/1, ON/OFF or true/false.
type Switch struct{ schema.Opt[bool] }

// Texts are an array of texts, or one text with them separated by commas.
type Texts []string

// UnmarshalJSON reads any scalar.
func (t *Text) UnmarshalJSON(b []byte) error { *t = Text(jimi.Text(b)); return nil }

// UnmarshalJSON reads a number.
func (n *Number) UnmarshalJSON(b []byte) error { n.Opt = jimi.Number(b); return nil }

// UnmarshalJSON reads an amount.
func (a *Amount) UnmarshalJSON(b []byte) error { a.Opt = jimi.Amount(b); return nil }

// UnmarshalJSON reads a time.
func (t *Time) UnmarshalJSON(b []byte) error { t.Opt = jimi.Time(b); return nil }

// UnmarshalJSON reads a switch.
func (s *Switch) UnmarshalJSON(b []byte) error { s.Opt = jimi.Switch(b); return nil }

// UnmarshalJSON reads a list.
func (t *Texts) UnmarshalJSON(b []byte) error {
	*t = nil
	if len(b) > 0 && b[0] == '[' {
		var parts []Text
		if err := json.Unmarshal(b, &parts); err != nil {
			return err
		}
		for _, p := range parts {
			*t = append(*t, string(p))
		}
		return nil
	}
	for _, p := range strings.Split(jimi.Text(b), ",") {
		if p = strings.TrimSpace(p); p != "" {
			*t = append(*t, p)
		}
	}
	return nil
}
