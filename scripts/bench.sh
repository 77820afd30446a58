#!/usr/bin/env bash
# The benchmarks: of the code (each five times), then of the whole pipeline on a
# real Kafka and ClickHouse that are started for it. BENCH_FIXES, BENCH_DURATION
# and BENCH_COUNT make it shorter or longer; the defaults take about a quarter
# of an hour on 2 cores.
set -euo pipefail
cd "$(dirname "$0")/.."

count="${BENCH_COUNT:-5}" fixes="${BENCH_FIXES:-600000}" duration="${BENCH_DURATION:-30s}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/odograph-bench.XXXXXX")
trap 'bin/odograph stack down --dir "$dir" >/dev/null 2>&1 || true; rm -rf "$dir"' EXIT
bin/odograph stack up --dir "$dir" --kafka-port 0 --clickhouse-port 0 --clickhouse-http-port 0
export ODOGRAPH_TEST_STACK="$dir"

packages=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... | grep -v '/benchmarks$')
{
  go test -run '^$' -bench . -benchmem -benchtime 0.3s -count "$count" -p 1 -timeout 60m $packages
  # One run after the other: within one, the stages go on from each other.
  for _ in $(seq $(((count + 1) / 2))); do
    go test -run '^$' -bench . -benchtime 1x -timeout 60m ./benchmarks -args -fixes "$fixes" -duration "$duration"
  done
} | tee "$dir/out.txt"
go run ./benchmarks/report -command "make bench" <"$dir/out.txt" >"$dir/results.md"
mv "$dir/results.md" benchmarks/results.md
echo "written to benchmarks/results.md"
