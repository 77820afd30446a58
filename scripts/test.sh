#!/usr/bin/env bash
# Every test, on one real Kafka and ClickHouse that are started for it and
# stopped afterwards. Further arguments go to `go test`.
set -euo pipefail
cd "$(dirname "$0")/.."

go build -o bin/ ./cmd/...
dir=$(mktemp -d "${TMPDIR:-/tmp}/odograph-test.XXXXXX")
trap 'bin/odograph stack down --dir "$dir" >/dev/null 2>&1 || true; rm -rf "$dir"' EXIT
bin/odograph stack up --dir "$dir" --kafka-port 0 --clickhouse-port 0 --clickhouse-http-port 0
export ODOGRAPH_TEST_STACK="$dir" ODOGRAPH_TEST_BINARIES="$PWD/bin"

go test -timeout 20m "$@" ./...
