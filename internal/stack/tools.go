package stack

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// oldest versions that the engines run on.
const (
	oldestJava = 17
	oldestNode = 18
)

// tool is a program that has to be on the machine.
type tool struct {
	need    string // what is missing, for people
	install string // how to get it
	present func() bool
}

var (
	goTool = tool{
		"Go 1.26 or newer", "go.dev/dl, or your system's package golang-go",
		func() bool { return hasProgram("go") },
	}
	compilerTool = tool{
		"a C compiler (the geofence index is built with it)", "Debian/Ubuntu: apt install gcc libc6-dev; macOS: xcode-select --install",
		func() bool { return hasProgram("gcc") || hasProgram("clang") || hasProgram("cc") },
	}
	javaTool = tool{
		"Java 17 or newer (runs Kafka)", "Debian/Ubuntu: apt install openjdk-17-jre-headless; macOS: brew install openjdk",
		func() bool { return version("java", "-version") >= oldestJava },
	}
	mavenTool = tool{
		"Maven (fetches Kafka)", "Debian/Ubuntu: apt install maven; macOS: brew install maven",
		func() bool { return hasProgram("mvn") },
	}
	nodeTool = tool{
		"Node 18 or newer (fetches ClickHouse)", "Debian/Ubuntu: apt install nodejs; macOS: brew install node",
		func() bool { return version("node", "--version") >= oldestNode },
	}
	npmTool = tool{
		"npm (fetches ClickHouse)", "Debian/Ubuntu: apt install npm; macOS: comes with node",
		func() bool { return hasProgram("npm") },
	}
)

// MissingToolsError lists everything this machine lacks for the native stack.
type MissingToolsError struct {
	Missing []string // one line each: what, and how to get it
	// OnlyKafka says that what is missing is needed for Kafka alone.
	OnlyKafka bool
}

func (e *MissingToolsError) Error() string {
	return "stack: this machine lacks what the local Kafka and ClickHouse need:\n  - " + strings.Join(e.Missing, "\n  - ") +
		"\nor start Docker, or name running servers in ODOGRAPH_KAFKA_BROKERS and ODOGRAPH_CLICKHOUSE_DSN"
}

// checkTools returns a *MissingToolsError when something is missing.
func checkTools() error {
	return missing([]tool{goTool, compilerTool, nodeTool, npmTool}, []tool{javaTool, mavenTool})
}

func missing(common, kafka []tool) error {
	var e MissingToolsError
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		e.Missing = append(e.Missing, fmt.Sprintf("a ClickHouse package for %s/%s (pinned is linux/amd64 with glibc): use Docker there", runtime.GOOS, runtime.GOARCH))
	}
	for _, t := range common {
		if !t.present() {
			e.Missing = append(e.Missing, t.need+": "+t.install)
		}
	}
	e.OnlyKafka = len(e.Missing) == 0
	for _, t := range kafka {
		if !t.present() {
			e.Missing = append(e.Missing, t.need+": "+t.install)
		}
	}
	if len(e.Missing) == 0 {
		return nil
	}
	return &e
}

// onlyKafkaMissing reports whether ClickHouse could be started all the same.
func onlyKafkaMissing(err error) bool {
	var e *MissingToolsError
	return errors.As(err, &e) && e.OnlyKafka
}

func hasProgram(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

var firstNumber = regexp.MustCompile(`\d+`)

// version returns the major version a program prints, or 0.
func version(name, flag string) int {
	output, err := exec.CommandContext(context.Background(), name, flag).CombinedOutput()
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(firstNumber.FindString(string(output)))
	if err != nil {
		return 0
	}
	return n
}
