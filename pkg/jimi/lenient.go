package jimi

import (
	"bytes"

	"github.com/odograph/odograph/internal/jsonscan"
)

// maxParts bounds the parts of one content; real ones have a dozen.
const maxParts = 1000

// parts reads the members of a content: a JSON object, or what the platform
// sends in its place, an object with bare numbers as names ({8193:23.4},
// {1:"base64"}). Values are their text, of objects and arrays their JSON; empty
// and null ones are left out. It gives nil for anything else: the content is
// kept as it came, too.
func parts(content []byte) map[string]string {
	content = bytes.TrimSpace(content)
	if len(content) < 2 || content[0] != '{' {
		return nil
	}
	out := map[string]string{}
	if jsonscan.ShallowObject(content, func(key, value []byte) error { addPart(out, key, value); return nil }) == nil {
		return nonEmpty(out)
	}
	clear(out)
	rest := bytes.TrimSpace(content[1:])
	for len(rest) > 0 && rest[0] != '}' {
		key, after, ok := lenientName(rest)
		if !ok {
			return nil
		}
		value, after, ok := lenientValue(after)
		if !ok {
			return nil
		}
		addPart(out, key, value)
		rest = bytes.TrimSpace(after)
		if len(rest) > 0 && rest[0] == ',' {
			rest = bytes.TrimSpace(rest[1:])
		} else if len(rest) == 0 || rest[0] != '}' {
			return nil
		}
	}
	if len(rest) != 1 {
		return nil
	}
	return nonEmpty(out)
}

func nonEmpty(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	return m
}

func addPart(out map[string]string, key, value []byte) {
	if len(out) >= maxParts {
		return
	}
	if v := (fields{"": value}).content(""); v != "" {
		out[string(key)] = v
	}
}

// lenientName reads a name, quoted or of letters, digits and underscores, and
// the colon after it.
func lenientName(b []byte) (name, rest []byte, ok bool) {
	i := bytes.IndexByte(b, ':')
	if i < 0 {
		return nil, nil, false
	}
	name = bytes.Trim(bytes.TrimSpace(b[:i]), `"'`)
	for _, c := range name {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '_' && c != '.' && c != '-' {
			return nil, nil, false
		}
	}
	return name, bytes.TrimSpace(b[i+1:]), len(name) > 0
}

// lenientValue reads a value up to the comma or brace after it: a string, or
// anything without commas, braces and brackets.
func lenientValue(b []byte) (value, rest []byte, ok bool) {
	if len(b) > 0 && b[0] == '"' {
		for i := 1; i < len(b); i++ {
			switch b[i] {
			case '\\':
				i++
			case '"':
				// What is no JSON string has an escape that JSON does not know.
				return b[:i+1], b[i+1:], jsonscan.Check(b[:i+1]) == nil
			}
		}
		return nil, nil, false
	}
	i := bytes.IndexAny(b, ",}{[]\"")
	if i < 0 || b[i] != ',' && b[i] != '}' {
		return nil, nil, false
	}
	return bytes.TrimSpace(b[:i]), b[i:], true
}
