package fencing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// settings are what a definition says beside its shape.
type settings struct {
	fence schema.Fence
	form  geo.Form
}

// A setting is one member that a definition may have.
type setting struct {
	key, want string
	read      func(*settings, []byte) error
}

var settingTable = []setting{
	{"fence_id", "a text", func(s *settings, b []byte) error { return textOf(b, &s.fence.FenceID) }},
	{"name", "a text", func(s *settings, b []byte) error { return textOf(b, &s.fence.Name) }},
	{"imeis", `a list such as ["860000000000001"]`, func(s *settings, b []byte) error { return textsOf(b, &s.fence.IMEIs) }},
	{"groups", `a list such as ["vans"]`, func(s *settings, b []byte) error { return textsOf(b, &s.fence.Groups) }},
	{"tell", `a list of some of "enter", "exit", "dwell"`, func(s *settings, b []byte) error { return textsOf(b, &s.fence.Tell) }},
	{"dwell_s", "a list of seconds such as [300, 1800]", func(s *settings, b []byte) error { return json.Unmarshal(b, &s.fence.DwellS) }},
	{"enter", `some of "min_fixes", "min_inside_s", "margin_m" with numbers`, func(s *settings, b []byte) error { return strictly(b, &s.fence.Enter) }},
	{"exit", `some of "min_fixes", "min_outside_s", "margin_m" with numbers`, func(s *settings, b []byte) error { return strictly(b, &s.fence.Exit) }},
	{"schedule", `"timezone" and "windows", a list with "days", "from" and "to"`, func(s *settings, b []byte) error { return strictly(b, &s.fence.Schedule) }},
	{"speed_limit_kmh", "a number", func(s *settings, b []byte) error {
		s.fence.SpeedLimitKMH.Valid = true
		return numberOf(b, &s.fence.SpeedLimitKMH.Value)
	}},
	{"radius_m", "a number", func(s *settings, b []byte) error { return numberOf(b, &s.form.RadiusM) }},
	{"width_m", "a number", func(s *settings, b []byte) error { return numberOf(b, &s.form.WidthM) }},
}

// written are members that exports write and that say nothing to a reader.
var written = []string{"version", "valid_from"}

func settingOf(key string) *setting {
	for i := range settingTable {
		if settingTable[i].key == key {
			return &settingTable[i]
		}
	}
	return nil
}

func settingNames() string {
	names := make([]string, len(settingTable))
	for i := range settingTable {
		names[i] = settingTable[i].key
	}
	return strings.Join(names, ", ")
}

// read takes over members, each as JSON. null is as if it were not there.
func (s *settings) read(members map[string][]byte) (errs []error) {
	for _, key := range slices.Sorted(maps.Keys(members)) {
		value := members[key]
		if string(value) == "null" {
			continue
		}
		of, before := settingOf(key), *s
		if err := of.read(s, value); err != nil {
			*s = before
			errs = append(errs, fmt.Errorf("%s is %s: want %s%s", key, shortened(value), of.want, unknownField(err)))
		}
	}
	return errs
}

// unknownField says which member of a section is none.
func unknownField(err error) string {
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return ", not " + name
	}
	return ""
}

func shortened(b []byte) string {
	const most = 60
	if r := []rune(string(b)); len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(b)
}

var errForm = errors.New("of another form")

// textOf reads a text; numbers are what they look like.
func textOf(b []byte, out *string) error {
	if len(b) == 0 || b[0] == '{' || b[0] == '[' || b[0] == 't' || b[0] == 'f' {
		return errForm
	}
	if b[0] == '"' {
		if err := json.Unmarshal(b, out); err != nil {
			return err
		}
		*out = strings.TrimSpace(*out)
		return nil
	}
	*out = string(b)
	if n, err := strconv.ParseFloat(*out, 64); err == nil && strings.ContainsAny(*out, ".eE") {
		*out = strconv.FormatFloat(n, 'f', -1, 64) // 20.0 is 20: some programs write all numbers so
	}
	return nil
}

// textsOf reads a list of texts, or one text with them separated by commas.
func textsOf(b []byte, out *[]string) error {
	var parts []json.RawMessage
	if len(b) > 0 && b[0] != '[' {
		var one string
		if err := textOf(b, &one); err != nil {
			return err
		}
		for _, part := range strings.Split(one, ",") {
			if part = strings.TrimSpace(part); part != "" {
				*out = append(*out, part)
			}
		}
		return nil
	}
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	for _, part := range parts {
		var one string
		if err := textOf(part, &one); err != nil {
			return err
		}
		*out = append(*out, one)
	}
	return nil
}

// numberOf reads a number, or a text with one.
func numberOf(b []byte, out *float64) error {
	var text string
	if err := textOf(b, &text); err != nil {
		return err
	}
	v, err := strconv.ParseFloat(text, 64)
	*out = v
	return err
}

func strictly(b []byte, out any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(out)
}

// unitless are settings without their unit: with another one, or with none, they
// would be taken for something else.
var unitless = map[string]string{"dwell": "dwell_s", "speed_limit": "speed_limit_kmh", "max_speed": "speed_limit_kmh", "radius": "radius_m", "width": "width_m"}

// misspelled is the setting that a member's name looks like, or "". It is generous
// with long names only: NOME is not name.
func misspelled(key string) string {
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return '_'
		}
		return r
	}, strings.ToLower(key))
	squeezed := strings.ReplaceAll(plain, "_", "")
	for base, name := range unitless {
		rest, ok := strings.CutPrefix(plain, base)
		if ok && (rest == "" || rest[0] == '_' && len(rest) <= 4) {
			return name
		}
	}
	for i := range settingTable {
		name := settingTable[i].key
		if name == "name" { // Name and NAME are what programs for maps call their own
			continue
		}
		own := strings.ReplaceAll(name, "_", "")
		if squeezed == own || squeezed+"s" == own || len(own) >= 5 && squeezed != "" && squeezed[0] == own[0] && distance(squeezed, own) <= 1+len(own)/9 {
			return name
		}
	}
	return ""
}

// distance is how many letters must be put in, taken out or replaced, or
// neighbours changed over, to come from a to b.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replace := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			rows[i][j] = min(replace, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
