#!/usr/bin/env bash
# The long fault runs, on engines of their own: every process killed with
# kill -9 under load (three brokers, one down at a time), Kafka stopped for 30 s,
# ClickHouse stopped for 60 s. Nothing may be lost and nothing doubled.
#
#   scripts/chaos.sh                             20 kills of each process
#   ODOGRAPH_CHAOS_KILLS=5 scripts/chaos.sh      fewer
#   ODOGRAPH_CHAOS_SEED=… scripts/chaos.sh       the order and the pauses of an earlier run
#
# The whole output and the programs' logs stay in .cache/chaos/.
set -euo pipefail
cd "$(dirname "$0")/.."

export ODOGRAPH_CHAOS_KILLS="${ODOGRAPH_CHAOS_KILLS:-20}"
export ODOGRAPH_CHAOS_BROKERS="${ODOGRAPH_CHAOS_BROKERS:-3}"
export ODOGRAPH_CHAOS_KAFKA_OUTAGE="${ODOGRAPH_CHAOS_KAFKA_OUTAGE:-30s}"
export ODOGRAPH_CHAOS_CLICKHOUSE_OUTAGE="${ODOGRAPH_CHAOS_CLICKHOUSE_OUTAGE:-60s}"
export ODOGRAPH_CHAOS_SEED="${ODOGRAPH_CHAOS_SEED:-$(date +%s)}"
export ODOGRAPH_TEST_LOGS="$PWD/.cache/chaos"

rm -rf "$ODOGRAPH_TEST_LOGS"
mkdir -p "$ODOGRAPH_TEST_LOGS"
echo "seed $ODOGRAPH_CHAOS_SEED, $ODOGRAPH_CHAOS_KILLS kills of each process, $ODOGRAPH_CHAOS_BROKERS brokers, output in $ODOGRAPH_TEST_LOGS"

status=0
echo "any order of arrival, 1,000 drives"
go test -count=1 -v -timeout 60m ./pkg/derive -run Converges -args -seeds 1000 >> "$ODOGRAPH_TEST_LOGS/derive" 2>&1 || status=1
grep -E -- '--- (PASS|FAIL)|drives, events' "$ODOGRAPH_TEST_LOGS/derive" | sed -E 's/^ *[a-z_]+\.go:[0-9]+: /  /' || true
go test -count=1 -v -timeout 90m ./test/faults "$@" 2>&1 | tee "$ODOGRAPH_TEST_LOGS/output" | grep --line-buffered -v '^ *{"time":' || status=1

echo
echo "Summary (seed $ODOGRAPH_CHAOS_SEED)"
grep -E -- '--- (PASS|FAIL)|ledger:|kills, back|on disk|stopped for|lag is 0|dead letters:|lost:' "$ODOGRAPH_TEST_LOGS/output" | sed -E 's/^ *[a-z_]+\.go:[0-9]+: /  /' || true
exit "$status"
