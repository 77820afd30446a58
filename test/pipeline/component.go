package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

const (
	readyTimeout = 90 * time.Second
	stopTimeout  = 60 * time.Second
	logLines     = 40 // of each log that a failed test prints
)

// A Component is one of the programs. Its methods fail the test, and so must
// be called from the test's goroutine.
type Component struct {
	Name string

	tb    testing.TB
	path  string
	args  []string
	env   []string
	admin string // address of the admin server
	log   string // file of the output of all its processes

	stopped bool // by Stop, and not launched again

	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
	err  error         // of the process, once done is closed
}

// newComponent prepares a program; later settings win.
func newComponent(tb testing.TB, name, logs string, settings ...map[string]string) *Component {
	tb.Helper()
	c := &Component{Name: name, tb: tb, path: binary(tb, name), admin: freeAddress(tb), log: filepath.Join(logs, name+".log")}
	env := map[string]string{}
	for _, s := range settings {
		maps.Copy(env, s)
	}
	env["ODOGRAPH_ADMIN_LISTEN"] = c.admin
	if level := os.Getenv("ODOGRAPH_TEST_LOG_LEVEL"); level != "" {
		env["ODOGRAPH_LOG_LEVEL"] = level
	}
	c.env = environ(env)
	tb.Cleanup(func() {
		if c.Running() {
			if tb.Failed() {
				c.saveStacks()
			}
			c.Kill()
		}
		if tb.Failed() {
			tb.Logf("the end of %s:\n%s", c.log, tail(c.log))
		}
	})
	return c
}

// environ is the environment of a program: ours without any setting of
// Odograph, and the given settings.
func environ(settings map[string]string) []string {
	var out []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "ODOGRAPH_") {
			out = append(out, e)
		}
	}
	for k, v := range settings {
		out = append(out, k+"="+v)
	}
	return out
}

// Launch starts the process and does not wait for it.
func (c *Component) Launch() {
	c.tb.Helper()
	if c.Running() {
		c.tb.Fatalf("%s runs already", c.Name)
	}
	out, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		c.tb.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(c.path, c.args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, out, out
	if err := startChild(cmd); err != nil {
		c.tb.Fatalf("start %s: %v", c.Name, err)
	}
	c.cmd, c.done, c.stopped = cmd, make(chan struct{}), false
	go func() {
		c.err = cmd.Wait()
		close(c.done)
	}()
}

// Start starts the process and returns when it is ready.
func (c *Component) Start() {
	c.tb.Helper()
	c.Launch()
	c.WaitReady()
}

// WaitReady returns when /readyz says so.
func (c *Component) WaitReady() {
	c.tb.Helper()
	reason := "no answer"
	for deadline := time.Now().Add(readyTimeout); ; time.Sleep(20 * time.Millisecond) {
		c.MustRun()
		ok, why := c.Ready()
		if ok {
			return
		}
		if why != "" {
			reason = why
		}
		if time.Now().After(deadline) {
			c.tb.Fatalf("%s is not ready after %s: %s", c.Name, readyTimeout, reason)
		}
	}
}

// Ready asks /readyz; reason is its answer.
func (c *Component) Ready() (ok bool, reason string) {
	resp, err := client.Get("http://" + c.admin + "/readyz")
	if err != nil {
		return false, ""
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return false, ""
	}
	return resp.StatusCode == http.StatusOK, string(b)
}

// Running tells whether the process exists.
func (c *Component) Running() bool {
	if c.done == nil {
		return false
	}
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// PID is the process's number.
func (c *Component) PID() int { return c.cmd.Process.Pid }

// MustRun fails the test if the process has ended by itself.
func (c *Component) MustRun() {
	c.tb.Helper()
	if !c.Running() {
		c.tb.Fatalf("%s has ended by itself: %v", c.Name, c.err)
	}
}

// Kill ends the process and its children as kill -9 does.
func (c *Component) Kill() {
	c.tb.Helper()
	c.MustRun()
	if err := syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		c.tb.Fatalf("kill %s: %v", c.Name, err)
	}
	<-c.done
}

// Stop asks the process to stop and waits for its good end.
func (c *Component) Stop() {
	c.tb.Helper()
	c.MustRun()
	c.stopped = true
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.tb.Fatalf("stop %s: %v", c.Name, err)
	}
	select {
	case <-c.done:
		if c.err != nil {
			c.tb.Errorf("%s did not stop well: %v", c.Name, c.err)
		}
	case <-time.After(stopTimeout):
		c.tb.Errorf("%s did not stop within %s", c.Name, stopTimeout)
		c.Kill()
	}
}

// ResidentBytes is the memory that the process has now.
func (c *Component) ResidentBytes(ctx context.Context) (int64, error) {
	p, err := process.NewProcessWithContext(ctx, int32(c.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("memory of %s: %w", c.Name, err)
	}
	info, err := p.MemoryInfoWithContext(ctx)
	if err != nil {
		return 0, fmt.Errorf("memory of %s: %w", c.Name, err)
	}
	return int64(info.RSS), nil
}

// Log is all that its processes have written.
func (c *Component) Log() string {
	c.tb.Helper()
	b, err := os.ReadFile(c.log)
	if err != nil {
		c.tb.Fatal(err)
	}
	return string(b)
}

// saveStacks writes what the process is doing beside its log.
func (c *Component) saveStacks() {
	resp, err := client.Get("http://" + c.admin + "/debug/pprof/goroutine?debug=2")
	if err != nil {
		c.tb.Logf("goroutines of %s: %v", c.Name, err)
		return
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil {
		err = os.WriteFile(strings.TrimSuffix(c.log, ".log")+".goroutines", b, 0o600)
	}
	if err != nil {
		c.tb.Logf("goroutines of %s: %v", c.Name, err)
	}
}

// tail is the last lines of a file.
func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimRight(b, "\n"), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-logLines):], []byte("\n")))
}
