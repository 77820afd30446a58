package stack

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Names inside the cached folders.
const (
	libraryName = "libchdb.so"
	librarySum  = "libchdb.so.sha256"
	serverName  = "chserver"
)

var (
	//go:embed clickhouse/package.json
	npmPackage []byte
	//go:embed clickhouse/package-lock.json
	npmLock []byte
	//go:embed clickhouse/.npmrc
	npmSettings []byte
	//go:embed kafka/pom.xml
	mavenProject []byte
	//go:embed kafka/jars.sha256
	jarSums []byte
	//go:embed chserver/main.go
	serverSource []byte
	//go:embed chserver/go.sum
	serverSums []byte
)

// serverModule builds chserver outside the work tree, so that an installed
// binary can do it too. A test holds its versions equal to the project's.
const serverModule = "module chserver\n\ngo 1.26.0\n\nrequire github.com/ebitengine/purego v0.11.3\n"

// clickHouseLibrary is the ClickHouse engine. npm checks the package's bytes
// against the lock file when it installs.
func clickHouseLibrary() asset {
	return asset{
		name: "clickhouse",
		what: "downloading ClickHouse (180 MB)",
		key:  bytes.Join([][]byte{npmPackage, npmLock}, nil),
		fetch: func(ctx context.Context, dir string) error {
			files := map[string][]byte{"package.json": npmPackage, "package-lock.json": npmLock, ".npmrc": npmSettings}
			if err := writeFiles(dir, files); err != nil {
				return err
			}
			if err := runTool(ctx, dir, nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
				return err
			}
			library := filepath.Join(dir, libraryName)
			if err := os.Rename(filepath.Join(dir, "node_modules", "@chdb", "lib-linux-x64-gnu", libraryName), library); err != nil {
				return fmt.Errorf("stack: the ClickHouse package holds no %s: %w", libraryName, err)
			}
			if err := os.RemoveAll(filepath.Join(dir, "node_modules")); err != nil {
				return fmt.Errorf("stack: %w", err)
			}
			sum, err := fileSum(library)
			if err != nil {
				return err
			}
			return writeFiles(dir, map[string][]byte{librarySum: []byte(sum + "  " + libraryName + "\n")})
		},
		check: func(dir string) error {
			sums, err := os.ReadFile(filepath.Join(dir, librarySum))
			if err != nil {
				return err
			}
			return checkSums(dir, sums)
		},
	}
}

// kafkaJars are the broker and what it needs. Maven checks what it transfers;
// the sums of this package check what is used, against the day it was pinned.
func kafkaJars() asset {
	return asset{
		name:  "kafka",
		what:  "downloading Kafka (43 MB)",
		key:   bytes.Join([][]byte{mavenProject, jarSums}, nil),
		fetch: fetchJars,
		check: func(dir string) error { return checkSums(dir, jarSums) },
	}
}

func fetchJars(ctx context.Context, dir string) error {
	project, err := os.MkdirTemp("", "odograph-kafka-")
	if err != nil {
		return fmt.Errorf("stack: %w", err)
	}
	defer func() { _ = os.RemoveAll(project) }()
	if err := writeFiles(project, map[string][]byte{"pom.xml": mavenProject}); err != nil {
		return err
	}
	copyJars := func(further ...string) error {
		arguments := append([]string{"-B", "-q", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=" + dir}, further...)
		return runTool(ctx, project, nil, "mvn", arguments...)
	}
	if err := copyJars(); err != nil {
		return err
	}
	if checkSums(dir, jarSums) == nil {
		return nil
	}
	// Maven trusts what its own repository on this machine holds; a jar that is
	// damaged there is replaced only by going round it.
	return copyJars("-Dmaven.repo.local=" + filepath.Join(project, "repository"))
}

// clickHouseServer is the program that serves the library.
func clickHouseServer() asset {
	return asset{
		name: "chserver",
		what: "building the ClickHouse server",
		key:  bytes.Join([][]byte{serverSource, serverSums, []byte(serverModule), []byte(runtime.GOARCH)}, nil),
		fetch: func(ctx context.Context, dir string) error {
			source := filepath.Join(dir, "source")
			if err := os.Mkdir(source, 0o750); err != nil {
				return fmt.Errorf("stack: %w", err)
			}
			files := map[string][]byte{"main.go": serverSource, "go.mod": []byte(serverModule), "go.sum": serverSums}
			if err := writeFiles(source, files); err != nil {
				return err
			}
			// Without cgo: no C compiler is needed, and no C library of ours can
			// come between the engine and its own.
			environment := []string{"CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly"}
			return runTool(ctx, source, environment, "go", "build", "-trimpath", "-o", filepath.Join(dir, serverName), ".")
		},
		check: func(dir string) error {
			_, err := os.Stat(filepath.Join(dir, serverName))
			return err
		},
	}
}

// runTool runs a program to its end; its output is part of the error.
func runTool(ctx context.Context, dir string, environment []string, name string, arguments ...string) error {
	cmd := exec.CommandContext(ctx, name, arguments...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), environment...)
	output, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	const keep = 4000
	output = bytes.TrimSpace(output)
	return fmt.Errorf("stack: %s %s: %w\n%s", name, strings.Join(arguments, " "), err, output[max(0, len(output)-keep):])
}

// checkSums compares the files of dir with lines of "sha256  name".
func checkSums(dir string, sums []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(sums))
	for lines.Scan() {
		want, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok {
			return fmt.Errorf("line %q is not \"sha256  name\"", lines.Text())
		}
		got, err := fileSum(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("%s has sha256 %s, expected %s", name, got, want)
		}
	}
	return lines.Err()
}

func fileSum(path string) (string, error) {
	f, err := os.Open(path) //nolint:gosec // names come from this package and from its own list of sums
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func writeFiles(dir string, files map[string][]byte) error {
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return fmt.Errorf("stack: %w", err)
		}
	}
	return nil
}
