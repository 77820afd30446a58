#!/usr/bin/env bash
# Every test. Further arguments go to `go test`.
set -euo pipefail
cd "$(dirname "$0")/.."

go test -timeout 20m "$@" ./...
