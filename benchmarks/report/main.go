// Command report turns the output of go test -bench into benchmarks/results.md:
// medians of repeated runs, set beside the project's goals.
//
//	go test -bench . -count 5 ./… | report -command "make bench" > benchmarks/results.md
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	command := flag.String("command", "", "how the figures were made")
	flag.Parse()
	if err := run(os.Stdin, os.Stdout, *command); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// A result is a benchmark with the values of each of its metrics, by unit.
type result struct {
	pkg, name string
	values    map[string][]float64
}

// median of a metric; false where it was not measured.
func (r *result) median(unit string) (float64, bool) {
	if r == nil || len(r.values[unit]) == 0 {
		return 0, false
	}
	v := slices.Clone(r.values[unit])
	slices.Sort(v)
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2, true
	}
	return v[len(v)/2], true
}

var processors = regexp.MustCompile(`-\d+$`)

// parse reads the text of go test -bench.
func parse(in io.Reader) ([]*result, error) {
	var all []*result
	byName := map[string]*result{}
	pkg := ""
	for s := bufio.NewScanner(in); ; {
		if !s.Scan() {
			return all, s.Err()
		}
		fields := strings.Fields(s.Text())
		switch {
		case len(fields) == 2 && fields[0] == "pkg:":
			pkg = fields[1][strings.LastIndex(fields[1], "odograph/odograph")+len("odograph/odograph"):]
			pkg = strings.TrimPrefix(pkg, "/")
		case len(fields) > 0 && (fields[0] == "FAIL" || fields[0] == "---"):
			return nil, fmt.Errorf("a benchmark failed: %s", s.Text())
		case len(fields) >= 4 && strings.HasPrefix(fields[0], "Benchmark"):
			name := processors.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), "")
			r := byName[pkg+"."+name]
			if r == nil {
				r = &result{pkg: pkg, name: name, values: map[string][]float64{}}
				byName[pkg+"."+name] = r
				all = append(all, r)
			}
			for i := 2; i+1 < len(fields); i += 2 {
				v, err := strconv.ParseFloat(fields[i], 64)
				if err != nil {
					return nil, fmt.Errorf("%q: %w", s.Text(), err)
				}
				r.values[fields[i+1]] = append(r.values[fields[i+1]], v)
			}
		}
	}
}

func run(in io.Reader, out io.Writer, command string) error {
	all, err := parse(in)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("no benchmark in the input")
	}
	w := bufio.NewWriter(out)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	p("# Results\n\nWritten by `%s`; README.md says what is measured and how.\n", command)
	for _, line := range machine() {
		p("- %s", line)
	}
	p("\n## Beside the goals\n\nRatios are of medians of one run, on the same machine at the same time.\n")
	p("| goal | measured | here | goal |\n|---|---|---|---|")
	for _, g := range goals {
		p("| %s | %s | %s | %s |", g.name, g.what, g.measured(all), g.target)
	}
	pkg := "\x00"
	for _, r := range all {
		if r.pkg != pkg {
			pkg = r.pkg
			p("\n## %s\n\n| benchmark | figures (medians) |\n|---|---|", pkg)
		}
		var figures []string
		for _, unit := range slices.Sorted(maps.Keys(r.values)) {
			if v, _ := r.median(unit); v != 0 || unit == "allocs/op" {
				figures = append(figures, figure(v)+" "+unit)
			}
		}
		p("| %s | %s |", r.name, strings.Join(figures, ", "))
	}
	return w.Flush()
}

// figure has three digits that count.
func figure(v float64) string {
	switch {
	case v >= 100:
		return grouped(int64(v + 0.5))
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
}

// grouped sets off thousands by commas.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// machine says what the figures were made on.
func machine() []string {
	model, memory := "unknown processor", ""
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := regexp.MustCompile(`(?m)^model name\s*:\s*(.+)$`).FindSubmatch(b); m != nil {
			model = string(m[1])
		}
	}
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		if m := regexp.MustCompile(`(?m)^MemTotal:\s*(\d+) kB`).FindSubmatch(b); m != nil {
			kb, _ := strconv.ParseFloat(string(m[1]), 64)
			memory = fmt.Sprintf(", %.0f GiB", kb/(1<<20))
		}
	}
	lines := []string{
		fmt.Sprintf("Machine: %s, %d processors%s, %s/%s, %s; shared, so that ratios say more than rates", model, runtime.NumCPU(), memory, runtime.GOOS, runtime.GOARCH, runtime.Version()),
		"Date: " + time.Now().UTC().Format(time.DateOnly),
	}
	if commit, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		lines = append(lines, "Commit: "+strings.TrimSpace(string(commit)))
	}
	return lines
}
