package stack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// start returns a running stack of the test's own.
func start(t *testing.T, o Options) *Stack {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.EndWithParent = true
	o.Log = t.Logf
	s, err := Start(t.Context(), o)
	var missing *MissingToolsError
	if errors.As(err, &missing) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Kill()) })
	return s
}

func connect(t *testing.T, s *Stack, user string) driver.Conn {
	t.Helper()
	options, err := clickhouse.ParseDSN(s.ClickHouseDSN(user))
	require.NoError(t, err)
	conn, err := clickhouse.Open(options)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func count(t *testing.T, conn driver.Conn, from string) uint64 {
	t.Helper()
	var n uint64
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count() FROM "+from).Scan(&n))
	return n
}

func createTopic(t *testing.T, s *Stack, topic string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Brokers()...))
	require.NoError(t, err)
	defer client.Close()
	response, err := kadm.NewClient(client).CreateTopic(t.Context(), 1, -1, nil, topic)
	require.NoError(t, err)
	require.NoError(t, response.Err)
}

// transact produces one record in a transaction, and commits or aborts it.
func transact(t *testing.T, s *Stack, topic, value string, commit kgo.TransactionEndTry) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Brokers()...), kgo.TransactionalID("test"))
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.BeginTransaction())
	require.NoError(t, client.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte(value)}).FirstErr())
	require.NoError(t, client.EndTransaction(ctx, commit))
}

// committed returns the first n values of a topic as a read_committed consumer sees them.
func committed(t *testing.T, s *Stack, topic string, n int) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	client, err := kgo.NewClient(
		kgo.SeedBrokers(s.Brokers()...),
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
	)
	require.NoError(t, err)
	defer client.Close()
	var values []string
	for len(values) < n {
		fetches := client.PollFetches(ctx)
		require.NoError(t, ctx.Err(), "saw only %q", values)
		fetches.EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
	}
	return values
}

