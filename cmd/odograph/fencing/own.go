package fencing

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/odograph/odograph/pkg/schema"
)

// A pair is one of the settings that a fence may have in place of the rules', of
// two definitions.
type pair struct {
	key      string
	old, now any
}

// own are these settings.
func own(old, now *schema.Fence) []pair {
	return []pair{
		{"tell", old.Tell, now.Tell},
		{"dwell_s", old.DwellS, now.DwellS},
		{"enter", old.Enter, now.Enter},
		{"exit", old.Exit, now.Exit},
		{"schedule", old.Schedule, now.Schedule},
		{"speed_limit_kmh", old.SpeedLimitKMH, now.SpeedLimitKMH},
	}
}

// text is a setting in words; one that is absent is as the rules say.
func (p *pair) text(v any) string {
	if reflect.ValueOf(v).IsZero() {
		return absent(p.key)
	}
	if list, ok := v.([]string); ok {
		return strings.Join(list, ", ")
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

func absent(key string) string {
	switch key {
	case "tell":
		return "all"
	case "schedule":
		return "always"
	case "speed_limit_kmh":
		return "none"
	}
	return "as the rules say"
}

// ownSettings are those that a new fence has.
func ownSettings(f *schema.Fence) (out []string) {
	for _, p := range own(&schema.Fence{}, f) {
		if !reflect.ValueOf(p.now).IsZero() {
			out = append(out, p.key+" "+p.text(p.now))
		}
	}
	return out
}

// forWhom says which devices a fence is there for.
func forWhom(f *schema.Fence) string {
	var out []string
	if n := len(f.IMEIs); n == 1 {
		out = append(out, "device "+f.IMEIs[0])
	} else if n > 1 {
		out = append(out, fmt.Sprintf("%d devices", n))
	}
	if len(f.Groups) > 0 {
		out = append(out, "groups "+several(f.Groups))
	}
	if len(out) == 0 {
		return "for all devices"
	}
	return "for " + strings.Join(out, ", ")
}
