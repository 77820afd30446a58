package pipeline

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Main runs the tests of a package that uses pipelines. It removes what was
// built for them.
func Main(m *testing.M) int {
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	return code
}

// binaries names the folder of programs that have been built for these tests
// already; scripts/test.sh sets it, since each package would link them anew.
const binaries = "ODOGRAPH_TEST_BINARIES"

// built are the programs, built at their first use, once a process.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// binary is the path of one of the programs.
func binary(tb testing.TB, name string) string {
	tb.Helper()
	if dir := os.Getenv(binaries); dir != "" {
		return filepath.Join(dir, name)
	}
	built.once.Do(func() { built.dir, built.err = build() })
	if built.err != nil {
		tb.Fatal(built.err)
	}
	return filepath.Join(built.dir, name)
}

func build() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "odograph-bin-")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./cmd/...")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("build the programs: %w\n%s", err, out)
	}
	return dir, nil
}

// Root is the project's folder.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", errors.New("no go.mod above the test's folder")
		}
		dir = filepath.Dir(dir)
	}
}

// Data is a folder of recorded real data: below ODOGRAPH_DATA, or
// ../shared/data beside the project. A test without it is skipped, unless
// CI=true.
func Data(tb testing.TB, name string) string {
	tb.Helper()
	dir := os.Getenv("ODOGRAPH_DATA")
	if dir == "" {
		root, err := Root()
		if err != nil {
			tb.Fatal(err)
		}
		dir = filepath.Join(root, "..", "shared", "data")
	}
	dir = filepath.Join(dir, name)
	if _, err := os.Stat(dir); err != nil { //nolint:gosec // the folder is named by who runs the tests
		if os.Getenv("CI") == "true" {
			tb.Fatalf("recorded data: %v (ODOGRAPH_DATA names its folder)", err)
		}
		tb.Skipf("recorded data: %v (ODOGRAPH_DATA names its folder)", err)
	}
	return dir
}