func TestStack(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	createTopic(t, s, "life")
	transact(t, s, "life", "one", kgo.TryCommit)
	transact(t, s, "life", "dropped", kgo.TryAbort)

	migrator, sink, reader := connect(t, s, "migrator"), connect(t, s, "sink"), connect(t, s, "reader")
	exec := func(conn driver.Conn, statement string) error { return conn.Exec(t.Context(), statement) }
	require.NoError(t, exec(migrator, "CREATE TABLE life (k UInt64, v UInt64, w UInt64 ALIAS v * 10) ENGINE = ReplacingMergeTree ORDER BY k"))
	require.NoError(t, exec(sink, "INSERT INTO life (k, v) VALUES (1, 1)"))
	require.NoError(t, exec(sink, "INSERT INTO life (k, v) VALUES (1, 2)"))

	t.Run("each user may do what it needs and no more", func(t *testing.T) {
		require.EqualValues(t, 2, count(t, sink, "life"), "the sink sees physical rows")
		require.EqualValues(t, 1, count(t, reader, "life"), "the reader sees final rows")
		var k, v, w uint64
		require.NoError(t, reader.QueryRow(t.Context(), "SELECT * FROM life").Scan(&k, &v, &w))
		require.Equal(t, []uint64{1, 2, 20}, []uint64{k, v, w}, "alias columns are part of *")
		require.NotZero(t, count(t, reader, "system.tables"))
		for _, denied := range []struct {
			conn      driver.Conn
			statement string
		}{
			{sink, "DROP TABLE life"},
			{sink, "ALTER TABLE life DELETE WHERE 1"},
			{sink, "CREATE TABLE other (k UInt64) ENGINE = MergeTree ORDER BY k"},
			{reader, "INSERT INTO life (k, v) VALUES (2, 2)"},
			{reader, "DROP TABLE life"},
			{migrator, "CREATE DATABASE elsewhere"},
		} {
			err := exec(denied.conn, denied.statement)
			var exception *clickhouse.Exception
			require.ErrorAs(t, err, &exception, denied.statement)
			require.Contains(t, []int32{497 /* ACCESS_DENIED */, 164 /* READONLY */}, exception.Code, denied.statement)
		}
		require.NoError(t, exec(migrator, "CREATE DATABASE fleet_other"))
		require.NoError(t, exec(migrator, "DROP DATABASE fleet_other"))
	})

	t.Run("a second start finds the engines", func(t *testing.T) {
		again, err := Start(t.Context(), Options{Dir: s.Dir()})
		require.NoError(t, err)
		require.Equal(t, s.Kafka(0).PID(), again.Kafka(0).PID())
		require.Equal(t, s.ClickHouse().PID(), again.ClickHouse().PID())
		require.Equal(t, s.Brokers(), again.Brokers())

		_, err = Start(t.Context(), Options{Dir: s.Dir(), KafkaPort: s.state.Kafka[0].Port + 1})
		require.ErrorContains(t, err, fmt.Sprintf("already runs on port %d, KAFKA_PORT (--kafka-port) asks for", s.state.Kafka[0].Port))
		_, err = Start(t.Context(), Options{Dir: s.Dir(), Brokers: 3})
		require.ErrorContains(t, err, "holds a Kafka of 1 brokers, 3 are asked for")
	})

	t.Run("a paused engine is silent and goes on", func(t *testing.T) {
		require.NoError(t, s.Kafka(0).Pause())
		require.NoError(t, s.ClickHouse().Pause())
		for _, status := range s.Status(t.Context()) {
			require.NotZero(t, status.PID)
			require.Error(t, status.Err, status.Name)
		}
		require.NoError(t, s.Kafka(0).Resume())
		require.NoError(t, s.ClickHouse().Resume())
		require.NoError(t, s.Kafka(0).waitReady(t.Context()))
		require.NoError(t, s.ClickHouse().waitReady(t.Context()))
	})

	t.Run("connections that are reset do not end the engine", func(t *testing.T) {
		pid := s.ClickHouse().PID()
		require.NoError(t, s.ClickHouse().Pause())
		for range 20 {
			conn, err := net.Dial("tcp", s.clickhouseDSN.Host)
			require.NoError(t, err)
			require.NoError(t, conn.(*net.TCPConn).SetLinger(0))
			require.NoError(t, conn.Close())
		}
		require.NoError(t, s.ClickHouse().Resume())
		fresh := connect(t, s, "sink")
		require.Eventually(t, func() bool {
			var n uint64
			err := fresh.QueryRow(t.Context(), "SELECT count() FROM life").Scan(&n)
			return err == nil && n == 2
		}, 20*time.Second, 50*time.Millisecond)
		require.Equal(t, pid, s.ClickHouse().PID())
	})

	t.Run("a failed handshake does not end the engine", func(t *testing.T) {
		pid := s.ClickHouse().PID()
		options, err := clickhouse.ParseDSN(s.ClickHouseDSN("sink"))
		require.NoError(t, err)
		options.Auth.Password = "wrong"
		conn, err := clickhouse.Open(options)
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		for range 3 {
			require.ErrorContains(t, conn.Ping(t.Context()), "Authentication failed")
			require.Eventually(t, func() bool {
				var n uint64
				err := sink.QueryRow(t.Context(), "SELECT count() FROM life").Scan(&n)
				return err == nil && n == 2
			}, 20*time.Second, 50*time.Millisecond)
		}
		require.Equal(t, pid, s.ClickHouse().PID())
	})

	t.Run("kill -9 of everything loses nothing", func(t *testing.T) {
		require.NoError(t, s.Kill())
		require.ErrorContains(t, s.Kafka(0).Kill(), "does not run")
		again, err := Start(t.Context(), Options{Dir: s.Dir(), EndWithParent: true})
		require.NoError(t, err)
		require.Equal(t, s.Brokers(), again.Brokers(), "the ports stay")
		transact(t, s, "life", "two", kgo.TryCommit)
		require.Equal(t, []string{"one", "two"}, committed(t, s, "life", 2))
		require.EqualValues(t, 2, count(t, sink, "life"))
	})

	t.Run("down stops in order, from any process", func(t *testing.T) {
		require.NoError(t, s.ClickHouse().Pause(), "a paused engine can be stopped too")
		require.NoError(t, Down(t.Context(), s.Dir()))
		require.False(t, s.Kafka(0).Running())
		require.False(t, s.ClickHouse().Running())
		require.NoError(t, Down(t.Context(), s.Dir()), "down is idempotent")
		require.NoError(t, Down(t.Context(), t.TempDir()), "no stack is no error")
	})

	t.Run("the query log works in a second life", func(t *testing.T) {
		require.NoError(t, s.ClickHouse().Start(t.Context()))
		admin := connect(t, s, "default")
		require.NoError(t, exec(admin, "SYSTEM FLUSH LOGS"))
		require.NotZero(t, count(t, admin, "system.query_log"))
	})
}

func TestThreeBrokers(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Brokers: 3})
	require.Len(t, s.Brokers(), 3)
	createTopic(t, s, "cluster")
	transact(t, s, "cluster", "one", kgo.TryCommit)

	require.NoError(t, s.Kafka(0).Kill())
	transact(t, s, "cluster", "two", kgo.TryCommit)
	require.Equal(t, []string{"one", "two"}, committed(t, s, "cluster", 2))

	require.NoError(t, s.Kafka(0).Start(t.Context()))
	require.NoError(t, s.waitCluster(t.Context()))
}
