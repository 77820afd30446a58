package history

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// A Difference is a member of a record that has another value. Where a side does
// not have it, it has none there.
type Difference struct {
	Member    string          `json:"member"`
	Stored    json.RawMessage `json:"stored,omitzero"`
	Candidate json.RawMessage `json:"candidate,omitzero"`
}

func (d *Difference) text(value json.RawMessage) string {
	if value == nil {
		return ""
	}
	return " " + d.Member + "=" + string(value)
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
