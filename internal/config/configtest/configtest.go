// Package configtest holds docs/settings.md to the structs of the programs.
package configtest

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/odograph/odograph/internal/config"
)

var update = flag.Bool("update", false, "write the program's sections of docs/settings.md")

const document = "../../docs/settings.md"

// Section compares the table of a section, which stands between its heading and
// the next one, with the settings in cfg. With -update it writes the table; a text
// that stands above the table stays.
func Section(t *testing.T, heading string, cfg any) {
	t.Helper()
	b, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	start := strings.Index(text, "\n## `"+heading+"`\n")
	if start < 0 {
		t.Fatalf("docs/settings.md has no section `%s`: add its heading", heading)
	}
	end := len(text)
	if i := strings.Index(text[start+1:], "\n## "); i >= 0 {
		end = start + 1 + i
	}
	section := text[start:end]
	intro, _, _ := strings.Cut(section, "\n| environment |")
	want := strings.TrimRight(intro, "\n") + "\n\n" + config.Describe(cfg)
	if *update {
		text = text[:start] + want + text[end:]
		if err := os.WriteFile(document, []byte(text), 0o644); err != nil { //nolint:gosec // G306: a document
			t.Fatal(err)
		}
		return
	}
	if section != want {
		t.Errorf("docs/settings.md: `%s` is not what the code says: run go generate ./docs", heading)
	}
}
