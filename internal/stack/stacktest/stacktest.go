// Package stacktest gives tests a real Kafka and a real ClickHouse.
//
//	s := stacktest.Shared(t)                  // one per test binary, or the one of the environment
//	prefix := stacktest.TopicPrefix(t, s)     // topics <prefix>.raw.v1 …, deleted afterwards
//	database := stacktest.Database(t, s)      // empty database fleet_test_…, emptied afterwards
//	dsn := s.ClickHouseDatabaseDSN("sink", database)
//
//	s := stacktest.Isolated(t, 3)             // one of its own, three brokers, to kill and pause
//
// Without further settings each test binary starts its own shared stack at the
// first use (about 3 s), and the engines end with the binary. To share one
// stack between all test binaries set
//
//	ODOGRAPH_TEST_STACK=DIR    the folder of a stack ("odograph stack up --dir DIR"); started if it is down
//
// or, for servers that something else runs, both of
//
//	ODOGRAPH_TEST_KAFKA_BROKERS=HOST:PORT,…
//	ODOGRAPH_TEST_CLICKHOUSE_DSN=clickhouse://127.0.0.1:9000/fleet
//
// whose ClickHouse has the users of package stack with their passwords.
//
// A machine that lacks the tools for a stack (Java, Maven, Node, npm) skips
// the test; where CI=true it fails.
package stacktest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/stack"
)

// startTimeout includes a first download.
const startTimeout = 10 * time.Minute

var shared = sync.OnceValues(startShared)

// Shared returns the stack that all tests of this binary use together. Tests
// must not stop or kill its engines.
func Shared(tb testing.TB) *stack.Stack {
	tb.Helper()
	s, err := shared()
	if err != nil {
		giveUp(tb, err)
	}
	return s
}

// Isolated returns a stack of the test's own, with 1 or 3 brokers, whose
// engines are killed and whose data is deleted when the test ends.
func Isolated(tb testing.TB, brokers int) *stack.Stack {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	s, err := stack.Start(ctx, stack.Options{Dir: tb.TempDir(), Brokers: brokers, EndWithParent: true, Log: tb.Logf})
	if err != nil {
		giveUp(tb, err)
	}
	tb.Cleanup(func() {
		if err := s.Kill(); err != nil {
			tb.Errorf("end the test's stack: %v", err)
		}
	})
	return s
}

// TopicPrefix returns a topic prefix that no other test has. All topics that
// begin with it are deleted when the test ends.
func TopicPrefix(tb testing.TB, s *stack.Stack) string {
	tb.Helper()
	prefix := "test-" + unique()
	tb.Cleanup(func() {
		if err := deleteTopics(s, prefix); err != nil {
			tb.Logf("topics %s.* stay behind: %v", prefix, err)
		}
	})
	return prefix
}

// Database creates an empty database that no other test has, with the grants
// of the real one. Its tables are dropped when the test ends; the database
// stays, because a client that is still connecting to it would otherwise end
// the engine for everybody (see chserver).
func Database(tb testing.TB, s *stack.Stack) string {
	tb.Helper()
	database := "fleet_test_" + unique()
	if err := execute(s, "CREATE DATABASE "+database); err != nil {
		tb.Fatalf("create database: %v", err)
	}
	tb.Cleanup(func() {
		if err := execute(s, "TRUNCATE DATABASE "+database); err != nil {
			tb.Logf("tables of %s stay behind: %v", database, err)
		}
	})
	return database
}

func giveUp(tb testing.TB, err error) {
	tb.Helper()
	var missing *stack.MissingToolsError
	if errors.As(err, &missing) && os.Getenv("CI") != "true" {
		tb.Skip(err)
	}
	tb.Fatal(err)
}

func startShared() (*stack.Stack, error) {
	brokers, dsn := os.Getenv("ODOGRAPH_TEST_KAFKA_BROKERS"), os.Getenv("ODOGRAPH_TEST_CLICKHOUSE_DSN")
	if (brokers == "") != (dsn == "") {
		return nil, errors.New("ODOGRAPH_TEST_KAFKA_BROKERS and ODOGRAPH_TEST_CLICKHOUSE_DSN belong together: set both or none")
	}
	if brokers != "" {
		return stack.Attach(strings.Split(brokers, ","), dsn)
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if dir := os.Getenv("ODOGRAPH_TEST_STACK"); dir != "" {
		return stack.Start(ctx, stack.Options{Dir: dir})
	}
	dir, err := binaryDir()
	if err != nil {
		return nil, err
	}
	return stack.Start(ctx, stack.Options{Dir: dir, EndWithParent: true})
}

// binaryDir makes the folder of this test binary's stack and deletes those of
// binaries that have ended; a test binary has no hook to do it itself.
func binaryDir() (string, error) {
	const pattern = "odograph-test-"
	old, err := filepath.Glob(filepath.Join(os.TempDir(), pattern+"*"))
	if err != nil {
		return "", err
	}
	for _, dir := range old {
		// A young folder may be one that its owner is about to lock.
		if info, err := os.Stat(dir); err != nil || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		if owner, err := lockOwner(dir); err == nil {
			_ = os.RemoveAll(dir)
			_ = syscall.Close(owner)
		}
	}
	dir, err := os.MkdirTemp("", pattern)
	if err != nil {
		return "", err
	}
	_, err = lockOwner(dir) // kept until the process ends
	return dir, err
}

// lockOwner locks a folder and returns the descriptor that holds the lock. It
// is no *os.File, which would be closed when nothing refers to it.
func lockOwner(dir string) (int, error) {
	fd, err := syscall.Open(filepath.Join(dir, "owner"), syscall.O_CREAT|syscall.O_RDWR|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return 0, err
	}
	if err := syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = syscall.Close(fd)
		return 0, err
	}
	return fd, nil
}

func unique() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func deleteTopics(s *stack.Stack, prefix string) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Brokers()...), kgo.RetryTimeout(10*time.Second))
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	admin := kadm.NewClient(client)
	topics, err := admin.ListTopics(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, name := range topics.Names() {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	_, err = admin.DeleteTopics(ctx, names...)
	return err
}

func execute(s *stack.Stack, statement string) error {
	options, err := clickhouse.ParseDSN(s.ClickHouseDSN("default"))
	if err != nil {
		return err
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
