package history

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// A Difference is a member of a record that has another value. Where a side does
// not have it, it has none there.
type Difference struct {
	Member    string          `json:"member"`
	Stored    json.RawMessage `json:"stored,omitzero"`
	Candidate json.RawMessage `json:"candidate,omitzero"`
}

// texts are both sides in a list: with all in which they differ where they would
// look the same.
func (c *Change) texts() (stored, candidate string) {
	stored, candidate = c.Stored.String(), c.Candidate.String()
	if stored != candidate {
		return stored, candidate
	}
	was, is := []string{stored}, []string{candidate}
	for _, d := range c.Differ {
		if d.Stored != nil {
			was = append(was, d.Member+"="+string(d.Stored))
		}
		if d.Candidate != nil {
			is = append(is, d.Member+"="+string(d.Candidate))
		}
	}
	return strings.Join(was, " "), strings.Join(is, " ")
}

// differences are those of two records of one kind, but for revision and place.
func differences(was, is record) ([]Difference, error) {
	stored, err := members(was)
	if err != nil {
		return nil, err
	}
	candidate, err := members(is)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(stored)
	maps.Copy(all, candidate)
	var out []Difference
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !bytes.Equal(stored[name], candidate[name]) {
			out = append(out, Difference{name, stored[name], candidate[name]})
		}
	}
	return out, nil
}

func members(r record) (map[string]json.RawMessage, error) {
	text, err := content(r)
	if err != nil {
		return nil, err
	}
	out := map[string]json.RawMessage{}
	return out, json.Unmarshal([]byte(text), &out)
}
