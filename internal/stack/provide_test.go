package stack

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

func TestProvideUsesTheEnvironment(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	host := listener.Addr().String()
	provide := func(brokers, dsn string) (*Stack, error) {
		t.Setenv("ODOGRAPH_KAFKA_BROKERS", brokers)
		t.Setenv("ODOGRAPH_CLICKHOUSE_DSN", dsn)
		return Provide(t.Context(), Options{Dir: t.TempDir()})
	}
	s, err := provide(host+","+host, "clickhouse://"+host+"/fleet")
	require.NoError(t, err)
	require.Equal(t, KindEnvironment, s.Kind())
	require.Equal(t, []string{host, host}, s.Brokers())
	require.Equal(t, "clickhouse://sink:sink@"+host+"/fleet", s.ClickHouseDSN("sink"))
	require.Equal(t, "http://127.0.0.1:8123", s.ClickHouseHTTP())
	require.NoError(t, s.Stop(t.Context()))

	// A user of one's own stands for all.
	s, err = provide(host, "clickhouse://me:secret@"+host+"/fleet?secure=true&http_port=8443")
	require.NoError(t, err)
	require.Equal(t, "clickhouse://me:secret@"+host+"/fleet?secure=true", s.ClickHouseDSN("sink"))
	require.Equal(t, "http://127.0.0.1:8443", s.ClickHouseHTTP())

	_, err = provide(host, "")
	require.ErrorContains(t, err, "set both or none")
	_, err = provide(host, "fleet")
	require.ErrorContains(t, err, "expected clickhouse://host:port/fleet")
	_, err = provide(host, "clickhouse://:secret@/fleet")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "secret")

	require.NoError(t, listener.Close())
	_, err = provide(host, "clickhouse://"+host+"/fleet")
	require.ErrorContains(t, err, "are not all there")
}

func TestMissingToolsAreNamedTogether(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := checkTools()
	var missing *MissingToolsError
	require.ErrorAs(t, err, &missing)
	require.False(t, missing.OnlyKafka)
	for _, name := range []string{"Go 1.26", "C compiler", "Java 17", "Maven", "Node 18", "npm", "ODOGRAPH_KAFKA_BROKERS"} {
		require.ErrorContains(t, err, name)
	}
	_, err = Start(t.Context(), Options{Dir: t.TempDir()})
	require.ErrorAs(t, err, &missing)
}

// hideJava leaves everything on the path but Java and Maven.
func hideJava(t *testing.T) {
	t.Helper()
	bin := t.TempDir()
	for _, name := range []string{"go", "gcc", "cc", "node", "npm", "sh", "env"} {
		if path, err := exec.LookPath(name); err == nil {
			require.NoError(t, os.Symlink(path, filepath.Join(bin, name)))
		}
	}
	t.Setenv("PATH", bin)
}

func TestFakeKafkaWithoutJava(t *testing.T) {
	if err := checkTools(); err != nil && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	hideJava(t)
	require.True(t, onlyKafkaMissing(checkTools()), "%v", checkTools())
	t.Setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")

	dir := t.TempDir()
	_, err := Provide(t.Context(), Options{Dir: dir})
	require.ErrorContains(t, err, "Java 17", "only the demo may imitate Kafka")

	var log strings.Builder
	o := Options{Dir: dir, EndWithParent: true, AllowFake: true, Log: func(format string, args ...any) {
		log.WriteString(format)
		t.Logf(format, args...)
	}}
	s, err := Provide(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, KindFake, s.Kind())
	require.Contains(t, log.String(), "NOTICE: no real Kafka")
	createTopic(t, s, "fake")
	transact(t, s, "fake", "one", kgo.TryCommit)
	require.NoError(t, s.Stop(t.Context()))

	s, err = Provide(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, []string{"one"}, committed(t, s, "fake", 1), "records outlive the process")
	require.NoError(t, connect(t, s, "reader").Ping(t.Context()))
	require.NoError(t, s.Stop(t.Context()))
}
