package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

func progressf(format string, args ...any) {
	_, _ = fmt.Fprintf(os.Stderr, "storage: "+format+"\n", args...)
}

// write prints the designs side by side: sizes, then one table of times and one
// of what was read.
func write(out io.Writer, tables []*built) error {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p("\n| design | | bytes a fix | to naive | built in s |\n|---|---|---|---|---|\n")
	for _, t := range tables {
		p("| %s | %s | %.2f | %.2f | %.0f |\n", t.name, t.why, t.total, tables[0].total/t.total, t.insertS)
	}
	p("\nBytes a fix, by column:\n\n| column |%s\n|---|%s\n", heads(tables), strings.Repeat("---|", len(tables)))
	names := map[string]bool{}
	for _, t := range tables {
		for name := range t.bytes {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		p("| %s |", name)
		for _, t := range tables {
			if v, ok := t.bytes[name]; ok {
				p(" %.2f |", v)
			} else {
				p(" |")
			}
		}
		p("\n")
	}
	p("\nMilliseconds of the processors a question (median; below them, in small, how long it took on the machine beside its other work):\n\n| question |%s\n|---|%s\n", heads(tables), strings.Repeat("---|", len(tables)))
	for q := range questions {
		p("| %s |", questions[q].what)
		for _, t := range tables {
			p(" %s<br><small>%s</small> |", digits(t.median(q, func(m measured) float64 { return m.cpuMS })), digits(t.median(q, func(m measured) float64 { return m.wallMS })))
		}
		p("\n")
	}
	p("\nThousands of rows read, and megabytes of their columns:\n\n| question |%s\n|---|%s\n", heads(tables), strings.Repeat("---|", len(tables)))
	for q := range questions {
		p("| %s |", questions[q].what)
		for _, t := range tables {
			p(" %s<br>%s MB |", digits(t.median(q, func(m measured) float64 { return float64(m.rows) / 1e3 })), digits(t.median(q, func(m measured) float64 { return float64(m.bytes) / 1e6 })))
		}
		p("\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (b *built) median(q int, of func(measured) float64) float64 {
	v := make([]float64, 0, len(b.measurements[q]))
	for _, m := range b.measurements[q] {
		v = append(v, of(m))
	}
	return median(v)
}

func heads(tables []*built) string {
	var b strings.Builder
	for _, t := range tables {
		b.WriteString(" " + t.name + " |")
	}
	return b.String()
}

// digits has three that count.
func digits(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
