package stack

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestUsedPort(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	port := listener.Addr().(*net.TCPAddr).Port
	for setting, o := range map[string]Options{
		kafkaPortSetting:          {KafkaPort: port},
		clickHousePortSetting:     {ClickHousePort: port},
		clickHouseHTTPPortSetting: {ClickHouseHTTPPort: port},
	} {
		o.Dir = t.TempDir()
		_, err := Start(t.Context(), o)
		require.ErrorContains(t, err, "port "+strconv.Itoa(port)+" for")
		require.ErrorContains(t, err, "set "+setting+" to another port")
	}

	// A port taken while the engine was down is named as well.
	p := &Process{name: "kafka-1", marker: "no process has this argument", ports: []usedPort{{port, kafkaPortSetting}}}
	require.ErrorContains(t, p.Start(t.Context()), "set KAFKA_PORT (--kafka-port) to another port")
}

func TestWrongOptions(t *testing.T) {
	_, err := Start(t.Context(), Options{})
	require.ErrorContains(t, err, "Dir is empty")
	_, err = Start(t.Context(), Options{Dir: t.TempDir(), Brokers: 2})
	require.ErrorContains(t, err, "2 brokers asked for: allowed are 1 and 3")
}

func TestDamagedState(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "stack.json"), []byte(`{"kafka": [`), 0o644))
	_, err := Start(t.Context(), Options{Dir: dir})
	require.ErrorContains(t, err, "stack.json is damaged")
}

// One folder under two names is one stack.
func TestFolderBehindALink(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	o, err := Options{Dir: link}.withDefaults()
	require.NoError(t, err)
	s, unlock, err := plan(t.Context(), o, KindNative)
	require.NoError(t, err)
	unlock()
	again, err := Open(dir)
	require.NoError(t, err)
	require.Equal(t, s.Kafka(0).marker, again.Kafka(0).marker)
	require.Equal(t, s.ClickHouse().marker, again.ClickHouse().marker)
}

func TestClusterIDIsNoOption(t *testing.T) {
	for range 1000 {
		id := newClusterID()
		require.Len(t, id, 22)
		require.NotEqual(t, byte('-'), id[0])
	}
}

// A process id that belongs to another program by now is not the engine.
func TestStaleProcessID(t *testing.T) {
	p := &Process{name: "kafka-1", marker: "/nowhere/server.properties", pid: os.Getpid()}
	require.Zero(t, p.PID())
	require.ErrorContains(t, p.Kill(), "does not run")

	// An engine that another process started is found by its argument.
	marker := filepath.Join(t.TempDir(), "server.properties")
	cmd := exec.Command("sh", "-c", "sleep 60; exit", marker)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	p = &Process{name: "kafka-1", marker: marker, pid: os.Getpid()}
	require.Eventually(t, func() bool { return p.PID() == cmd.Process.Pid }, 5*time.Second, 10*time.Millisecond)
	require.NoError(t, p.Kill())
	require.Error(t, <-done)
	require.Zero(t, p.PID())
}

func TestEngineThatEnds(t *testing.T) {
	dir := t.TempDir()
	o, err := Options{Dir: dir}.withDefaults()
	require.NoError(t, err)
	p := &Process{
		name: "kafka-1", marker: filepath.Join(dir, "x"), logs: []string{filepath.Join(dir, "log")}, options: o,
		command: []string{"sh", "-c", "echo cannot go on >&2", filepath.Join(dir, "x")},
		ready:   func(context.Context) error { return errors.New("refused") },
	}
	err = p.Start(t.Context())
	require.ErrorContains(t, err, "kafka-1 ended while it started")
	require.ErrorContains(t, err, "cannot go on", "the engine's own words are in the error")
}

func TestAssetIsPublishedWhole(t *testing.T) {
	o, err := Options{Dir: t.TempDir(), Cache: t.TempDir()}.withDefaults()
	require.NoError(t, err)
	fetches := 0
	var fail error
	a := asset{
		name: "thing",
		fetch: func(_ context.Context, dir string) error {
			fetches++
			require.NoError(t, os.WriteFile(filepath.Join(dir, "part"), []byte("whole"), 0o644))
			return fail
		},
		check: func(dir string) error {
			content, err := os.ReadFile(filepath.Join(dir, "part"))
			if err == nil && string(content) != "whole" {
				err = errors.New("not whole")
			}
			return err
		},
	}
	// A fetch that fails or is killed half-way leaves nothing that is used.
	fail = errors.New("line is down")
	_, err = a.ensure(t.Context(), o)
	require.ErrorIs(t, err, fail)
	leftover := filepath.Join(o.Cache, a.temporaryPrefix()+"killed")
	require.NoError(t, os.Mkdir(leftover, 0o755))

	fail = nil
	dir, err := a.ensure(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, 2, fetches)
	require.NoDirExists(t, leftover)

	_, err = a.ensure(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, 2, fetches, "a whole folder is not fetched again")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "part"), []byte("wh"), 0o644))
	_, err = a.ensure(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, 3, fetches, "a damaged folder is replaced")
	require.NoError(t, a.check(dir))
}

func TestDamagedJarIsHealed(t *testing.T) {
	if err := checkTools(); err != nil && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	real, err := Options{Dir: t.TempDir()}.withDefaults()
	require.NoError(t, err)
	whole, err := kafkaJars().ensure(t.Context(), real)
	require.NoError(t, err)

	o, err := Options{Dir: t.TempDir(), Cache: t.TempDir(), Log: t.Logf}.withDefaults()
	require.NoError(t, err)
	dir := filepath.Join(o.Cache, filepath.Base(whole))
	require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
	jar := filepath.Join(dir, "kafka-clients-4.1.1.jar")
	require.NoError(t, os.Truncate(jar, 1000))
	require.ErrorContains(t, kafkaJars().check(dir), "kafka-clients-4.1.1.jar has sha256")

	got, err := kafkaJars().ensure(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, dir, got)
	require.NoError(t, kafkaJars().check(dir))
}

// The server is built outside the module; both have to use one version.
func TestServerModuleFollowsTheProject(t *testing.T) {
	project, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	_, requirement, found := strings.Cut(serverModule, "require ")
	require.True(t, found)
	require.Contains(t, string(project), strings.TrimSpace(requirement))
	sums, err := os.ReadFile("../../go.sum")
	require.NoError(t, err)
	for line := range strings.Lines(string(serverSums)) {
		require.Contains(t, string(sums), line)
	}
}

// TestEndWithParent kills a process that owns an engine.
func TestEndWithParent(t *testing.T) {
	const owner = "ODOGRAPH_TEST_OWNER"
	if marker := os.Getenv(owner); marker != "" {
		cmd := exec.Command("sh", "-c", "echo up; sleep 60; exit", marker)
		cmd.Stdout = os.Stdout
		require.NoError(t, startChild(cmd, true))
		time.Sleep(time.Minute)
		return
	}
	marker := filepath.Join(t.TempDir(), "engine")
	cmd := exec.Command(os.Args[0], "-test.run=^TestEndWithParent$")
	cmd.Env = append(os.Environ(), owner+"="+marker)
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "up\n", line)
	require.NotZero(t, findByArgument(marker))

	require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
	require.Eventually(t, func() bool { return findByArgument(marker) == 0 }, 5*time.Second, 10*time.Millisecond)
	_ = cmd.Wait()
}
