#!/usr/bin/env bash
# gofmt, vet, lint, deployment files, vulnerability check. The linters are pinned in tools/go.mod
# and built into .cache/tools once.
set -euo pipefail
cd "$(dirname "$0")/.."

tools="$PWD/.cache/tools/$(cat tools/go.mod tools/go.sum | cksum | cut -d' ' -f1)"
tool() { # name, import path
  [ -x "$tools/$1" ] && return
  echo "building $1 (once, a few minutes)"
  mkdir -p "$tools"
  go -C tools build -o "$tools/$1.new" "$2"
  mv "$tools/$1.new" "$tools/$1"
}

skipped=()
not_checked() { # what, why and what to do
  echo "NOT CHECKED: $1: $2" >&2
  skipped+=("$1")
}

echo "gofmt"
bad=$(git ls-files -z '*.go' | xargs -0 gofmt -l)
if [ -n "$bad" ]; then
  printf 'not formatted, run gofmt -w on:\n%s\n' "$bad" >&2
  exit 1
fi

echo "go mod tidy"
go mod tidy -diff

echo "go vet"
go vet ./...

echo "golangci-lint"
tool golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
"$tools/golangci-lint" run --allow-parallel-runners ./...

echo "deployment files (compose, Helm chart, Prometheus's rules)"
bad=$(gofmt -l tools/deploy)
if [ -n "$bad" ]; then
  printf 'not formatted, run gofmt -w on:\n%s\n' "$bad" >&2
  exit 1
fi
# A module of its own with the tools' libraries; cold it compiles for some two
# minutes. Not cached as a result: go does not see files outside its module change.
if why=$(go -C tools/deploy list -deps -test ./... 2>&1 >/dev/null); then
  go -C tools/deploy vet ./...
  go -C tools/deploy test -count=1 ./...
else
  printf '%s\n' "$why" >&2
  not_checked "deployment files" "the libraries that check them can't be fetched from here (go -C tools/deploy list -deps -test ./...)"
  [ "${CI:-}" = true ] && exit 1
fi

echo "AsyncAPI document"
parser="$PWD/.cache/asyncapi/$(cat tools/asyncapi/* | cksum | cut -d' ' -f1)"
if [ ! -d "$parser" ] && command -v npm >/dev/null; then
  rm -rf "$parser.new" && mkdir -p "$parser.new" && cp tools/asyncapi/*.json tools/asyncapi/check.mjs "$parser.new"
  (cd "$parser.new" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) && mv "$parser.new" "$parser" || true
fi
if [ -d "$parser" ]; then
  node "$parser/check.mjs" "$PWD/docs/asyncapi.yaml"
else
  not_checked "AsyncAPI document" "its parser can't be installed from here (Node.js with npm, see tools/asyncapi)"
  [ "${CI:-}" = true ] && exit 1
fi

echo "govulncheck"
tool govulncheck golang.org/x/vuln/cmd/govulncheck
out=$("$tools/govulncheck" ./... 2>&1) && status=0 || status=$?
if [ "$status" -ne 0 ] && grep -qE 'no such host|connection refused|i/o timeout|dial tcp|Forbidden' <<<"$out"; then
  # A closed network is not a vulnerability; GOVULNDB=file://… brings a copy.
  not_checked "known vulnerabilities" "their database can't be reached from here (set GOVULNDB to a copy)"
  [ "${VULN_REQUIRED:-}" = 1 ] && exit 1
elif [ "$status" -ne 0 ]; then
  printf '%s\n' "$out" >&2
  exit "$status"
fi
if [ "${#skipped[@]}" -gt 0 ]; then
  printf -v names ', %s' "${skipped[@]}"
  echo "passed, but NOT CHECKED: ${names:2}"
else
  echo "all checks passed"
fi
