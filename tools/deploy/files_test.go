package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var settingRow = regexp.MustCompile("(?m)^\\| `(ODOGRAPH_[A-Z0-9_]+)` \\|(.*)$")

// settings are the environment names of each program, as docs/settings.md has
// them, which the programs' own tests hold to their structs. A secret's _FILE
// form is a name, too.
func settings(t *testing.T) map[string]map[string]bool {
	t.Helper()
	out := map[string]map[string]bool{}
	for _, part := range strings.Split(read(t, "docs/settings.md"), "\n## ")[1:] {
		title, body, _ := strings.Cut(part, "\n")
		program := strings.Trim(strings.Fields(title)[0], "`")
		if out[program] == nil {
			out[program] = map[string]bool{}
		}
		for _, row := range settingRow.FindAllStringSubmatch(body, -1) {
			out[program][row[1]] = true
			if strings.HasPrefix(row[2], " secret") {
				out[program][row[1]+"_FILE"] = true
			}
		}
	}
	for _, program := range []string{"collector", "enricher", "sink", "odograph"} {
		if len(out[program]) < 5 {
			t.Fatalf("docs/settings.md: %d settings of %s", len(out[program]), program)
		}
	}
	return out
}

// simulated are the names that odograph simulate reads beside its flags.
var simulated = map[string]bool{"ODOGRAPH_PUSH_TOKEN": true, "ODOGRAPH_PUSH_TOKEN_FILE": true}

// checkNames fails for each ODOGRAPH_ name that the program of a command does not know.
func checkNames(t *testing.T, known map[string]map[string]bool, where string, command, names []string) {
	t.Helper()
	if len(command) == 0 || known[command[0]] == nil {
		t.Errorf("%s: no program of ours is its command: %v", where, command)
		return
	}
	for _, name := range names {
		if strings.HasPrefix(name, "ODOGRAPH_") && !known[command[0]][name] && !(len(command) > 1 && command[1] == "simulate" && simulated[name]) {
			t.Errorf("%s: %s knows no setting %s (docs/settings.md)", where, command[0], name)
		}
	}
}

// The image has the programs that the commands name, and gives no name of its own
// that no program knows.
func TestImage(t *testing.T) {
	text := read(t, "Dockerfile")
	for _, name := range regexp.MustCompile(`ODOGRAPH_[A-Z_]+`).FindAllString(text, -1) {
		if !settings(t)["collector"][name] {
			t.Errorf("Dockerfile: no setting %s", name)
		}
	}
	if !regexp.MustCompile(`(?m)^USER [1-9][0-9]*:[1-9][0-9]*$`).MatchString(text) {
		t.Error("Dockerfile: want a USER by number, not root")
	}
	// What the build needs must not be kept out of it.
	ignore := read(t, ".dockerignore")
	for _, line := range []string{"*", "!go.mod", "!go.sum", "!cmd", "!pkg", "!internal", "!clickhouse"} {
		if !strings.Contains("\n"+ignore, "\n"+line+"\n") {
			t.Errorf(".dockerignore lacks %s", line)
		}
	}
}

// The example of odograph.env names settings of the collector alone, and is the
// account that the simulated platform has.
func TestDemoEnvironment(t *testing.T) {
	known, platform := settings(t)["collector"], read(t, "pkg/jimi/jimitest/platform.go")
	n := 0
	for _, line := range strings.Split(read(t, "deploy/demo.env"), "\n") {
		name, value, found := strings.Cut(line, "=")
		if !found || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		if !known[name] {
			t.Errorf("deploy/demo.env: the collector knows no setting %s", name)
		}
		if name != "ODOGRAPH_TRACKSOLID_URL" && name != "ODOGRAPH_TRACKSOLID_ALLOW_HTTP" && !strings.Contains(platform, `"`+value+`"`) {
			t.Errorf("deploy/demo.env: %s is not the simulated platform's", name)
		}
	}
	if n < 6 {
		t.Errorf("deploy/demo.env: %d settings", n)
	}
}
