package pipeline

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// startChild starts a process in a group of its own that the kernel kills when
// this process ends in whatever way. It does so when the thread that forked
// ends, so one thread that never ends starts them all.
func startChild(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	starter.once.Do(func() {
		starter.start = make(chan *exec.Cmd)
		starter.started = make(chan error)
		go func() {
			runtime.LockOSThread()
			for cmd := range starter.start {
				starter.started <- cmd.Start()
			}
		}()
	})
	starter.mu.Lock()
	defer starter.mu.Unlock()
	starter.start <- cmd
	return <-starter.started
}

var starter struct {
	once    sync.Once
	mu      sync.Mutex
	start   chan *exec.Cmd
	started chan error
}
