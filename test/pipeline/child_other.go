//go:build !linux

package pipeline

import (
	"os/exec"
	"syscall"
)

// startChild starts a process in a group of its own.
func startChild(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd.Start()
}
