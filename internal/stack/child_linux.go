package stack

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// startChild starts cmd in a session of its own, so that the terminal's Ctrl-C
// reaches only the program that owns the stack. With endWithParent the kernel
// kills the child when this process ends.
func startChild(cmd *exec.Cmd, endWithParent bool) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if !endWithParent {
		return cmd.Start()
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	starter.once.Do(runStarter)
	result := make(chan error)
	starter.requests <- startRequest{cmd, result}
	return <-result
}

// The kernel sends the death signal when the thread that forked ends, not the
// process; so all such children are started by one thread that never ends.
var starter struct {
	once     sync.Once
	requests chan startRequest
}

type startRequest struct {
	cmd    *exec.Cmd
	result chan error
}

func runStarter() {
	starter.requests = make(chan startRequest)
	go func() {
		runtime.LockOSThread()
		for r := range starter.requests {
			r.result <- r.cmd.Start()
		}
	}()
}
