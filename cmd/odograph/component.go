package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/odograph/odograph/internal/config"
)

// A component is one of the pipeline's programs, run as a child process.
type component struct {
	name  string
	path  string
	env   []string
	admin int    // port of its admin server
	log   string // file of its output

	cmd  *exec.Cmd
	done chan struct{}
	err  error // of the process, once done is closed
}

func secretOf(s string) config.Secret { return config.Secret(s) }

// pickPort gives a wanted port of the loopback, or a free one if it is taken.
func pickPort(wanted int) int {
	for _, address := range []string{"127.0.0.1:" + strconv.Itoa(wanted), "127.0.0.1:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		defer l.Close()
		return l.Addr().(*net.TCPAddr).Port
	}
	return wanted
}

func (c *component) start() error {
	if err := os.MkdirAll(filepath.Dir(c.log), 0o755); err != nil {
		return err
	}
	out, err := os.Create(c.log)
	if err != nil {
		return err
	}
	defer out.Close()
	c.cmd = exec.Command(c.path)
	c.cmd.Env = append(os.Environ(), c.env...)
	c.cmd.Env = append(c.cmd.Env, "ODOGRAPH_ADMIN_LISTEN=127.0.0.1:"+strconv.Itoa(c.admin), "ODOGRAPH_INSTANCE=demo")
	c.cmd.Stdout, c.cmd.Stderr = out, out
	// Its own group: Ctrl-C is for the demo, which stops its parts in order.
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(c.cmd.SysProcAttr)
	if err := c.cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w (make build makes it)", c.name, err)
	}
	c.done = make(chan struct{})
	go func() {
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	return nil
}

// ended tells whether the process has ended, with the end of its log.
func (c *component) ended() error {
	select {
	case <-c.done:
		return fmt.Errorf("the %s has ended: %w; the end of %s:\n%s", c.name, c.end(), c.log, tail(c.log, 12))
	default:
		return nil
	}
}

// end is why the process has ended.
func (c *component) end() error {
	if c.err == nil {
		return errors.New("by itself, without an error")
	}
	return c.err
}

const readyTimeout = 60 * time.Second

func (c *component) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	reason := "no answer yet"
	for {
		if err := c.ended(); err != nil {
			return err
		}
		ok, text := c.ready(ctx)
		if ok {
			return nil
		}
		if text != "" {
			reason = text
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the %s is not ready: %s; the end of %s:\n%s", c.name, reason, c.log, tail(c.log, 12))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (c *component) ready(ctx context.Context) (ok bool, text string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/readyz", c.admin), nil)
	if err != nil {
		return false, err.Error()
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false, ""
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(resp.Body)
	return resp.StatusCode == http.StatusOK, b.String()
}

const partStopTimeout = 30 * time.Second

func (c *component) stop() error {
	if c.done == nil {
		return nil
	}
	select {
	case <-c.done:
		return nil // its end was reported where it was found
	default:
	}
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-c.done:
		if c.err != nil {
			return fmt.Errorf("the %s did not stop well: %w; the end of %s:\n%s", c.name, c.err, c.log, tail(c.log, 5))
		}
		return nil
	case <-time.After(partStopTimeout):
		_ = c.cmd.Process.Kill()
		return fmt.Errorf("the %s did not stop within %s and was killed; see %s", c.name, partStopTimeout, c.log)
	}
}

// tail is the last lines of a file.
func tail(path string, lines int) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	parts := bytes.Split(bytes.TrimRight(b, "\n"), []byte("\n"))
	return string(bytes.Join(parts[max(0, len(parts)-lines):], []byte("\n")))
}
