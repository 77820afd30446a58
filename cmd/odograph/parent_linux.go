package main

import "syscall"

// endWithParent has the kernel end the child when the thread that starts it
// ends; the caller locks that thread to a goroutine that lives as long as the
// process.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGTERM }
