//go:build !linux

package main

import "syscall"

// endWithParent does nothing where the kernel has no such signal: a demo that
// is killed leaves its components running.
func endWithParent(*syscall.SysProcAttr) {}
