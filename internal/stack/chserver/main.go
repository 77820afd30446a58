//go:build linux

// Command chserver runs the ClickHouse engine of libchdb.so as a server:
// chserver LIBRARY DATA ARGUMENT [ARGUMENT ...]
//
// The arguments are those of clickhouse-local with its program name in front.
// The query among them is expected to start the listeners and then to read
// standard input to its end.
//
// Two processes do it. One holds the engine and the writing end of its own
// standard input, so that the server outlives whatever started it. The other
// starts the first again when it aborts: this build of the engine, unlike
// clickhouse-server, ends as a whole when the handshake of the native protocol
// fails (a wrong password, an unknown database, bytes of another protocol, a
// connection reset in the middle of it). Queries that fail and clients that
// vanish later do it no harm. What was acknowledged is on disk by then, so the
// clients see what they see of a server that is restarted, within 0.2 s.
//
// SIGTERM ends the query and with it the engine in good order; a second one
// ends it at once. Signals are meant for the whole process group.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
	"unsafe"

	"github.com/ebitengine/purego"
)

// engineVariable carries the arguments to the process that holds the engine.
// They are not on its command line, so that only the other one is found by them.
const engineVariable = "CHSERVER_ENGINE"

// An engine that lives shorter than shortLife, maxShortLives times in a row,
// cannot start. Once is no sign of that: a client with a wrong password that
// keeps trying ends it early too.
const (
	shortLife     = 500 * time.Millisecond
	maxShortLives = 10
)

func main() {
	err := errors.New("usage: chserver LIBRARY DATA ARGUMENT [ARGUMENT ...]")
	if encoded := os.Getenv(engineVariable); encoded != "" {
		err = runEngine([]byte(encoded))
	} else if len(os.Args) > 3 {
		err = keepRunning(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, time.Now().UTC().Format(time.RFC3339), "chserver:", err)
		os.Exit(1)
	}
}

// keepRunning starts the engine's process, and again each time it is ended by
// a signal that nobody asked for.
func keepRunning(args []string) error {
	// The kernel kills the engine when the thread that started it ends.
	runtime.LockOSThread()
	encoded, err := json.Marshal(args)
	if err != nil {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	for shortLives := 0; ; {
		// The engine does not find the tables of database system again, and
		// cannot create them over their old files.
		if err := os.RemoveAll(filepath.Join(args[1], "data", "system")); err != nil { //nolint:gosec // the folder is the caller's choice
			return fmt.Errorf("delete system logs: %w", err)
		}
		started := time.Now()
		err := runChild(string(encoded))
		if err == nil || len(stop) > 0 {
			return err
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || !exit.Sys().(syscall.WaitStatus).Signaled() {
			return err
		}
		if time.Since(started) > shortLife {
			shortLives = 0
		} else if shortLives++; shortLives == maxShortLives {
			return fmt.Errorf("the engine ends while it starts: %w", err)
		}
		fmt.Fprintln(os.Stderr, time.Now().UTC().Format(time.RFC3339), "chserver: the engine ended, starting it again:", err)
	}
}

func runChild(encoded string) error {
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{"clickhouse-engine"}
	cmd.Env = append(os.Environ(), engineVariable+"="+encoded)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd.Run()
}

// runEngine returns when the engine's query has ended.
func runEngine(encoded []byte) error {
	var args []string
	if err := json.Unmarshal(encoded, &args); err != nil || len(args) < 3 {
		return fmt.Errorf("bad %s: %w", engineVariable, err)
	}
	// Nothing here allocates after the start; a collector cycle would only
	// wake threads beside the engine's own.
	debug.SetGCPercent(-1)
	input, err := holdStdin()
	if err != nil {
		return err
	}
	handle, err := purego.Dlopen(args[0], purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return fmt.Errorf("load %s: %w", args[0], err)
	}
	symbol, err := purego.Dlsym(handle, "chdb_query_cmdline")
	if err != nil {
		return fmt.Errorf("%s has no chdb_query_cmdline: %w", args[0], err)
	}
	// Without the engine's own handlers, which take seconds to print a stack
	// trace without names while the server hangs, an abort ends it at once.
	if set, err := purego.Dlsym(handle, "chdb_set_signal_handlers_enabled"); err == nil {
		purego.SyscallN(set, 0)
	}
	stopOnSignal(input)

	argv := cStrings(args[2:])
	//nolint:gosec // a C function's argv, alive until after the call
	result, _, _ := purego.SyscallN(symbol, uintptr(len(argv)-1), uintptr(unsafe.Pointer(&argv[0])))
	runtime.KeepAlive(argv)
	if result == 0 {
		return errors.New("the engine ended without a result")
	}
	return nil
}

// holdStdin makes standard input a pipe whose writing end this process keeps.
func holdStdin() (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("pipe for standard input: %w", err)
	}
	if err := syscall.Dup3(int(r.Fd()), 0, 0); err != nil {
		return nil, fmt.Errorf("replace standard input: %w", err)
	}
	return w, r.Close()
}

func stopOnSignal(input *os.File) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		_ = input.Close()
		<-signals
		os.Exit(1)
	}()
}

// cStrings returns a NULL-terminated argv of NUL-terminated strings.
func cStrings(args []string) []*byte {
	argv := make([]*byte, 0, len(args)+1)
	for _, arg := range args {
		argv = append(argv, &append([]byte(arg), 0)[0])
	}
	return append(argv, nil)
}
