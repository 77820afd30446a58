// Package faults_test breaks the pipeline's processes under load and counts
// what is there afterwards.
//
// Its settings, for long runs (scripts/chaos.sh sets them):
//
//	ODOGRAPH_CHAOS_KILLS              kill -9 of each process, default 1
//	ODOGRAPH_CHAOS_BROKERS            1 or 3, default 3
//	ODOGRAPH_CHAOS_SEED               repeats the order and the pauses of a run
//	ODOGRAPH_CHAOS_KAFKA_OUTAGE       length of the outage, default 6s
//	ODOGRAPH_CHAOS_CLICKHOUSE_OUTAGE  length of the outage, default 8s
package faults_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/odograph/odograph/test/pipeline"
)

func TestMain(m *testing.M) { os.Exit(pipeline.Main(m)) }

// number is a whole number of the environment.
func number(t *testing.T, name string, standard uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return standard
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s=%q: want a whole number", name, text)
	}
	return n
}

// duration is a duration of the environment.
func duration(t *testing.T, name string, standard time.Duration) time.Duration {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return standard
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		t.Fatalf("%s=%q: want a positive duration such as 30s", name, text)
	}
	return d
}

// chance is the test's source of chance, which its seed repeats.
func chance(t *testing.T) *rand.Rand {
	t.Helper()
	seed := number(t, "ODOGRAPH_CHAOS_SEED", uint64(time.Now().UnixNano()))
	t.Logf("seed: ODOGRAPH_CHAOS_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
