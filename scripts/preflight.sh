#!/usr/bin/env bash
# Names in one message everything that is missing to build Odograph.
# What the local stack needs besides (Java, Maven, Node, npm) is checked by the
# stack itself, since it may not be needed: with Docker, or with one's own
# Kafka and ClickHouse.
set -uo pipefail

missing=""
want() { missing+="  - $1: $2"$'\n'; }

command -v go >/dev/null || want "Go 1.26 or newer" "https://go.dev/dl, or your package manager"
command -v cc >/dev/null || command -v gcc >/dev/null || want "a C compiler (H3 is C)" "apt-get install gcc, dnf install gcc, or xcode-select --install"

if [ -n "$missing" ]; then
  printf 'Missing on this machine:\n%s' "$missing" >&2
  exit 1
fi
