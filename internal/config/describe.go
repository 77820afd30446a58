package config

import (
	"fmt"
	"strings"
	"time"
)

// Describe is a Markdown table of a program's settings, one a row, for
// docs/settings.md: environment name, what it is, default, meaning. The flag and
// the key of the file follow from the name.
func Describe(cfg any) string {
	var b strings.Builder
	b.WriteString("| environment | is | default | meaning |\n|---|---|---|---|\n")
	for _, f := range fieldsOf(cfg) {
		name := f.env()
		if f.fileOnly() {
			name = f.key
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, f.word(), f.defaultText(), strings.ReplaceAll(f.usage, "|", `\|`))
	}
	return b.String()
}

// word says in a word what a setting is.
func (f field) word() string {
	if f.fileOnly() {
		return "sections of the file"
	}
	switch f.value.Interface().(type) {
	case Secret:
		return "secret"
	case []Secret:
		return "secrets, by commas"
	case []string:
		return "texts, by commas"
	case bool:
		return "true or false"
	case time.Duration:
		return "duration"
	case string:
		return "text"
	}
	return "number"
}

func (f field) defaultText() string {
	switch v := f.value.Interface().(type) {
	case Secret:
		if v == "" {
			return ""
		}
		return "`" + v.Reveal() + "`" // a default is no secret
	case []string:
		if len(v) == 0 {
			return ""
		}
		return "`" + strings.Join(v, ",") + "`"
	case string:
		if v == "" {
			return ""
		}
		return "`" + v + "`"
	case time.Duration:
		return "`" + shortDuration(v) + "`"
	case bool, int, int64, float64:
		return fmt.Sprintf("`%v`", v)
	}
	return ""
}

// shortDuration leaves out the zeros of 1h0m0s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}
