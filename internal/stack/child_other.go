//go:build !linux

package stack

import (
	"os/exec"
	"syscall"
)

// startChild starts cmd in a session of its own, so that the terminal's Ctrl-C
// reaches only the program that owns the stack. Only Linux can tie a child's
// life to its parent's; elsewhere endWithParent has no effect on kill -9.
func startChild(cmd *exec.Cmd, _ bool) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd.Start()
}
