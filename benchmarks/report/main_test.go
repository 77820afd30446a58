package main

import (
	"bytes"
	"strings"
	"testing"
)

const output = `goos: linux
pkg: github.com/odograph/odograph/pkg/jimi
BenchmarkDecodeFix-2                 	 100	       400 ns/op	       0 B/op	       0 allocs/op
BenchmarkDecodeFix-2                 	 100	       900 ns/op	       0 B/op	       0 allocs/op
BenchmarkDecodeFix-2                 	 100	       410 ns/op	       0 B/op	       0 allocs/op
BenchmarkParseQueryAndEncodingJSON-2 	 100	      4100 ns/op
PASS
ok  	github.com/odograph/odograph/pkg/jimi	2.4s
pkg: github.com/odograph/odograph/benchmarks
BenchmarkStages/sink-2 	1	 89715.4 row/s
BenchmarkLatency/fixes=500/s-2 	1	 912.6 p99-ms
`

func TestReport(t *testing.T) {
	var out bytes.Buffer
	if err := run(strings.NewReader(output), &out, "make bench"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Written by `make bench`",
		"| P2 | form and JSON to a fix, against net/url and encoding/json | 10.0x (410 ns/op against 4,100) | ≥ 10x, 0 allocations |",
		"| P6 | Kafka to ClickHouse, exact, against the Kafka table engine | 89,715 row/s | ≥ 4x |",
		"| P9 | the same at 500 fixes/s, p99 | 913 ms | ≤ 1,200 ms |",
		"| P9 | the same at 500 fixes/s, p50 | not measured |",
		"## pkg/jimi",
		"| DecodeFix | 0.00 allocs/op, 410 ns/op |",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
}

func TestReportRefuses(t *testing.T) {
	for _, bad := range []string{"", "ok  \tx\t1s\n", "--- FAIL: BenchmarkX\n", "BenchmarkX-2 1 many ns/op\n"} {
		if err := run(strings.NewReader(bad), &bytes.Buffer{}, ""); err == nil {
			t.Errorf("%q gives a report", bad)
		}
	}
}
