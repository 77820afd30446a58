// Package imports holds the direction in which the parts may depend on each
// other, so that the layout stays the pipeline.
package imports_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/odograph/odograph"

type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func short(path string) string { return strings.TrimPrefix(path, module+"/") }

func ours(paths []string) []string {
	var out []string
	for _, p := range paths {
		if strings.HasPrefix(p, module+"/") {
			out = append(out, short(p))
		}
	}
	return out
}

// allowed says which of our packages each package may import. A folder stands
// for everything below it; every cmd may import its own sub-packages.
var allowed = map[string][]string{
	"internal/jsonscan": {},
	"internal/run":      {},
	"internal/stack":    {"internal/stack"},
	"pkg/schema":        {"internal/jsonscan"},
	"pkg/jimi":          {"pkg/schema", "internal/jsonscan"},
	"pkg/jimi/jimitest": {"pkg/jimi"},
	"pkg/h3":            {},
	"pkg/geo":           {"pkg/schema", "pkg/h3"},
	"pkg/dedup":         {"pkg/schema"},
	"pkg/track":         {"pkg/geo"},
	"pkg/timeline":      {"pkg/schema"},
	"pkg/driving":       {"pkg/schema", "pkg/timeline", "pkg/geo"},
	"pkg/compact":       {},
	"pkg/trip":          {"pkg/schema", "pkg/timeline", "pkg/geo", "pkg/compact"},
	"pkg/condition":     {"pkg/schema", "pkg/timeline", "pkg/geo"},
	"pkg/geofence":      {"pkg/schema", "pkg/timeline", "pkg/compact"},
	"pkg/fences":        {"pkg/schema", "pkg/timeline", "pkg/geo", "pkg/geofence"},
	"pkg/derive":        {"pkg"},
	"pkg/coverage":      {"pkg/schema", "pkg/geo"},
	"internal/config":   {"pkg/schema"},
	"internal/kafka":    {"pkg/schema", "internal/config"},
	"internal/polls":    {"pkg/schema", "pkg/jimi"},
	"clickhouse":        {"pkg/schema"},
	"deploy/grafana":    {},
	"cmd/collector":     {"pkg/jimi", "pkg/schema", "pkg/coverage", "internal/run", "internal/config", "internal/kafka", "internal/polls", "internal/jsonscan"},
	"cmd/enricher":      {"pkg/jimi", "pkg/schema", "pkg/h3", "pkg/geo", "pkg/dedup", "pkg/track", "pkg/timeline", "pkg/derive", "pkg/fences", "internal/run", "internal/config", "internal/kafka"},
	"cmd/sink":          {"pkg/schema", "clickhouse", "internal/run", "internal/config", "internal/kafka"},
	"cmd/odograph":      {"pkg", "clickhouse", "internal"},
	"internal/simulate": {"pkg/geo", "pkg/schema", "pkg/jimi"},
	"docs":              {},
	"examples":          {"pkg/schema", "internal/stack"}, // the stack is their tests'
	"benchmarks":        {"pkg", "internal", "clickhouse"},
	"test":              {"pkg", "internal", "clickhouse"},
}

func TestAllowedImports(t *testing.T) {
	for _, p := range packages(t) {
		at := short(p.ImportPath)
		home, rules := "", []string(nil)
		for folder, may := range allowed {
			if under(at, folder) && len(folder) > len(home) {
				home, rules = folder, may
			}
		}
		if home == "" {
			t.Errorf("%s has no place in the map: add it to the table with what it may import", at)
			continue
		}
		for _, dep := range ours(p.Imports) {
			if !under(dep, home) && !slices.ContainsFunc(rules, func(f string) bool { return under(dep, f) }) {
				t.Errorf("%s must not import %s (allowed: %v)", at, dep, rules)
			}
		}
	}
}

func under(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

func TestCoreIsFreeOfEngines(t *testing.T) {
	for _, p := range packages(t) {
		at := short(p.ImportPath)
		for _, dep := range p.Deps {
			if strings.HasPrefix(at, "pkg/") && (strings.Contains(dep, "twmb/franz-go") || strings.Contains(dep, "ClickHouse/")) {
				t.Errorf("%s reaches %s: the core knows neither Kafka nor ClickHouse", at, dep)
			}
		}
		for _, dep := range p.Imports {
			if strings.Contains(dep, "uber/h3-go") && at != "pkg/geo" && at != "benchmarks/geofence" {
				t.Errorf("%s imports %s: only pkg/geo does, and what measures it", at, dep)
			}
		}
	}
}

func TestCommandsAreApart(t *testing.T) {
	for _, p := range packages(t) {
		for _, dep := range ours(p.Deps) {
			if at := short(p.ImportPath); strings.HasPrefix(dep, "cmd/") && !under(dep, strings.Join(strings.Split(at, "/")[:min(2, strings.Count(at, "/")+1)], "/")) {
				t.Errorf("%s reaches %s: no command imports another", at, dep)
			}
		}
	}
}
