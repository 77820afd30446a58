#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml mounts, each in a file of its own
# under secrets/. What is there already is left alone; to change one, delete its
# file, run this again and start the services that use it anew.
set -euo pipefail
cd "$(dirname "$0")/.."

names=(push_tokens clickhouse_admin_password clickhouse_migrator_password clickhouse_sink_password clickhouse_reader_password grafana_admin_password)

umask 077
mkdir -p secrets
for name in "${names[@]}"; do
  file="secrets/$name"
  [ -s "$file" ] && continue
  head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$file"
  # Containers read it as users of their own; the folder keeps everybody else out.
  chmod 0444 "$file"
  echo "made $file"
done
