package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading      = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInAnchors = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// What is read at 3 a.m. leads to files and sections that exist.
func TestLinksLeadSomewhere(t *testing.T) {
	links := 0
	for _, file := range []string{"README.md", "docs/operations.md", "docs/security.md", "docs/design.md", "deploy/rules/README.md"} {
		for _, m := range markdownLink.FindAllStringSubmatch(read(t, file), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			path, anchor, _ := strings.Cut(m[1], "#")
			target := file
			if path != "" {
				target = filepath.Join(filepath.Dir(file), path)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: there is no %s", file, target)
				continue
			}
			if anchor != "" && !anchors(t, target)[anchor] {
				t.Errorf("%s: %s has no section #%s", file, target, anchor)
			}
		}
	}
	if links < 50 {
		t.Errorf("%d links", links)
	}
}

// anchors are the names that GitHub gives the headings of a file.
func anchors(t *testing.T, file string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(read(t, file), -1) {
		name := notInAnchors.ReplaceAllString(strings.ToLower(h[1]), "")
		out[strings.ReplaceAll(name, " ", "-")] = true
	}
	return out
}
