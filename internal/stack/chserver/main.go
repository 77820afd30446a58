// Command chserver runs the ClickHouse engine of libchdb.so as a server, in a
// process of its own: chserver LIBRARY ARGUMENT...
//
// The arguments are those of clickhouse-local, without a program name in
// front. The query among them is expected to start the listeners and then to
// read standard input to its end: chserver holds the writing end of that input
// itself, so the server outlives whatever started it, and closes it on SIGTERM
// or SIGINT, which ends the query and with it the engine in good order. A
// second signal ends the process at once.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"unsafe"

	"github.com/ebitengine/purego"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: chserver LIBRARY ARGUMENT...")
		os.Exit(2)
	}
	code, err := serve(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "chserver:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

func serve(library string, args []string) (int, error) {
	// Nothing here allocates after the start; a collector cycle would only
	// wake threads beside the engine's own.
	debug.SetGCPercent(-1)
	input, err := holdStdin()
	if err != nil {
		return 0, err
	}
	handle, err := purego.Dlopen(library, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return 0, fmt.Errorf("load %s: %w", library, err)
	}
	symbol, err := purego.Dlsym(handle, "chdb_query_cmdline")
	if err != nil {
		return 0, fmt.Errorf("%s has no chdb_query_cmdline: %w", library, err)
	}
	stopOnSignal(input)

	argv := cStrings(args)
	result, _, _ := purego.SyscallN(symbol, uintptr(len(args)), uintptr(unsafe.Pointer(&argv[0])))
	runtime.KeepAlive(argv)
	if result == 0 {
		return 0, fmt.Errorf("the engine ended without a result")
	}
	return 0, nil
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
