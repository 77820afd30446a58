package h3_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/h3"
)

var resolutionOf = regexp.MustCompile(`^(?:rand|bc\d\dr|res)(\d\d)(?:centers|ic)\.txt`)

// TestCellsOfH3sOwnInputs walks all cells of the conformance inputs.
func TestCellsOfH3sOwnInputs(t *testing.T) {
	dir := os.Getenv("ODOGRAPH_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	files, _ := filepath.Glob(filepath.Join(dir, "h3_inputs_a", "*.txt*"))
	if len(files) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no H3 inputs under %s", dir)
		}
		t.Skipf("no H3 inputs under %s", dir)
	}
	lines := 0
	for _, path := range files {
		m := resolutionOf.FindStringSubmatch(filepath.Base(path))
		if m == nil {
			continue
		}
		resolution, _ := strconv.Atoi(m[1])
		lines += checkCells(t, path, resolution)
	}
	if lines != 39_702 {
		t.Errorf("checked %d cells, the inputs have 39,702", lines)
	}
}

func checkCells(t *testing.T, path string, resolution int) int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	lines := 0
	for s := bufio.NewScanner(r); s.Scan(); lines++ {
		var want uint64
		var lat, lng float64
		if _, err := fmt.Sscanf(s.Text(), "%x %g %g", &want, &lat, &lng); err != nil {
			t.Fatalf("%s: %q: %v", path, s.Text(), err)
		}
		if got := h3.Cell(lat, lng, resolution); got != want {
			t.Fatalf("%s: %v, %v: got %x, want %x", filepath.Base(path), lat, lng, got, want)
		}
	}
	return lines
}
