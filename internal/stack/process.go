package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// stopTimeout bounds a clean stop when the caller's context does not.
const stopTimeout = 30 * time.Second

// Process is one engine of the stack: a Kafka broker or ClickHouse. Its
// methods may be called from several goroutines, and also for an engine that
// another process started.
type Process struct {
	name    string
	command []string // program and arguments
	marker  string   // the argument that no other process has
	logs    []string // the first takes standard output and error
	ports   []usedPort
	ready   func(context.Context) error
	options Options

	mu   sync.Mutex
	pid  int           // 0: not known to run
	done chan struct{} // closed when a child of ours has been waited for; nil: not our child
}

// usedPort is a port the engine listens on and the setting that moves it.
type usedPort struct {
	port    int
	setting string
}

// Name is "kafka-1" … or "clickhouse".
func (p *Process) Name() string { return p.name }

// PID returns the process id, or 0 when the engine does not run.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.find()
}

// Running reports whether the process exists, paused or not.
func (p *Process) Running() bool { return p.PID() != 0 }

// find returns the id of the engine's process, whoever started it, or 0.
func (p *Process) find() int {
	if p.done != nil {
		select {
		case <-p.done:
			p.done, p.pid = nil, 0
		default:
			return p.pid
		}
	}
	if p.pid != 0 && hasArgument(p.pid, p.marker) {
		return p.pid
	}
	p.pid = findByArgument(p.marker)
	return p.pid
}

// Kill ends the engine as kill -9 does and returns when it is gone.
func (p *Process) Kill() error {
	if err := p.signal(syscall.SIGKILL); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	return p.waitGone(ctx)
}

// Pause freezes the engine (SIGSTOP) and returns when it stands still: its
// connections stay open, unanswered.
func (p *Process) Pause() error {
	if err := p.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for deadline := time.Now().Add(stopTimeout); !isPaused(p.PID()); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("stack: %s was sent SIGSTOP and still runs", p.name)
		}
	}
	return nil
}

// Resume lets a paused engine go on (SIGCONT).
func (p *Process) Resume() error { return p.signal(syscall.SIGCONT) }

func (p *Process) signal(s syscall.Signal) error {
	pid := p.PID()
	if pid == 0 {
		return fmt.Errorf("stack: %s does not run: nothing to send %v to", p.name, s)
	}
	// To the group: each engine has one of its own (see startChild).
	if err := syscall.Kill(-pid, s); err != nil {
		return fmt.Errorf("stack: send %v to %s (pid %d): %w", s, p.name, pid, err)
	}
	return nil
}

// Stop ends the engine in good order (SIGTERM; a paused one is resumed first)
// and returns when it is gone. An engine that has not ended after 30 s or at
// the end of ctx is killed, and that is an error. Stopping a stopped engine
// does nothing.
func (p *Process) Stop(ctx context.Context) error {
	pid := p.PID()
	if pid == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGCONT} {
		if err := syscall.Kill(-pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stack: stop %s (pid %d): %w", p.name, pid, err)
		}
	}
	if err := p.waitGone(ctx); err != nil {
		err = fmt.Errorf("stack: %s did not stop in order and was killed: %w", p.name, err)
		return errors.Join(err, p.Kill()) //nolint:contextcheck // the context has ended
	}
	return nil
}

// waitGone returns when the process has ended and its ports are free: another
// process of its group may hold them a moment longer.
func (p *Process) waitGone(ctx context.Context) error {
	inUse := func(u usedPort) bool { return !portIsFree(u.port) }
	for p.PID() != 0 || slices.ContainsFunc(p.ports, inUse) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("stack: %s still runs: %w", p.name, ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// Start starts the engine unless it runs, and returns when it answers.
func (p *Process) Start(ctx context.Context) error {
	if err := p.launch(); err != nil {
		return err
	}
	return p.waitReady(ctx)
}

// Restart stops the engine in good order and starts it again.
func (p *Process) Restart(ctx context.Context) error {
	if err := p.Stop(ctx); err != nil {
		return err
	}
	return p.Start(ctx)
}

// launch starts the process unless it runs; it does not wait for answers.
func (p *Process) launch() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.find() != 0 {
		return nil
	}
	for _, u := range p.ports {
		if !portIsFree(u.port) {
			return portUsedError(u.port, p.name, u.setting)
		}
	}
	log, err := openLog(p.logs[0])
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(p.command[0], p.command[1:]...)
	cmd.Dir = p.options.Dir
	cmd.Env = append(os.Environ(), "TZ=UTC")
	cmd.Stdout, cmd.Stderr = log, log
	if err := startChild(cmd, p.options.EndWithParent); err != nil {
		return fmt.Errorf("stack: start %s: %w", p.name, err)
	}
	done := make(chan struct{})
	p.pid, p.done = cmd.Process.Pid, done
	go func() {
		_ = cmd.Wait() // the log says why it ended
		close(done)
	}()
	return nil
}

// waitReady returns when the engine answers. It fails when the engine ends or
// does not answer in time, with the last lines of the engine's logs.
func (p *Process) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.options.StartTimeout)
	defer cancel()
	for {
		try, cancelTry := context.WithTimeout(ctx, 5*time.Second)
		err := p.ready(try)
		cancelTry()
		if err == nil {
			return nil
		}
		if !p.Running() {
			return fmt.Errorf("stack: %s ended while it started\n%s", p.name, p.logTail())
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("stack: %s (pid %d) does not answer: %w\n%s", p.name, p.PID(), err, p.logTail())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// logTail returns the last lines of the engine's logs, for error messages.
func (p *Process) logTail() string {
	const lines = 15
	var b strings.Builder
	for _, path := range p.logs {
		content, err := os.ReadFile(path)
		if err != nil || len(content) == 0 {
			continue
		}
		all := bytes.Split(bytes.TrimSpace(content), []byte("\n"))
		fmt.Fprintf(&b, "last lines of %s:\n", path)
		for _, line := range all[max(0, len(all)-lines):] {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	return b.String()
}

// openLog opens an engine's log for appending; a log past 16 MiB is set aside first.
func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > 16<<20 {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, fmt.Errorf("stack: set old log aside: %w", err)
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("stack: open log: %w", err)
	}
	return f, nil
}

// findByArgument returns the process that has exactly this argument, or 0.
func findByArgument(argument string) int {
	pids, err := process.Pids()
	if err != nil {
		return 0
	}
	for _, pid := range pids {
		if hasArgument(int(pid), argument) {
			return int(pid)
		}
	}
	return 0
}

// hasArgument reports whether a live process has exactly this argument. A
// zombie has no arguments.
func hasArgument(pid int, argument string) bool {
	arguments, err := (&process.Process{Pid: int32(pid)}).CmdlineSlice()
	return err == nil && slices.Contains(arguments, argument)
}

// isPaused reports whether a process and its children stand still.
func isPaused(pid int) bool {
	p := &process.Process{Pid: int32(pid)}
	status, err := p.Status()
	if err != nil || !slices.Contains(status, process.Stop) {
		return false
	}
	children, err := p.Children()
	if err != nil && !errors.Is(err, process.ErrorNoChildren) {
		return false
	}
	return !slices.ContainsFunc(children, func(c *process.Process) bool { return !isPaused(int(c.Pid)) })
}
